"""Where speech is: against faster-whisper's own voice activity detection, on real speech."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from dwhisper_worker import speech
from dwhisper_worker.contract import BYTES_PER_SECOND, PEAKS_PER_SECOND, SAMPLE_RATE, SPEECH_FRAME_SECONDS
from dwhisper_worker.speech import find_speech

from tests.worker.audio import STRETCHES, pcm_of

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def pcm(sample: Path) -> bytes:
    return pcm_of(sample)


def test_speech_is_found_where_people_speak_and_not_in_the_pause(pcm: bytes) -> None:
    found = np.frombuffer(find_speech(pcm).probabilities, np.uint8)

    def of(start: float, end: float) -> float:
        return float(found[round(start / SPEECH_FRAME_SECONDS) : round(end / SPEECH_FRAME_SECONDS)].mean() / 255)

    assert all(of(stretch.start, stretch.end) > 0.7 for stretch in STRETCHES)
    assert of(STRETCHES[0].end + 0.5, STRETCHES[1].start - 0.5) < 0.05


def test_the_probabilities_are_those_of_faster_whisper(pcm: bytes) -> None:
    from faster_whisper.vad import get_vad_model

    whole = pcm[: len(pcm) // (2 * speech.FRAME) * (2 * speech.FRAME)]
    theirs = get_vad_model()(np.frombuffer(whole, "<i2").astype(np.float32) / 32768).reshape(-1)
    ours = np.frombuffer(find_speech(whole).probabilities, np.uint8) / 255
    # Two frames less: theirs silences the end of the last frame, and what its neighbour sees of it.
    assert np.abs(ours - theirs)[:-2].max() <= 0.5 / 255 + 1e-6


def test_blocks_leave_no_trace(pcm: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = find_speech(pcm)
    monkeypatch.setattr(speech, "FRAMES_AT_ONCE", 7)
    assert find_speech(pcm) == whole


@pytest.mark.parametrize("samples", [0, 1, 511, 512, 513, 16_000, 153_600, 153_601])
def test_every_sample_is_covered_once(samples: int) -> None:
    found = find_speech(bytes(2 * samples))
    assert len(found.probabilities) == -(-samples // 512)
    assert len(found.peaks) == 2 * -(-samples * PEAKS_PER_SECOND // SAMPLE_RATE)


def test_peaks_are_the_greatest_distance_from_silence() -> None:
    wave = np.zeros(1000, "<i2")
    wave[5], wave[319], wave[320], wave[999] = 7, -100, -32768, 32767
    assert np.frombuffer(find_speech(wave.tobytes()).peaks, "<u2").tolist() == [100, 32768, 0, 32767]


MEASURE = """
import resource, sys
from dwhisper_worker.speech import find_speech
pcm = bytes(int(sys.argv[1]))
find_speech(pcm[:320000])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
find_speech(pcm)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measured as Linux tells it")
def test_ten_minutes_need_little_memory() -> None:
    """Beyond the audio itself: 19 MB, which is there before."""
    command = [sys.executable, "-c", MEASURE, str(600 * BYTES_PER_SECOND)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert int(done.stdout) * 1024 < 60_000_000


def test_only_what_it_needs_is_loaded_and_nothing_is_reported_to_anybody() -> None:
    code = (
        "import os, sys; from dwhisper_worker.speech import find_speech; find_speech(bytes(32000));"
        "print(os.environ['ORT_DISABLE_TELEMETRY'], sorted({'av', 'ctranslate2', 'faster_whisper', 'tokenizers'} & set(sys.modules)))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["1", "[]"]

"""Real transcripts, and what is made of them by each set of rules: `golden/spoken/`.

    python -m tests.subtitles.goldens                 writes the subtitles again
    python -m tests.subtitles.goldens --transcribe    the transcripts before that: with real weights, of the sample and of two texts that
                                                      hibari-tts and espeak-ng speak (in minutes)

Read what has changed (`git diff`) as somebody would who has to read it while it is spoken.
"""

import json
import re
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dwhisper_worker.contract import Segment, Word

from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.document import document_of
from dwhisper_gui.subtitles.formats import FORMATS
from dwhisper_gui.subtitles.frames import FrameRate
from dwhisper_gui.subtitles.report import report_text
from dwhisper_gui.subtitles.rules import RULE_SETS

FOLDER = Path(__file__).parent / "golden" / "spoken"
SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample.mp4"
PAUSE_SECONDS = 0.25
"""After a sentence; after a paragraph four times as long."""


@dataclass(frozen=True)
class Golden:
    """One transcript. `SAID` beside it is what was spoken, but for the sample."""

    name: str
    language: str
    model: str
    rate: FrameRate
    formats: tuple[str, ...] = ("srt",)


GOLDENS = (
    Golden("sample", "en", "tiny.en", (25, 1), tuple(name for name in FORMATS if name not in ("docx", "txt", "json"))),
    Golden("holmes", "en", "tiny.en", (24_000, 1001)),
    Golden("quijote", "es", "base", (25, 1)),
)


def files(golden: Golden) -> Iterator[tuple[Path, bytes]]:
    """All that is made of a transcript, with where it is kept."""
    for name, rules in RULE_SETS.items():
        document = document_of(transcript(golden), f"{golden.name}.mp4", rules, golden.rate)
        for made in golden.formats:
            yield FOLDER / f"{golden.name}.{name}.{golden.language}.{FORMATS[made].extension}", FORMATS[made].write(document)
        yield FOLDER / f"{golden.name}.{name}.{golden.language}.report.txt", report_text(document)


def transcript(golden: Golden) -> Transcript:
    """The transcript, from the JSON that the program wrote."""
    read = json.loads(_json(golden).read_text("utf-8"))
    segments = [
        Segment(
            one["start"],
            one["end"],
            one["text"],
            tuple(Word(word["start"], word["end"], word["word"], word["probability"]) for word in one["words"]),
            one["avg_logprob"],
            one["no_speech_prob"],
            one["compression_ratio"],
            one["temperature"],
        )
        for one in read["segments"]
    ]
    return Transcript(read["language"], (), read["dwhisper"]["duration"], tuple(segments), (), (), (), ())


def main(arguments: Sequence[str]) -> None:
    """Writes all anew."""
    for golden in GOLDENS:
        if "--transcribe" in arguments:
            _transcribe(golden)
        for path, content in files(golden):
            path.write_bytes(content)


def _json(golden: Golden) -> Path:
    return FOLDER / f"{golden.name}.{golden.language}.json"


def _transcribe(golden: Golden) -> None:
    with tempfile.TemporaryDirectory() as folder:
        medium = Path(folder) / (f"{golden.name}.mp4" if golden.name == "sample" else f"{golden.name}.wav")
        said = FOLDER / f"{golden.name}.{golden.language}.said.txt"
        if golden.name == "sample":
            medium.write_bytes(SAMPLE.read_bytes())
        elif golden.language == "en":
            _speak(said.read_text("utf-8"), medium)
        else:
            subprocess.run(["espeak-ng", "-v", golden.language, "-s", "130", "-f", said, "-w", medium], check=True)
        program = [sys.executable, "-m", "dwhisper_gui", "transcribe", medium, "--model", golden.model, "--language", golden.language]
        subprocess.run([*program, "--format", "json", "--output-dir", folder], check=True)
        _json(golden).write_bytes((Path(folder) / _json(golden).name).read_bytes())


def _speak(text: str, path: Path) -> None:
    import numpy as np
    from hibari import SAMPLE_RATE, Hibari

    voice, noise = Hibari("heart"), np.random.default_rng(1)
    sounds = []
    for paragraph in text.replace('"', "").strip().split("\n\n"):
        for sentence in re.split(r"(?<=[.?!])\s+", paragraph):
            sounds += [np.asarray(voice(sentence, seed=1), np.float32), np.zeros(int(PAUSE_SECONDS * SAMPLE_RATE), np.float32)]
        sounds.append(np.zeros(int(3 * PAUSE_SECONDS * SAMPLE_RATE), np.float32))
    sound = np.concatenate(sounds)
    sound += noise.normal(0, 0.0008, len(sound)).astype(np.float32)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, int(SAMPLE_RATE), 0, "NONE", ""))
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    main(sys.argv[1:])

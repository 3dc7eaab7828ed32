"""The sample is what the documentation says it is."""

import importlib.resources
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("name", "says"),
    [("sample.txt", "not an ill-disposed young man"), ("SAMPLE-LICENCE.txt", "Carnegie Mellon University")],
)
def test_the_samples_text_and_licence_come_with_the_package(name: str, says: str) -> None:
    assert says in importlib.resources.files("dwhisper_gui.resources").joinpath(name).read_text(encoding="utf-8")


@pytest.mark.integration
def test_the_sample_has_a_picture_and_english_speech_with_a_pause_of_6_s(sample: Path) -> None:
    import av
    import numpy as np

    packaged = importlib.resources.files("dwhisper_gui.resources") / "sample.mp4"
    assert packaged.read_bytes() == sample.read_bytes()
    with av.open(str(sample)) as container:
        assert container.duration is not None
        assert 30 <= container.duration / av.time_base <= 40
        assert len(container.streams.video) == 1
        (track,) = container.streams.audio
        assert track.language == "eng"
        resampler = av.AudioResampler("s16", "mono", 16_000)
        blocks = [block.to_ndarray()[0] for frame in container.decode(track) for block in resampler.resample(frame)]
    tenths = np.abs(np.concatenate(blocks).astype(np.int32))
    tenths = tenths[: len(tenths) // 1600 * 1600].reshape(-1, 1600).max(axis=1)
    silent = [i / 10 for i in range(len(tenths) - 60) if tenths[i : i + 59].max() < 100]
    assert silent
    assert min(silent) == pytest.approx(16.7, abs=0.2)
    assert max(silent) - min(silent) < 1
    assert tenths[:160].max() > 3000
    assert tenths[230:].max() > 3000

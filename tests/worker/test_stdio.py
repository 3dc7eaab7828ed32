"""The worker as a child process: the real program, its real streams."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from dwhisper_worker import contract
from dwhisper_worker.contract import HEADER, MAX_ENVELOPE_BYTES, Code, Envelope, Failure, HelloRequest, Nothing

from tests.worker.audio import pcm_of, window
from tests.worker.client import COMMAND, Client, Refused, framed

pytestmark = pytest.mark.integration

SOON = 10.0
"""Seconds within which what is waited for happens even on a busy machine."""


@pytest.fixture
def worker() -> Iterator[Client]:
    with Client(stderr=subprocess.PIPE) as client:
        yield client


def ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def seconds_until_ended(process: psutil.Process) -> float:
    began = time.monotonic()
    while not ended(process):
        assert time.monotonic() - began < SOON, "it goes on"
        time.sleep(0.005)
    return time.monotonic() - began


def test_hello_tells_what_is_here(worker: Client) -> None:
    hello = worker.ask(contract.HELLO, HelloRequest())
    assert hello.contract == contract.VERSION
    assert hello.pid == worker.process.pid
    cpu = hello.devices[0]
    assert (cpu.name, cpu.cores) == ("cpu", len(psutil.Process().cpu_affinity()) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    assert cpu.compute_types[0] == "int8"
    assert cpu.description
    default = hello.engines[0]
    assert (default.name, default.version is not None) == ("faster-whisper", True)
    assert worker.shut_down() == 0


@pytest.mark.parametrize("engine", ["faster-whisper", "openai-whisper", "nobody's"])
def test_it_gets_ready_for_any_engine_and_refuses_none_before_a_model_is_loaded(worker: Client, engine: str) -> None:
    assert worker.ask(contract.GET_READY, contract.ReadyRequest(engine)) == Nothing()


def test_another_version_of_the_contract_is_refused(worker: Client) -> None:
    with pytest.raises(Refused) as refused:
        worker.ask(contract.HELLO, HelloRequest(contract.VERSION + 1))
    assert refused.value.failure.code == Code.CONTRACT_MISMATCH
    assert refused.value.failure.fields == {"ours": str(contract.VERSION + 1), "theirs": str(contract.VERSION)}


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        pytest.param("sing", Nothing(), id="no such call"),
        pytest.param("probe", {"path": "text, not bytes", "x": 1}, id="a field of another type"),
        pytest.param("load", Nothing(), id="fields missing"),
    ],
)
def test_a_request_that_does_not_decode_is_answered_and_the_next_one_served(worker: Client, name: str, request_: object) -> None:
    sent = worker.send(name, request_)
    answer = worker.receive()
    assert (answer.id, answer.kind) == (sent, contract.FAILURE)
    failure = msgspec.msgpack.decode(answer.body, type=Failure)
    assert failure.code == Code.BAD_REQUEST
    assert name in failure.fields["detail"]
    assert worker.ask(contract.HELLO, HelloRequest()).contract == contract.VERSION


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(HEADER.pack(MAX_ENVELOPE_BYTES + 1), id="too long"),
        pytest.param(framed(b"\xc1\xc1\xc1"), id="no msgpack"),
        pytest.param(framed(msgspec.msgpack.encode([1, 2])), id="no envelope"),
        pytest.param(framed(msgspec.msgpack.encode(Envelope(1, "hello", b"")))[:-3], id="half a message"),
        pytest.param(b"\0\0", id="half a length"),
    ],
)
def test_what_is_no_stream_of_envelopes_ends_it_with_a_message(worker: Client, raw: bytes) -> None:
    worker.write(raw)
    _, log = worker.process.communicate(timeout=SOON)
    assert worker.process.returncode == 1
    assert b"standard input is not what a worker reads" in log


def test_end_of_input_ends_it(worker: Client) -> None:
    worker.ask(contract.HELLO, HelloRequest())
    out, _ = worker.process.communicate(timeout=SOON)
    assert (worker.process.returncode, out) == (0, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_is_for_the_desktop(worker: Client) -> None:
    worker.ask(contract.HELLO, HelloRequest())
    worker.process.send_signal(signal.SIGINT)
    assert worker.ask(contract.HELLO, HelloRequest()).pid == worker.process.pid


def test_calls_of_different_kinds_do_not_wait_for_each_other(worker: Client, sample: Path) -> None:
    slow = worker.send(contract.FIND_SPEECH.name, contract.SpeechRequest(bytes(contract.BYTES_PER_SECOND * 600)))
    quick = worker.send(contract.PROBE.name, contract.ProbeRequest(os.fsencode(sample)))
    assert [worker.receive().id, worker.receive().id] == [quick, slow]


def test_what_libraries_print_and_read_stays_out_of_the_stream(tmp_path: Path) -> None:
    """A stand-in for a chatty library: it prints from Python and below it, and reads, whenever a medium is probed."""
    (tmp_path / "chatty.py").write_text(
        "import os, sys, runpy\n"
        "import dwhisper_worker.probe as probe\n"
        "real = probe.probe\n"
        "def chatty(path):\n"
        "    print('from Python', flush=True)\n"
        "    os.write(1, b'from below')\n"
        "    assert sys.stdin.read() == ''\n"
        "    return real(path)\n"
        "probe.probe = chatty\n"
        "sys.argv = ['dwhisper-worker', '--stdio']\n"
        "runpy.run_module('dwhisper_worker', run_name='__main__')\n"
    )
    with Client([sys.executable, str(tmp_path / "chatty.py")], stderr=subprocess.PIPE) as worker:
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                worker.ask(contract.PROBE, contract.ProbeRequest(b"nothing here"))
            assert refused.value.failure.code == Code.UNREADABLE
        worker.send(contract.SHUTDOWN.name, Nothing())
        worker.receive()
        out, log = worker.process.communicate(timeout=SOON)
    assert out == b""
    assert (log.count(b"from Python"), log.count(b"from below")) == (2, 2)


PARENT = f"""
import subprocess, sys
child = subprocess.Popen({COMMAND!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
child.stdin.write(sys.stdin.buffer.read(int(sys.argv[1])))
child.stdin.flush()
child.stdout.read(int(sys.argv[2]))
print(child.pid, flush=True)
child.stdout.read()
"""


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_it_ends_with_its_parent(busy: bool) -> None:
    """The parent is killed with -9. Busy means in native code: the voice activity detection of an hour, which takes seconds."""
    hello = Envelope(1, contract.HELLO.name, msgspec.msgpack.encode(HelloRequest()))
    requests = framed(msgspec.msgpack.encode(hello))
    if busy:
        speech = msgspec.msgpack.encode(contract.SpeechRequest(bytes(contract.BYTES_PER_SECOND * 3600)))
        requests = framed(msgspec.msgpack.encode(Envelope(2, contract.FIND_SPEECH.name, speech))) + requests
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(len(requests)), "4"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert parent.stdin
        assert parent.stdout
        parent.stdin.write(requests)
        parent.stdin.flush()
        child = psutil.Process(int(parent.stdout.readline()))
        deadline = time.monotonic() + SOON
        spent = sum(child.cpu_times()[:2])
        while busy and sum(child.cpu_times()[:2]) < spent + 0.3:
            assert time.monotonic() < deadline, "it is not busy"
            time.sleep(0.005)
        parent.kill()
        parent.wait()
        assert seconds_until_ended(child) < 1.0
    finally:
        parent.kill()
        parent.communicate()


def test_transcribes_what_it_is_given(worker: Client, tiny_en: Path, sample: Path, tmp_path: Path) -> None:
    """A model loaded, two chunks queued at once, their events told apart by their ids, and a second model in its place."""
    request = contract.LoadRequest(engine="faster-whisper", model=str(tiny_en), folder=str(tmp_path), device="cpu")
    loaded = worker.ask(contract.LOAD, request)
    assert (loaded.compute_type, loaded.multilingual) == ("int8_float32", False)
    pcm = pcm_of(sample)
    spans = {name: contract.Span(start, start + 7.0) for name, start in (("a", 0.0), ("b", 23.0))}
    sent = {
        worker.send(contract.TRANSCRIBE.name, contract.TranscribeRequest(name, contract.Decoding("en"), (window(pcm, 0, span),))): name
        for name, span in spans.items()
    }
    heard: dict[str, str] = {}
    replies = {}
    while len(replies) < len(sent):
        answer = worker.receive()
        name = sent[answer.id]
        if answer.kind == contract.EVENT:
            event = msgspec.msgpack.decode(answer.body, type=contract.TranscribeEvent)
            if event.window:
                heard[name] = "".join(segment.text for segment in event.window.segments)
        else:
            assert answer.kind == contract.REPLY
            replies[name] = msgspec.msgpack.decode(answer.body, type=contract.TranscribeReply)
    assert all(reply.complete and reply.chunk == name for name, reply in replies.items())
    assert all(len(text.split()) > 8 for text in heard.values())
    assert heard["a"] != heard["b"]
    assert worker.ask(contract.LOAD, request).weights == loaded.weights
    assert worker.ask(contract.DRAIN, Nothing()) == Nothing()


def test_nothing_is_transcribed_before_a_model_is_loaded(worker: Client) -> None:
    for call, request in (
        (contract.TRANSCRIBE, contract.TranscribeRequest("a", contract.Decoding("en"), ())),
        (contract.DETECT_LANGUAGE, contract.DetectRequest(())),
    ):
        with pytest.raises(Refused) as refused:
            worker.ask(call, request)  # type: ignore[arg-type]
        assert refused.value.failure.code == Code.MODEL_NOT_LOADED


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"engine": "phonograph"}, Code.ENGINE_UNKNOWN),
        ({"model": "enormous"}, Code.MODEL_UNKNOWN),
        ({"model": "small.en", "language": "de"}, Code.MODEL_LACKS_LANGUAGE),
        ({"model": "small", "language": "yue"}, Code.MODEL_LACKS_LANGUAGE),
        ({"model": "turbo", "translate": True}, Code.MODEL_CANNOT_TRANSLATE),
    ],
)
def test_what_can_not_be_had_is_refused_before_anything_is_fetched(
    worker: Client, tmp_path: Path, options: dict[str, object], code: Code
) -> None:
    request = contract.LoadRequest(**{"engine": "faster-whisper", "model": "small", "folder": str(tmp_path), **options})  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        worker.ask(contract.LOAD, request)
    assert refused.value.failure.code == code
    assert not list(tmp_path.iterdir())

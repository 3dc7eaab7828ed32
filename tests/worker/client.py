"""The desktop's side of `dwhisper-worker --stdio`, as little of it as the tests need."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import count
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec
from dwhisper_worker import contract
from dwhisper_worker.contract import HEADER, Call, Envelope, Failure, Nothing

Q = TypeVar("Q")
R = TypeVar("R")
E = TypeVar("E")

COMMAND = [sys.executable, "-m", "dwhisper_worker", "--stdio"]


class Refused(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code, failure.fields)
        self.failure = failure


class Client:
    """A worker of its own, ended with the block."""

    def __init__(self, command: Sequence[str] = COMMAND, **options: Any) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)
        self._ids = count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()

    def write(self, raw: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(raw)
        self.process.stdin.flush()

    def send(self, name: str, request: object) -> int:
        envelope = Envelope(next(self._ids), name, msgspec.msgpack.encode(request))
        self.write(framed(msgspec.msgpack.encode(envelope)))
        return envelope.id

    def receive(self) -> Envelope:
        (length,) = HEADER.unpack(self.read(HEADER.size))
        return msgspec.msgpack.decode(self.read(length), type=Envelope)

    def read(self, length: int) -> bytes:
        assert self.process.stdout
        got = self.process.stdout.read(length)
        if len(got) < length:
            raise EOFError(f"the worker ended with {self.process.wait()}")
        return got

    def ask(self, call: Call[Q, R, E], request: Q, on_event: Callable[[E], None] = lambda _: None) -> R:
        """One call, answered; nothing else may be under way. Raises `Refused`."""
        sent = self.send(call.name, request)
        while (envelope := self.receive()).kind == contract.EVENT:
            on_event(msgspec.msgpack.decode(envelope.body, type=call.event))
        assert envelope.id == sent
        if envelope.kind == contract.FAILURE:
            raise Refused(msgspec.msgpack.decode(envelope.body, type=Failure))
        return msgspec.msgpack.decode(envelope.body, type=call.reply)

    def shut_down(self) -> int:
        """Asks the worker to end and returns its exit status."""
        self.ask(contract.SHUTDOWN, Nothing())
        return self.process.wait(timeout=10)


def framed(raw: bytes) -> bytes:
    return HEADER.pack(len(raw)) + raw

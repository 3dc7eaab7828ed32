"""A program that speaks the contract, well or badly as it is told: the other end for the tests of `Worker`.

python rogue.py [how]      how it answers `hello`: well (default), never, other_version, other_fields, garbage
"""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import msgspec
from dwhisper_worker import contract
from dwhisper_worker.contract import HEADER, Call, Envelope, Failure, HelloReply, Nothing


@dataclass(frozen=True, slots=True)
class Body:
    text: str
    sound: bytes = b""


ECHO = Call("echo", Body, Body, Body)
"""Answered with itself, after an event that is `Body("on the way")`."""
LENGTH = Call("length", Body, Body, Nothing)
"""Answered with the length of `sound` as text."""
HOLD = Call("hold", Nothing, Nothing, Nothing)
"""Answered when a `RELEASE` comes."""
RELEASE = Call("release", Nothing, Nothing, Nothing)
MISBEHAVE = Call("misbehave", Body, Body, Body)
"""Does what `text` says, a function of this page."""


def send(number: int, kind: str, what: object) -> None:
    """Writes one envelope."""
    write(framed(msgspec.msgpack.encode(Envelope(number, kind, msgspec.msgpack.encode(what)))))


def framed(encoded: bytes) -> bytes:
    """With its length."""
    return HEADER.pack(len(encoded)) + encoded


def write(raw: bytes) -> None:
    """Writes anything."""
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()


def hello(number: int, how: str) -> None:
    """Answers the first request."""
    if how in ("well", "stubborn"):
        send(number, contract.REPLY, HelloReply(contract.VERSION, "1.2.3", "here", os.getpid(), (), ()))
    elif how == "other_version":
        send(number, contract.REPLY, {"contract": contract.VERSION + 1, "greeting": "hello"})
    elif how == "other_fields":
        send(number, contract.REPLY, {"contract": contract.VERSION, "greeting": "hello"})
    elif how == "refused":
        send(number, contract.FAILURE, Failure(contract.Code.CONTRACT_MISMATCH, {"ours": "1", "theirs": "7"}))
    elif how == "garbage":
        write(b"Welcome to the wrong program!\n")


def misbehave(number: int, how: str) -> None:
    """One of many ways."""
    if how == "end":
        os.write(2, b"so long\n")
        os._exit(7)
    elif how == "kill itself":
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == "print":
        write(b"a stray line of some library\n")
    elif how == "half a frame":
        write(HEADER.pack(1000) + b"only this")
        os._exit(0)
    elif how == "half a frame and silence":
        write(HEADER.pack(1000) + b"only this")
    elif how == "huge":
        write(HEADER.pack(contract.MAX_ENVELOPE_BYTES + 1))
    elif how == "no envelope":
        write(framed(msgspec.msgpack.encode({"id": "one", "kind": 2})))
    elif how == "no msgpack":
        write(framed(b"\xc1\xc1\xc1"))
    elif how == "wrong reply":
        send(number, contract.REPLY, {"text": 5})
    elif how == "wrong event":
        send(number, contract.EVENT, ["no", "body"])
    elif how == "wrong failure":
        send(number, contract.FAILURE, {"fields": 1})
    elif how == "unknown id":
        send(number + 1000, contract.REPLY, Nothing())
    elif how == "unknown kind":
        send(number, "gossip", Nothing())
    elif how == "close input":
        os.close(0)
        threading.Event().wait()
    elif how == "close output":
        os.close(1)
    elif how == "refuse":
        send(number, contract.FAILURE, Failure(contract.Code.MODEL_UNKNOWN, {"model": "tiny.xx"}, "Traceback: in rogue.py"))
    elif how == "leave a child behind":
        # It inherits the pipes and would keep them open.
        child = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait(60)"])
        send(number, contract.REPLY, Body(str(child.pid)))


def main() -> None:
    """Reads requests until the end of its input or `shutdown`."""
    how = sys.argv[1] if len(sys.argv) > 1 else "well"
    held: list[int] = []
    while header := sys.stdin.buffer.read(HEADER.size):
        (length,) = HEADER.unpack(header)
        envelope = msgspec.msgpack.decode(sys.stdin.buffer.read(length), type=Envelope)
        number, body = envelope.id, envelope.body
        if envelope.kind == contract.HELLO.name:
            hello(number, how)
        elif envelope.kind == ECHO.name:
            send(number, contract.EVENT, Body("on the way"))
            send(number, contract.REPLY, msgspec.msgpack.decode(body, type=Body))
        elif envelope.kind == LENGTH.name:
            send(number, contract.REPLY, Body(str(len(msgspec.msgpack.decode(body, type=Body).sound))))
        elif envelope.kind == HOLD.name:
            held.append(number)
        elif envelope.kind == RELEASE.name:
            for waiting in (*held, number):
                send(waiting, contract.REPLY, Nothing())
            held.clear()
        elif envelope.kind == MISBEHAVE.name:
            misbehave(number, msgspec.msgpack.decode(body, type=Body).text)
        elif envelope.kind == contract.SHUTDOWN.name and how != "stubborn":
            return
    if how == "stubborn":
        threading.Event().wait()


if __name__ == "__main__":
    main()

COMMAND = (sys.executable, str(Path(__file__).resolve()))

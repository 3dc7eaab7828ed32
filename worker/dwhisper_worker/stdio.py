"""`dwhisper-worker --stdio`: requests from standard input, answers to standard output, logs on standard error.

The main thread does nothing but read: it sees the end of its input however busy the others are and ends the process at once, so a
desktop that is killed leaves no orphan."""

import logging
import os
import signal
import sys
import threading
from functools import partial
from typing import NoReturn

import msgspec

from dwhisper_worker import contract
from dwhisper_worker.contract import HEADER, MAX_ENVELOPE_BYTES, Envelope, Nothing
from dwhisper_worker.errors import AGAIN_STATUS
from dwhisper_worker.service import Answers, Service

log = logging.getLogger(__name__)


class StreamBroken(Exception):
    """What came in is not a sequence of envelopes: nothing after it can be understood either."""


def own_streams() -> tuple[int, int]:
    """Takes standard input and output for the protocol and puts others in their place: what a library prints goes to standard
    error, and what it reads is empty. To be called before any library is imported that might do either."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(0, os.O_BINARY)
        msvcrt.setmode(1, os.O_BINARY)
    inward, outward = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return inward, outward


def serve(inward: int, outward: int) -> NoReturn:
    """Answers requests until `shutdown` (status 0), the end of the input (0), or something that is no envelope (1)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the desktop, which tells its workers what to do
    writer = Writer(outward)
    service = Service(on_broken=partial(leave, AGAIN_STATUS))
    try:
        while (envelope := read_envelope(inward)) is not None:
            if envelope.kind == contract.SHUTDOWN.name:
                Answers[Nothing, Nothing](envelope, writer.send).reply(Nothing())
                break
            service.submit(envelope, writer.send)
            del envelope  # it may be large, and the next one may be long in coming
    except (StreamBroken, OSError) as error:
        log.error("standard input is not what a worker reads: %s", error)
        leave(1)
    leave(0)


class Writer:
    """Writes whole envelopes, one at a time, whoever sends them."""

    def __init__(self, outward: int) -> None:
        self._outward = outward
        self._lock = threading.Lock()

    def send(self, envelope: Envelope) -> None:
        """Writes one envelope; blocks while the reader is behind. Ends the process where nobody reads any more."""
        encoded = msgspec.msgpack.encode(envelope)
        if len(encoded) > MAX_ENVELOPE_BYTES:
            raise ValueError(f"an answer of {len(encoded)} bytes is too long to send")
        with self._lock:
            try:
                _write_all(self._outward, HEADER.pack(len(encoded)))
                _write_all(self._outward, encoded)
            except OSError as error:
                log.info("nobody reads the answers any more: %s", error)
                leave(0)


def read_envelope(inward: int) -> Envelope | None:
    """The next request, or None at the end of the input. Raises `StreamBroken`."""
    header = _read_exactly(inward, HEADER.size)
    if not header:
        return None
    if len(header) < HEADER.size:
        raise StreamBroken("it ends in the middle of a length")
    (length,) = HEADER.unpack(header)
    if length > MAX_ENVELOPE_BYTES:
        raise StreamBroken(f"a message of {length} bytes was announced")
    encoded = _read_exactly(inward, length)
    if len(encoded) < length:
        raise StreamBroken(f"it ends after {len(encoded)} bytes of a message of {length}")
    try:
        return msgspec.msgpack.decode(encoded, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StreamBroken(f"a message is no envelope: {error}") from error


def leave(status: int) -> NoReturn:
    """Ends the process at once: other threads may be deep in native code and are not waited for. Logs are written line by line."""
    os._exit(status)


def _read_exactly(descriptor: int, count: int) -> bytearray:
    """`count` bytes, or fewer at the end of the input."""
    read = bytearray()
    while len(read) < count:
        some = os.read(descriptor, min(count - len(read), 1 << 20))
        if not some:
            break
        read += some
    return read


def _write_all(descriptor: int, encoded: bytes) -> None:
    rest = memoryview(encoded)
    while rest:
        rest = rest[os.write(descriptor, rest) :]

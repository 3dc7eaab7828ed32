"""Envelopes as bytes: each preceded by its length (`contract.HEADER`), as they travel over a child's stdin and stdout."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec
from dwhisper_worker.contract import HEADER, MAX_ENVELOPE_BYTES, Envelope

T = TypeVar("T")

_EMPTY_BIN = b"\xc4\x00"
_BIN32 = b"\xc6"


class Nonsense(ValueError):
    """What came is no sequence of envelopes, or not what the contract promises; nothing after it can be trusted."""


def frame(number: int, kind: str, body: bytes) -> tuple[bytes, bytes]:
    """The bytes of one envelope: what goes before the body, and the body itself, which is not copied. Raises `ValueError` where it
    would be too long."""
    envelope = msgspec.msgpack.encode(Envelope(number, kind, b""))
    if not envelope.endswith(_EMPTY_BIN):
        raise AssertionError("the body is no longer an envelope's last field")
    # The same envelope with its body announced as a msgpack "bin 32", whose length and bytes follow.
    head = envelope.removesuffix(_EMPTY_BIN) + _BIN32 + len(body).to_bytes(4, "big")
    length = len(head) + len(body)
    if length > MAX_ENVELOPE_BYTES:
        raise ValueError(f"a request of {length} bytes is too long to send")
    return HEADER.pack(length) + head, body


class Deframer:
    """Puts envelopes together from bytes that arrive in any pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, piece: bytes) -> Iterator[Envelope]:
        """The envelopes that `piece` completes. Raises `Nonsense`."""
        self._buffer += piece
        while len(self._buffer) >= HEADER.size:
            (length,) = HEADER.unpack_from(self._buffer)
            if length > MAX_ENVELOPE_BYTES:
                raise Nonsense(f"a message of {length} bytes was announced")
            end = HEADER.size + length
            if len(self._buffer) < end:
                return
            encoded = self._buffer[HEADER.size : end]
            del self._buffer[:end]
            yield decoded(encoded, Envelope)


def decoded(encoded: bytes | bytearray, kind: type[T]) -> T:
    """msgpack as a type of the contract. Raises `Nonsense`."""
    try:
        return msgspec.msgpack.decode(encoded, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Nonsense(f"a message is no {kind.__name__}: {error}") from error

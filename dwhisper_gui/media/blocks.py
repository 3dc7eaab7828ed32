"""Reads the Matroska that ffmpeg writes for us: blocks of sound, each with its time. One track, nothing laced or compressed.

The format: https://www.rfc-editor.org/rfc/rfc9559 and, for its elements, https://www.rfc-editor.org/rfc/rfc8794."""

from collections.abc import Iterator

_SEGMENT = 0x18538067
_CLUSTER = 0x1F43B675
_BLOCK_GROUP = 0xA0
_TIMESTAMP = 0xE7
_SIMPLE_BLOCK = 0xA3
_BLOCK = 0xA1
_OPENED = frozenset({_SEGMENT, _CLUSTER, _BLOCK_GROUP})
"""Elements that hold others; their own end is of no interest."""
_READ = frozenset({_TIMESTAMP, _SIMPLE_BLOCK, _BLOCK})
_LONGEST_HEADER = 4 + 8
_BLOCK_HEADER = 1 + 2 + 1
"""The track's number (below 127, so a byte), the time from the cluster's, flags."""
_LONGEST_READ = 1 << 20


class Blocks:
    """Takes the stream in any pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skip = 0
        self._cluster = 0

    def feed(self, piece: bytes) -> Iterator[tuple[int, bytearray]]:
        """The blocks that `piece` completes: their time in milliseconds, and their PCM. Raises `ValueError` where it is no Matroska."""
        self._buffer += piece
        at = min(self._skip, len(self._buffer))
        self._skip -= at
        while self._skip == 0 and (element := self._element(at)) is not None:
            kind, start, size = element
            if kind in _OPENED:
                at = start
            elif kind not in _READ:
                at = min(start + size, len(self._buffer))
                self._skip = start + size - at
            elif size > _LONGEST_READ:
                raise ValueError(f"a block of {size} bytes was announced")
            elif start + size > len(self._buffer):
                break
            else:
                at = start + size
                if kind == _TIMESTAMP:
                    self._cluster = int.from_bytes(self._buffer[start:at], "big")
                else:
                    relative = int.from_bytes(self._buffer[start + 1 : start + 3], "big", signed=True)
                    yield self._cluster + relative, self._buffer[start + _BLOCK_HEADER : at]
        del self._buffer[:at]

    def _element(self, at: int) -> tuple[int, int, int] | None:
        """An element's id, where its content starts, and its size; None where not all of its header is here yet."""
        header = self._buffer[at : at + _LONGEST_HEADER]
        if len(header) < 2:
            return None
        id_length = 9 - header[0].bit_length()
        if id_length > 4:
            raise ValueError(f"no element begins with {header[0]:#x}")
        if len(header) <= id_length:
            return None
        first = header[id_length]
        size_length = 9 - first.bit_length()
        if size_length > 8:
            raise ValueError("an element has no size")
        start = id_length + size_length
        if len(header) < start:
            return None
        size = int.from_bytes(header[id_length:start], "big") & ((1 << 7 * size_length) - 1)
        return int.from_bytes(header[:id_length], "big"), at + start, size

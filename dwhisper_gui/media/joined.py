"""Recordings put one behind the other in one file, so that its clock starts anew within it: `cat a.ts b.ts`, or a recorder that did.

Only MPEG's streams can be joined so; libavformat would take times behind the join for times before it. The clocks: ISO/IEC 13818-1,
PCR in a transport stream's adaptation fields (2.4.3.4), SCR in a program stream's packs (2.5.3.3)."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

FORMATS = frozenset({"mpegts", "mpeg"})
PLACES = 256
"""Looked at, evenly spread over the file; a recording shorter than this fraction of it may be overlooked."""
PLACE_BYTES = 512 * 1024
"""Clocks come ten times a second at least (MPEG-2) or some times a second, which is less than this at any usual bit rate."""
BACK_SECONDS = 5.0
"""A clock that goes back by more has started anew."""

_TICKS = 90_000
_WRAP = 1 << 33
_SYNC = 0x47
_PACK = re.compile(rb"\x00\x00\x01\xba(?=[\x44-\x7f\x21-\x2f])")


async def is_joined(path: bytes, container: str) -> bool:
    """Whether the clock of a medium starts anew somewhere. Raises `OSError`."""
    return container in FORMATS and await asyncio.to_thread(_is_joined, path, container)


def _is_joined(path: bytes, container: str) -> bool:
    clocks: defaultdict[int, list[int]] = defaultdict(list)
    with open(path, "rb") as file:  # noqa: PTH123 - bytes
        size = file.seek(0, 2)
        step = max(PLACE_BYTES, size // PLACES)
        for start in range(0, size, step):
            file.seek(start)
            data = file.read(PLACE_BYTES)
            for clock, ticks in _transport_clocks(data) if container == "mpegts" else _pack_clocks(data):
                clocks[clock].append(ticks)
    return any(map(_starts_anew, clocks.values()))


def _starts_anew(clock: Sequence[int]) -> bool:
    """Two in a row are behind two in a row: a single odd one is damage."""
    return any(
        all(_goes_back(before, after) for before in clock[at - 2 : at] for after in clock[at : at + 2]) for at in range(2, len(clock) - 1)
    )


def _goes_back(before: int, after: int) -> bool:
    """By more than jitter. The clock counts up to 26.5 h and goes on at 0: that is no step back."""
    back = (before - after) % _WRAP
    return BACK_SECONDS * _TICKS < back < _WRAP // 2


def _transport_clocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Each PCR with its PID, in ticks of 90 kHz."""
    length, at = _packets(data)
    for start in range(at, len(data) - 187, length) if length else ():
        packet = data[start : start + 12]
        if packet[0] == _SYNC and packet[3] & 0x20 and packet[4] >= 7 and packet[5] & 0x10:
            yield (packet[1] & 0x1F) << 8 | packet[2], int.from_bytes(packet[6:11], "big") >> 7


def _packets(data: bytes) -> tuple[int, int]:
    """How long packets are (with what some recorders add to each), and where the first one begins; 0 where there are none."""
    for at in range(min(204, len(data))):
        for length in (188, 192, 204):
            places = data[at : at + 8 * length : length]
            if len(places) == 8 and set(places) == {_SYNC}:
                return length, at
    return 0, 0


def _pack_clocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Each SCR, in ticks of 90 kHz, of MPEG-2 or MPEG-1."""
    for found in _PACK.finditer(data):
        field = int.from_bytes(data[found.end() : found.end() + 5], "big")
        if data[found.end()] & 0xC0 == 0x40:
            yield 0, (field >> 35 & 7) << 30 | (field >> 19 & 0x7FFF) << 15 | field >> 3 & 0x7FFF
        else:
            yield 0, (field >> 33 & 7) << 30 | (field >> 17 & 0x7FFF) << 15 | field >> 1 & 0x7FFF

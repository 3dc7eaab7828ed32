"""Recordings whose recorder did not come to the end: it writes the index of an MP4 or QuickTime file last, so that none is there."""

from collections.abc import Iterator
from itertools import islice

MOST_BOXES = 1000
"""Looked at; a recording in fragments may have many, and its index before them."""


def lacks_index(path: bytes) -> bool:
    """Whether a file begins as MP4 and QuickTime do and has no index. Looks at the headers of its boxes only."""
    try:
        kinds = list(islice(_boxes(path), MOST_BOXES))
    except OSError:
        return False
    return kinds[:1] == [b"ftyp"] and b"moov" not in kinds


def _boxes(path: bytes) -> Iterator[bytes]:
    """The kinds of the boxes that a file consists of (ISO/IEC 14496-12, 4.2), as far as they make sense."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes no bytes
        while len(header := file.read(8)) == 8:
            yield header[4:]
            length, known = int.from_bytes(header[:4], "big"), 8
            if length == 1:
                length, known = int.from_bytes(file.read(8), "big"), 16
            if length < known:  # 0: it goes on to the end of the file
                return
            file.seek(length - known, 1)

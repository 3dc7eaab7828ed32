"""Recordings whose recorder did not come to the end: it writes the index of an MP4 or QuickTime file last, so that none is there."""

import os
from collections.abc import Iterator
from itertools import islice

MOST_BOXES = 1000
"""Looked at; a recording in fragments may have many, and its index before them."""


def lacks_index(path: bytes) -> bool:
    """Whether a file begins as MP4 and QuickTime do and has no index, or the beginning of one. Looks at the headers of its boxes only."""
    try:
        size = os.stat(path).st_size  # noqa: PTH116 - pathlib takes no bytes, here and below
        boxes = list(islice(_boxes(path, size), MOST_BOXES))
    except OSError:
        return False
    return [kind for kind, _ in boxes[:1]] == [b"ftyp"] and not any(kind == b"moov" and end <= size for kind, end in boxes)


def _boxes(path: bytes, size: int) -> Iterator[tuple[bytes, int]]:
    """The kinds of the boxes that a file of so many bytes consists of (ISO/IEC 14496-12, 4.2) and where they say that they end, as far
    as they make sense."""
    with open(path, "rb") as file:  # noqa: PTH123
        while len(header := file.read(8)) == 8:
            begin = file.tell() - 8
            length, known = int.from_bytes(header[:4], "big"), 8
            if length == 1:
                length, known = int.from_bytes(file.read(8), "big"), 16
            yield header[4:], begin + length
            # 0: it goes on to the end of the file. What is said to end far behind it may be no offset at all.
            if length < known or begin + length >= size:
                return
            file.seek(begin + length)

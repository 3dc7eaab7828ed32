"""Reading the Matroska that ffmpeg writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwhisper_gui.media.blocks import Blocks


def element(number: int, content: bytes, *, size_length: int = 8) -> bytes:
    """An element with its id, its size in so many bytes, and its content."""
    size = (len(content) | 1 << 7 * size_length).to_bytes(size_length, "big")
    return number.to_bytes((number.bit_length() + 7) // 8, "big") + size + content


def block(relative: int, pcm: bytes, number: int = 0xA3) -> bytes:
    return element(number, b"\x81" + relative.to_bytes(2, "big", signed=True) + b"\x80" + pcm, size_length=2)


def cluster(time: int, *content: bytes) -> bytes:
    return element(0x1F43B675, element(0xE7, time.to_bytes(4, "big"), size_length=1) + b"".join(content))


HEAD = element(0x1A45DFA3, b"whatever" * 5, size_length=1)
UNENDING_SEGMENT = bytes.fromhex("18538067 01ffffffffffffff")
STREAM = (
    HEAD
    + UNENDING_SEGMENT
    + element(0xEC, bytes(70))  # room left for an index
    + element(0x1654AE6B, b"tracks\xa3\x81")
    + cluster(100_000, block(0, b"ab" * 50), block(25, b"cd"))
    + cluster(100_050, element(0xA0, block(-5, b"ef", 0xA1) + element(0x9B, b"\x05")), block(0, b""))
    + element(0x1C53BB6B, b"an index at the end")
)
EXPECTED = [(100_000, b"ab" * 50), (100_025, b"cd"), (100_045, b"ef"), (100_050, b"")]


@given(st.integers(1, len(STREAM)))
def test_blocks_come_out_with_their_times_whatever_the_pieces(size: int) -> None:
    blocks = Blocks()
    found = [one for at in range(0, len(STREAM), size) for one in blocks.feed(STREAM[at : at + size])]
    assert [(time, bytes(pcm)) for time, pcm in found] == EXPECTED


@given(st.integers(0, len(STREAM)))
def test_a_stream_that_breaks_off_yields_the_blocks_before(end: int) -> None:
    found = [(time, bytes(pcm)) for time, pcm in Blocks().feed(STREAM[:end])]
    assert found == EXPECTED[: len(found)]


@pytest.mark.parametrize(
    "noise", [b"\x00\x01\x02", b"\x01" * 12, b"\xa3\x00" + bytes(20), element(0xA3, b"")[:1] + b"\x08\xff\xff\xff\xff"]
)
def test_what_is_no_matroska_is_refused(noise: bytes) -> None:
    with pytest.raises(ValueError, match=r"element|block"):
        list(Blocks().feed(noise))

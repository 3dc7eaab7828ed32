"""What WAV headers say."""

import io
import struct
import wave

import pytest
from dwhisper_worker.riff import declared_seconds


def wav(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(2)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(bytes(round(seconds * 32000)))
    return file.getvalue()


def sized(head: bytes, size: int) -> bytes:
    at = head.index(b"data") + 4
    return head[:at] + struct.pack("<I", size) + head[at + 4 :]


def test_the_header_tells_however_little_is_left_of_the_rest() -> None:
    assert declared_seconds(wav(2.5)[:100]) == 2.5


def test_chunks_before_the_sound_are_passed_over() -> None:
    head = wav(1.0)
    odd = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    assert declared_seconds(head[:36] + odd + head[36:]) == 1.0


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFF000])
def test_what_was_written_as_it_went_does_not_know(size: int) -> None:
    assert declared_seconds(sized(wav(1.0), size)) is None


@pytest.mark.parametrize("head", [b"", b"RIFF", b"RIFF\0\0\0\0AVI LIST", wav(1.0)[:30], b"OggS" * 20, bytes(100)])
def test_what_is_no_wav_or_ends_before_it_says_so(head: bytes) -> None:
    assert declared_seconds(head) is None

"""What the header of a WAV file says: libavformat believes the size of the file instead, so that one that was cut seems whole."""

UNKNOWN_SIZE = 0x7FFF0000
"""Programs that write as they go leave the size for later: as 0, or as one of the largest numbers."""


def declared_seconds(head: bytes) -> float | None:
    """How long the sound of a file is that begins so; None where it is no WAV, or its header does not know. Described by the
    “Multimedia Programming Interface and Data Specifications 1.0” (IBM and Microsoft, 1991)."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    at, bytes_a_second = 12, 0
    while at + 8 <= len(head):
        kind, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if kind == b"fmt ":
            bytes_a_second = int.from_bytes(head[at + 16 : at + 20], "little")
        elif kind == b"data":
            return size / bytes_a_second if bytes_a_second and 0 < size < UNKNOWN_SIZE else None
        at += 8 + size + size % 2
    return None

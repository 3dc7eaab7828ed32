"""Of what ffmpeg says, what may have cost sound."""

import pytest

from dwhisper_gui.media.complaints import Complaints

OPENED = "[info]   Duration: 00:00:31.53, start: 3.954667, bitrate: 147 kb/s"
MAPPED = "[info]   Stream #0:1 -> #0:0 (mp2 (native) -> pcm_s16le (native))"
SOUND = "[info] Output #0, matroska, to 'pipe:1':"
PICTURE = "[h264 @ 0x55] [error] non-existing PPS 0 referenced"
FRAME = "[mp2 @ 0x55] [error] Header missing"
READING = "[matroska,webm @ 0x55] [error] 0x00 at pos 2 invalid as first byte of an EBML number"
NEWER = "[in#0/matroska,webm @ 0x55] [error] 0x00 at pos 2 invalid as first byte of an EBML number"
OF_PICTURE = "[matroska,webm @ 0x55] [warning] Packet corrupt (stream = 0, dts = 1)."
OF_SOUND = "[in#0/matroska,webm @ 0x55] [warning] corrupt input packet in stream 1"


@pytest.mark.parametrize(
    ("lines", "lasting", "before_sound"),
    [
        ([PICTURE, FRAME, OPENED, MAPPED, SOUND], "", ""),
        ([PICTURE, READING, OPENED, MAPPED, SOUND], "0x00 at pos 2 invalid as first byte of an EBML number", ""),
        ([PICTURE, NEWER, OPENED, MAPPED, SOUND], "0x00 at pos 2 invalid as first byte of an EBML number", ""),
        ([OPENED, MAPPED, FRAME, SOUND], "", "Header missing"),
        ([OPENED, MAPPED, "[error] Error while decoding stream #0:1: Invalid", SOUND], "", "Error while decoding stream #0:1: Invalid"),
        ([OPENED, MAPPED, SOUND, FRAME, READING], "Header missing", ""),
        ([OPENED, MAPPED, READING, SOUND], "0x00 at pos 2 invalid as first byte of an EBML number", ""),
        ([OF_PICTURE, OPENED, MAPPED, OF_PICTURE, SOUND, OF_PICTURE], "", ""),
        ([OF_SOUND, OPENED, MAPPED, SOUND], "", ""),
        ([OPENED, MAPPED, SOUND, OF_SOUND], "corrupt input packet in stream 1", ""),
        (["[fatal] Unknown input format: 'x'"], "Unknown input format: 'x'", ""),
    ],
)
def test_what_may_have_cost_sound(lines: list[str], lasting: str, before_sound: str) -> None:
    complaints = Complaints("matroska")
    for line in lines:
        complaints.take(line)
    assert (complaints.lasting, complaints.before_sound) == (lasting, before_sound)

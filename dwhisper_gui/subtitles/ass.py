"""Advanced SubStation Alpha, as libass, mpv, VLC and FFmpeg read it.

Written here, not by pysubs2, which cuts all times at ten hours and escapes nothing.
"""

import re

from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.plain import encoded, one_line
from dwhisper_gui.subtitles.text import JOINER

BYTE_ORDER_MARK = "\ufeff"
"""Without it, readers built on VSFilter take the text for the system's own encoding."""

HEADER = """\
[Script Info]
Title: {title}
ScriptType: v4.00+
WrapStyle: 0
ScaledBorderAndShadow: yes
PlayResX: 1920
PlayResY: 1080
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX,\
 ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,66,&H00FFFFFF,&H000000FF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,3,1,2,96,96,54,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""

_BACKSLASH = re.compile(r"\\(?=[Nnh{}]|$)")


def ass(document: Document) -> bytes:
    """Advanced SubStation Alpha 4+, UTF-8 with a byte order mark. Its times are hundredths of a second."""
    lines = [BYTE_ORDER_MARK, HEADER.replace("{title}", one_line(document.medium))]
    for cue in document.cues:
        text = r"\N".join(map(_escaped, cue.lines))
        lines.append(f"Dialogue: 0,{_clock(cue.start)},{_clock(cue.end)},Default,,0,0,0,,{text}\n")
    return encoded("".join(lines))


def _escaped(line: str) -> str:
    # A word joiner keeps a backslash from what would make an escape of it, the end of the line too. As FFmpeg writes a brace: the
    # empty block after it is for readers that know no escape and would take all that follows for markup.
    return _BACKSLASH.sub(lambda found: found.group() + JOINER, line).replace("{", r"\{{}")


def _clock(seconds: float) -> str:
    # Never after the frame for which the time is meant, or that would be missed.
    minutes, hundredths = divmod(round(seconds * 1000) // 10, 6000)
    return f"{minutes // 60}:{minutes % 60:02}:{hundredths // 100:02}.{hundredths % 100:02}"

"""TTML: for the web as the text profile of IMSC 1.1 (https://www.w3.org/TR/ttml-imsc1.1/), for broadcasters as EBU-TT-D
(https://tech.ebu.ch/publications/tech3380).

Written here, not by ttconv, whose writer leaves out what EBU-TT-D asks for: the time base, the cell resolution, identifiers, the
EBU's metadata, and styles by reference. Both are laid out alike: white on a dark box, at the bottom, in letters of which 42 (or 21
wide ones) fill less than a line.
"""

from dataclasses import dataclass
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

from dwhisper_gui.subtitles.cues import Cue
from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.frames import FrameRate, Frames
from dwhisper_gui.subtitles.plain import encoded, one_line, timestamp

RIGHT_TO_LEFT = frozenset("ar fa he ps sd ur yi".split())

_NAMESPACES = (
    ' xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ebutts="urn:ebu:tt:style"'
    ' ttp:timeBase="media" ttp:cellResolution="32 15"'
)


@dataclass(frozen=True, slots=True)
class _Profile:
    prefix: str
    """Of the elements: readers of EBU-TT-D are used to one, simple readers of TTML to none."""
    signature: str
    """What else the root says."""
    metadata: str


def ttml(document: Document) -> bytes:
    """TTML, in the text profile of IMSC 1.1."""
    title = escape(one_line(document.medium))
    return _written(
        document,
        _Profile(
            prefix="",
            signature=' xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"'
            ' ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text"',
            metadata=f"<ttm:title>{title}</ttm:title>",
        ),
    )


def ebu_tt_d(document: Document) -> bytes:
    """EBU-TT-D, version 1.0."""
    metadata = (
        "<tt:metadata><ebuttm:documentMetadata>"
        "<ebuttm:conformsToStandard>urn:ebu:tt:distribution:2014-01</ebuttm:conformsToStandard>"
        f"{_authored_at(document.frame_rate)}"
        "<ebuttm:documentEbuttVersion>v1.0</ebuttm:documentEbuttVersion>"
        "<ebuttm:documentOriginatingSystem>DWhisper</ebuttm:documentOriginatingSystem>"
        "</ebuttm:documentMetadata></tt:metadata>"
    )
    return _written(document, _Profile("tt:", ' xmlns:tt="http://www.w3.org/ns/ttml" xmlns:ebuttm="urn:ebu:tt:metadata"', metadata))


def _authored_at(frame_rate: FrameRate | None) -> str:
    """What the EBU's metadata have of the medium's frame rate: a whole number, and a factor where it is none."""
    frames = Frames.of(frame_rate)
    if not frames.counted:
        return ""
    whole = -(-frames.numerator // frames.denominator)
    factor = Fraction(frames.numerator, frames.denominator * whole)
    rate = f"<ebuttm:authoredFrameRate>{whole}</ebuttm:authoredFrameRate>"
    if factor == 1:
        return rate
    return f"{rate}<ebuttm:authoredFrameRateMultiplier>{factor.numerator} {factor.denominator}</ebuttm:authoredFrameRateMultiplier>"


def _written(document: Document, profile: _Profile) -> bytes:
    language = document.transcript.text_language
    tt = profile.prefix
    direction = ' tts:direction="rtl" tts:unicodeBidi="embed"' if language in RIGHT_TO_LEFT else ""
    head = (
        f"<{tt}head>\n{profile.metadata}\n<{tt}styling>\n"
        f'<{tt}style xml:id="block" tts:fontFamily="proportionalSansSerif" tts:fontSize="80%" tts:lineHeight="125%"'
        f' tts:textAlign="center" ebutts:linePadding="0.5c"{direction}/>\n'
        f'<{tt}style xml:id="text" tts:color="#FFFFFF" tts:backgroundColor="#000000C2"/>\n'
        f"</{tt}styling>\n<{tt}layout>\n"
        f'<{tt}region xml:id="bottom" tts:origin="10% 10%" tts:extent="80% 80%" tts:displayAlign="after" tts:overflow="visible"/>\n'
        f"</{tt}layout>\n</{tt}head>\n"
    )
    cues = "".join(_paragraph(number, cue, tt) for number, cue in enumerate(document.cues, 1))
    # A body without a paragraph would not be valid.
    body = f'<{tt}body>\n<{tt}div style="block" region="bottom">\n{cues}</{tt}div>\n</{tt}body>\n' if cues else ""
    root = f"<{tt}tt{profile.signature}{_NAMESPACES} xml:lang={quoteattr(language)}>"
    return encoded(f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n{head}{body}</{tt}tt>\n')


def _paragraph(number: int, cue: Cue, tt: str) -> str:
    lines = f"<{tt}br/>".join(f'<{tt}span style="text">{escape(line)}</{tt}span>' for line in cue.lines)
    return f'<{tt}p xml:id="cue{number}" begin="{timestamp(cue.start, ".")}" end="{timestamp(cue.end, ".")}">{lines}</{tt}p>\n'

"""TTML and EBU-TT-D, as others read them and as the EBU's schema has it."""

import io
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

import pysubs2
import pytest
import ttconv.imsc.reader
import ttconv.model

from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.document import Document, document_of
from dwhisper_gui.subtitles.ttml import ebu_tt_d, ttml

from .hostile import hostile
from .reading import Found, expected
from .texts import segment, spoken, talk, transcript

TT, TTP, TTS = "{http://www.w3.org/ns/ttml}", "{http://www.w3.org/ns/ttml#parameter}", "{http://www.w3.org/ns/ttml#styling}"
EBUTTM, XML = "{urn:ebu:tt:metadata}", "{http://www.w3.org/XML/1998/namespace}"

Writer = Callable[[Document], bytes]
both = pytest.mark.parametrize("write", [ttml, ebu_tt_d])
each = pytest.mark.parametrize("of", [talk(), hostile()], ids=["talk", "hostile"])


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - our own


def lines_of(element: Any) -> str:
    """The text below an element of ttconv's model."""
    if isinstance(element, ttconv.model.Text):
        return str(element.get_text())
    if isinstance(element, ttconv.model.Br):
        return "\n"
    return "".join(map(lines_of, element))


@both
@each
def test_ttconv_reads_the_same_cues(write: Writer, of: Transcript) -> None:
    document = document_of(of, "talk.mp4")
    model = ttconv.imsc.reader.to_model(ET.parse(io.BytesIO(write(document))))  # noqa: S314
    assert model is not None
    found: Found = [
        (float(element.get_begin() or 0), float(element.get_end()), lines_of(element))
        for element in model.get_body().dfs_iterator()
        if isinstance(element, ttconv.model.P)
    ]
    assert found == expected(document)
    assert [region.get_id() for region in model.iter_regions()] == ["bottom"]
    assert model.get_cell_resolution() == ttconv.model.CellResolutionType(rows=15, columns=32)


@both
@each
def test_pysubs2_reads_the_same_cues(write: Writer, of: Transcript) -> None:
    document = document_of(of, "talk.mp4")
    read = pysubs2.SSAFile.from_string(write(document).decode(), format_="ttml")
    # Its text is ASS, with what was said unescaped in it; around a `\\N` it takes white space away.
    found = [(event.start / 1000, event.end / 1000, event.text) for event in read]
    assert found == [(start, end, re.sub(r" *(\\N|\n) *", r"\\N", text)) for start, end, text in expected(document)]


@both
def test_what_is_referred_to_is_there_and_every_identifier_is_one(write: Writer) -> None:
    root = parsed(write(document_of(talk(), "talk.mp4")))
    identifiers = [element.get(f"{XML}id") for element in root.iter() if f"{XML}id" in element.attrib]
    assert len(set(identifiers)) == len(identifiers)
    for element in root.iter():
        for reference in (element.get("style"), element.get("region")):
            assert reference is None or reference in identifiers


@each
def test_ebu_tt_d_keeps_to_tech_3380(of: Transcript) -> None:
    root = parsed(ebu_tt_d(document_of(of, "talk.mp4")))
    assert [child.tag for child in root] == [f"{TT}head", f"{TT}body"]
    assert (root.get(f"{TTP}timeBase"), root.get(f"{TTP}cellResolution"), root.get(f"{XML}lang")) == ("media", "32 15", "en")
    assert [child.tag for child in root[0]] == [f"{TT}metadata", f"{TT}styling", f"{TT}layout"]
    standard = root.find(f".//{EBUTTM}conformsToStandard")
    assert standard is not None
    assert standard.text == "urn:ebu:tt:distribution:2014-01"
    for region in root.iter(f"{TT}region"):
        assert re.fullmatch(r"\d+% \d+%", region.attrib[f"{TTS}origin"])
        assert re.fullmatch(r"\d+% \d+%", region.attrib[f"{TTS}extent"])
    for element in root.iter():
        # Styles are set by reference only.
        styled = [name for name in element.attrib if name.startswith(TTS)]
        assert not styled or element.tag in (f"{TT}style", f"{TT}region")
    paragraphs = list(root.iter(f"{TT}p"))
    for paragraph in paragraphs:
        assert f"{XML}id" in paragraph.attrib
        assert re.fullmatch(r"\d{2,}:[0-5]\d:[0-5]\d\.\d{3}", paragraph.attrib["begin"])
        # Text is within spans.
        assert not (paragraph.text or "").strip()
        assert {child.tag for child in paragraph} <= {f"{TT}span", f"{TT}br"}
    assert paragraphs


def test_ttml_says_its_profile_and_its_title() -> None:
    root = parsed(ttml(document_of(talk(), "a < b\n\x00.mp4")))
    assert root.get(f"{TTP}contentProfiles") == "http://www.w3.org/ns/ttml/profile/imsc1.1/text"
    assert root.findtext(".//{http://www.w3.org/ns/ttml#metadata}title") == "a < b\ufffd\ufffd.mp4"


@pytest.mark.parametrize(
    ("rate", "whole", "factor"),
    [((25, 1), "25", None), ((30_000, 1001), "30", Fraction(1000, 1001)), ((0, 0), None, None), (None, None, None)],
)
def test_the_frame_rate_is_in_the_ebus_metadata(rate: tuple[int, int] | None, whole: str | None, factor: Fraction | None) -> None:
    root = parsed(ebu_tt_d(document_of(talk(), "talk.mp4", frame_rate=rate)))
    assert root.findtext(f".//{EBUTTM}authoredFrameRate") == whole
    written = root.findtext(f".//{EBUTTM}authoredFrameRateMultiplier")
    assert (written and Fraction(*map(int, written.split()))) == factor


@both
def test_text_from_right_to_left_is_said_to_be_so(write: Writer) -> None:
    arabic = transcript(segment(spoken(" هل أنت بخير؟")), language="ar")
    directions = [style.get(f"{TTS}direction") for style in parsed(write(document_of(arabic, "a.mp4"))).iter(f"{TT}style")]
    assert "rtl" in directions
    assert b"direction" not in write(document_of(talk(), "a.mp4"))


@both
def test_of_silence_it_is_valid(write: Writer) -> None:
    content = write(document_of(transcript(), "talk.mp4"))
    # An empty body would not be.
    assert parsed(content).find(f"{TT}body") is None
    assert ttconv.imsc.reader.to_model(ET.parse(io.BytesIO(content))) is not None  # noqa: S314

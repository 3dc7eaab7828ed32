"""What is written, byte by byte, and what other programs read in it."""

import html
import json
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pysubs2
import pytest
from dwhisper_worker.contract import Segment

from dwhisper_gui.core.errors import FormatUnknown
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.cues import cues
from dwhisper_gui.subtitles.formats import FORMATS, formats_named

from .texts import letters, segment, spoken, subrip, talk, transcript

GOLDEN = Path(__file__).parent / "golden"
LITERAL = (
    r" He typed <i>not</i> if a < b and c > d, &amp; then {\an8} or {y:i} and {a}. In C:\new and \N and \h there is"
    " 00:00:01,000 --> nothing. Year 1984 ends here"
)
MIXED = transcript(
    segment(spoken(LITERAL, 3_598.5)),
    segment(letters("吾輩は猫である。名前はまだ無い。", 3_700.0)),
    segment(spoken(" هل أنت بخير؟ نعم، شكرا.", 3_710.0)),
    segment(spoken(" Fin 👩‍👩‍👧.", 362_000.0)),
)


def write(name: str, of: Transcript) -> str:
    return FORMATS[name].write(of, "talk.mp4").decode()


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_written_is_as_it_was(name: str) -> None:
    assert FORMATS[name].write(talk(), "talk.mp4") == (GOLDEN / f"talk.{name}").read_bytes()


@pytest.mark.parametrize(("name", "empty"), [("srt", ""), ("vtt", "WEBVTT\n\n"), ("txt", "")])
def test_of_silence_the_files_are_empty_but_valid(name: str, empty: str) -> None:
    assert write(name, transcript()) == empty


def test_of_silence_json_says_so() -> None:
    document = json.loads(write("json", transcript()))
    assert (document["text"], document["segments"], document["language"]) == ("", [], "en")


def test_formats_are_named_once_each() -> None:
    assert [made.extension for made in formats_named(["vtt", "srt", "vtt"])] == ["vtt", "srt"]


def test_a_format_that_is_not_there_is_refused() -> None:
    with pytest.raises(FormatUnknown, match=r"“doc”.*srt, vtt, txt, json"):
        formats_named(["srt", "doc"])


def test_paragraphs_begin_at_pauses() -> None:
    text = write("txt", transcript(segment(spoken(" One (1.9) two. (2.1) Three.")), segment(spoken(" Four.", 5.5))))
    assert text == "One two.\n\nThree. Four.\n"


def test_a_segment_without_words_is_written_too() -> None:
    bare = transcript(Segment(1.0, 3.0, " Hello there.", (), -0.2, 0.1, 1.2, 0.0))
    assert subrip(write("srt", bare)) == [(1.0, 3.0, "Hello there.")]
    assert json.loads(write("json", bare))["segments"][0]["words"] == []


def test_json_has_openai_whispers_keys_in_its_order() -> None:
    document = json.loads(write("json", talk()))
    assert list(document) == ["text", "segments", "language", "dwhisper"]
    keys = "id seek start end text tokens temperature avg_logprob compression_ratio no_speech_prob words"
    assert [list(one) for one in document["segments"]] == [keys.split()] * 4
    assert [one["id"] for one in document["segments"]] == [0, 1, 2, 3]
    assert list(document["segments"][0]["words"][0]) == ["word", "start", "end", "probability"]
    assert document["text"] == "".join(word["word"] for one in document["segments"] for word in one["words"])


def test_text_in_english_of_other_speech_is_broken_as_english() -> None:
    said = " somebody must have put the answer to a question on the table"
    german = transcript(segment(spoken(said)), language="de")
    translated = Transcript(**{**{name: getattr(german, name) for name in german.__slots__}, "translated": True})
    assert write("srt", translated) == write("srt", transcript(segment(spoken(said))))
    assert json.loads(write("json", translated))["language"] == "de"


# --- read by others ------------------------------------------------------------------------------------------------


def expected(of: Transcript) -> list[tuple[float, float, str]]:
    return [(cue.start, cue.end, "\n".join(cue.lines)) for cue in cues(of.segments, of.text_language)]


@pytest.mark.integration
@pytest.mark.parametrize("name", ["srt", "vtt"])
@pytest.mark.parametrize("of", [talk(), MIXED], ids=["talk", "mixed"])
def test_ffmpeg_reads_the_same_cues(tmp_path: Path, name: str, of: Transcript) -> None:
    path = tmp_path / f"talk.{name}"
    path.write_bytes(FORMATS[name].write(of, "talk.mp4"))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "srt", "-"]
    read = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    if name == "vtt":
        # How FFmpeg's reader escapes a brace for ASS, which its SubRip writer leaves in: older and newer.
        read = read.replace("{{}", "{").replace("\\{", "{").replace("\\}", "}")
    assert subrip(read) == expected(of)


@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_pysubs2_reads_the_same_cues(name: str) -> None:
    read = pysubs2.SSAFile.from_string(write(name, talk()), format_=name)
    # It does not know WebVTT's escapes.
    texts = [html.unescape(event.plaintext) if name == "vtt" else event.plaintext for event in read]
    found = [(event.start / 1000, event.end / 1000, text.replace("\u2060", "")) for event, text in zip(read, texts, strict=True)]
    assert found == expected(talk())


def test_what_was_said_is_not_taken_for_markup() -> None:
    found = subrip(write("srt", MIXED))
    assert " ".join(text.replace("\n", " ") for _, _, text in found[:-3]) == LITERAL.strip()

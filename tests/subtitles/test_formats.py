"""What is written, byte by byte, and what other programs read in it."""

import html
import json
import re
from pathlib import Path
from typing import get_args

import imageio_ffmpeg
import pysubs2
import pytest
from dwhisper_worker.contract import Segment, Word

from dwhisper_gui.commands.arguments import Formats
from dwhisper_gui.core.errors import FormatUnknown
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.document import document_of
from dwhisper_gui.subtitles.formats import FORMATS, formats_named

from .hostile import hostile
from .reading import as_subrip, expected
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
    return FORMATS[name].write(document_of(of, "talk.mp4")).decode()


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "docx"])  # which versions of python-docx and zlib write otherwise
def test_what_is_written_is_as_it_was(name: str) -> None:
    assert FORMATS[name].write(document_of(talk(), "talk.mp4")) == (GOLDEN / f"talk.{FORMATS[name].extension}").read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_equal_documents_give_equal_bytes(name: str) -> None:
    assert FORMATS[name].write(document_of(hostile(), "talk.mp4")) == FORMATS[name].write(document_of(hostile(), "talk.mp4"))


def test_the_help_names_all_of_them() -> None:
    option = get_args(Formats)[1]
    assert f" {', '.join(FORMATS)}. " in option.help


def test_no_two_formats_write_to_one_name() -> None:
    assert len({made.extension for made in FORMATS.values()}) == len(FORMATS)


@pytest.mark.parametrize(("name", "empty"), [("srt", ""), ("vtt", "WEBVTT\n\n"), ("vtt-words", "WEBVTT\n\n"), ("txt", "")])
def test_of_silence_the_files_are_empty_but_valid(name: str, empty: str) -> None:
    assert write(name, transcript()) == empty


def test_of_silence_json_says_so() -> None:
    document = json.loads(write("json", transcript()))
    assert (document["text"], document["segments"], document["language"]) == ("", [], "en")


def test_formats_are_named_once_each() -> None:
    assert [made.extension for made in formats_named(["vtt", "srt", "vtt"])] == ["vtt", "srt"]


def test_a_format_that_is_not_there_is_refused() -> None:
    with pytest.raises(FormatUnknown, match=r"“doc”.*srt, vtt, vtt-words, ass, ttml, ebu-tt-d, txt, docx, tsv, csv, json"):
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


# --- the times of words ---------------------------------------------------------------------------------------------


def test_each_word_but_the_first_has_its_time() -> None:
    text = write("vtt-words", transcript(segment(spoken(" Fish & chips (0.2) cost 5 < 6", 1.0))))
    assert text.split("\n")[3] == (
        "Fish <00:00:01.240>&amp; <00:00:01.300>chips <00:00:01.800>cost <00:00:02.040>5 <00:00:02.100>&lt; <00:00:02.160>6"
    )


def test_letters_without_spaces_have_theirs() -> None:
    assert "吾<00:00:00.150>輩<00:00:00.300>は" in write("vtt-words", transcript(segment(letters("吾輩は猫である。")), language="ja"))


def test_times_within_a_cue_rise_and_stay_in_it() -> None:
    # Several words at one time, one before its cue, and one that begins where the last one ends.
    times = [(1.0, 1.0), (1.0, 1.0), (1.0, 1.5), (1.5, 1.5), (1.2, 1.9), (1.9, 1.9)]
    words = [Word(start, end, f" word{i}", 0.9) for i, (start, end) in enumerate(times)]
    for block in write("vtt-words", transcript(segment(words))).split("\n\n")[1:-1]:
        start, end, *inner = re.findall(r"\d\d:\d\d:\d\d\.\d{3}", block)
        assert start < end
        assert inner == sorted(set(inner))
        assert all(start < time < end for time in inner)


def test_without_its_times_it_is_the_other_file() -> None:
    bare = re.sub(r"<\d\d:\d\d:\d\d\.\d{3}>", "", write("vtt-words", hostile()))
    assert bare == write("vtt", hostile())


# --- read by others ------------------------------------------------------------------------------------------------


@pytest.mark.integration
@pytest.mark.parametrize("name", ["srt", "vtt", "vtt-words"])
@pytest.mark.parametrize("of", [talk(), MIXED, hostile()], ids=["talk", "mixed", "hostile"])
def test_ffmpeg_reads_the_same_cues(tmp_path: Path, name: str, of: Transcript) -> None:
    document = document_of(of, "talk.mp4")
    path = tmp_path / f"talk.{FORMATS[name].extension}"
    path.write_bytes(FORMATS[name].write(document))
    assert subrip(as_subrip(path, imageio_ffmpeg.get_ffmpeg_exe())) == expected(document)


# Without vtt-words: pysubs2 takes every line that has two times for the times of a cue, as one with three words may.
@pytest.mark.parametrize("name", ["srt", "vtt"])
@pytest.mark.parametrize("of", [talk(), hostile()], ids=["talk", "hostile"])
def test_pysubs2_reads_the_same_cues(name: str, of: Transcript) -> None:
    read = pysubs2.SSAFile.from_string(write(name, of), format_=name)
    # Its text is ASS, with what was said unescaped in it, and it does not know WebVTT's escapes.
    texts = [event.text.replace(r"\N", "\n") for event in read]
    plain = [(html.unescape(text) if name == "vtt" else text).replace("\u2060", "") for text in texts]
    found = [(event.start / 1000, event.end / 1000, text) for event, text in zip(read, plain, strict=True)]
    assert found == expected(document_of(of, "talk.mp4"))


def test_what_was_said_is_not_taken_for_markup() -> None:
    found = subrip(write("srt", MIXED))
    assert " ".join(text.replace("\n", " ") for _, _, text in found[:-3]) == LITERAL.strip()

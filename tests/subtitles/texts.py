"""Transcripts to make subtitles of, and a reader of SubRip that knows nothing of the program."""

import re
from collections.abc import Sequence

from dwhisper_worker.contract import Segment, Span, Word

from dwhisper_gui.core.job import Missing
from dwhisper_gui.core.transcript import FlawedWindow, Transcript

SECONDS_A_LETTER = 0.06


def spoken(text: str, at: float = 0.0, *, seconds_a_letter: float = SECONDS_A_LETTER) -> list[Word]:
    """Text at an even pace from `at` on, without pauses but those written as (1.5)."""
    words = []
    for part in re.findall(r"\s*\(\d+\.\d+\)|\s*[^\s(]+", text):
        pause = re.fullmatch(r"\s*\((.+)\)", part)
        if pause:
            at += float(pause[1])
            continue
        end = at + seconds_a_letter * len(part.strip())
        words.append(Word(round(at, 3), round(end, 3), part, 0.9))
        at = end
    return words


def letters(text: str, at: float = 0.0) -> list[Word]:
    """As Whisper's tokenizer cuts Japanese or Chinese: a word a character, without spaces."""
    return [Word(round(at + 0.15 * i, 3), round(at + 0.15 * (i + 1), 3), letter, 0.9) for i, letter in enumerate(text)]


def segment(words: Sequence[Word]) -> Segment:
    return Segment(words[0].start, words[-1].end, "".join(word.text for word in words), tuple(words), -0.21, 0.01, 1.42, 0.0)


def transcript(*segments: Segment, language: str = "en") -> Transcript:
    return Transcript(
        language=language,
        language_shares=(),
        duration=60.0,
        segments=segments,
        unheard=(),
        flawed=(),
        sampled=(),
        missing=(),
    )


def talk() -> Transcript:
    """Small, and with something of everything."""
    return Transcript(
        language="en",
        language_shares=(("en", 0.93), ("de", 0.04)),
        duration=61.5,
        segments=(
            segment(spoken(" The Snow Queen was a beautiful woman, (0.2) so delicate and white, dazzling.", 1.25)),
            segment(spoken(" It was all of ice; (0.2) and yet she was alive, and he followed her through the door into the street.", 6.3)),
            segment(spoken(" Fish & chips <i>cost</i> 5 > 4 € — “déjà vu”.", 15.0)),
            segment(spoken(" Tschüß!", 59.9)),
        ),
        unheard=(Span(20.0, 23.5),),
        flawed=(FlawedWindow(Span(14.8, 18.1), ("repeated",)),),
        sampled=(Span(14.8, 18.1),),
        missing=(Missing(Span(30.0, 45.25), "failed"),),
        model="base",
        engine="faster-whisper",
    )


def subrip(text: str) -> list[tuple[float, float, str]]:
    """Start, end, and text of each cue of a SubRip file; word joiners left out."""
    found = []
    for block in re.split(r"\n\n+", text.replace("\r\n", "\n").replace("\u2060", "").strip("\n")):
        if not block:
            continue
        _, times, *lines = block.split("\n")
        start, end = (
            sum(float(part) * unit for part, unit in zip(time.replace(",", ".").split(":"), (3600, 60, 1), strict=True))
            for time in times.split(" --> ")
        )
        found.append((round(start, 3), round(end, 3), "\n".join(lines)))
    return found

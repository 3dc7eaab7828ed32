"""The figures by which engines are compared: a mistake here would praise or blame the wrong one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.scripts import load

score = load("score")
SCRIPT = [(1.0, 3.0, "The seven boxes."), (3.1, 5.0, "My neighbour laughed."), (20.0, 22.0, "Nobody went home.")]


def segment(*words: tuple[float, float, str]) -> dict[str, Any]:
    text = "".join(word for _, _, word in words)
    found = [{"start": start, "end": end, "word": word} for start, end, word in words]
    return {"start": words[0][0], "end": words[-1][1], "text": text, "words": found}


HEARD = [
    segment((1.05, 1.2, " The"), (1.3, 1.9, " 7"), (2.0, 2.9, " boxes.")),
    segment((3.3, 3.5, " My"), (3.5, 4.0, " neighbor"), (4.0, 5.2, " laughed.")),
    segment((19.8, 20.5, " Nobody"), (20.5, 21.0, " went"), (21.0, 22.0, " home.")),
]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("7 wooden boxes", "seven wooden boxes"),
        ("On the 14th of November,", "on the fourteenth of november"),
        ("the 1st, 2nd, 3rd, 20th, 21st", "the first second third twentieth twenty first"),
        ("summer of 1962.", "summer of nineteen sixty two"),
        ("1905, 1900, 2000", "nineteen oh five nineteen hundred two thousand"),
        ("200 people, 1,250 boxes", "two hundred people twelve fifty boxes"),
        ("sixty-two", "sixty two"),
        ("Somebody's NEIGHBOR", "somebodys neighbour"),
        ("12345678 a1", "12345678 a1"),
        ("… – !", ""),
    ],
)
def test_what_is_written_differently_but_said_alike_is_the_same(written: str, said: str) -> None:
    assert score.plain(written) == said.split()


def test_a_perfect_transcript_has_no_errors_and_known_times() -> None:
    found = score.score(SCRIPT, HEARD, [(1.05, 5.2), (19.8, 22.0)])
    assert (found.words, found.errors, found.wer, found.interval, found.invented) == (9, 0, 0.0, (0.0, 0.0), 0)
    assert found.after_pause.count == 2
    assert found.after_pause.median == pytest.approx((0.05 + 0.2) / 2)
    assert found.after_pause.high == pytest.approx(0.2)
    assert (found.running.count, found.running.median) == (1, pytest.approx(0.2))
    assert (found.ends.count, found.ends.high) == (3, pytest.approx(0.2))
    assert found.longest_cue == pytest.approx(4.15)


def test_each_kind_of_error_is_counted_as_such() -> None:
    heard = [
        segment((1.05, 1.2, " The"), (2.0, 2.9, " foxes.")),  # one deleted, one another
        segment((3.3, 3.5, " My"), (3.5, 4.0, " neighbour"), (4.0, 5.2, " laughed.")),
        segment((10.0, 10.5, " Thank"), (10.5, 11.0, " you.")),  # where nobody speaks
        segment((19.8, 20.5, " Nobody"), (20.5, 21.0, " went"), (21.0, 22.0, " home.")),
    ]
    found = score.score(SCRIPT, heard, [])
    assert (found.substitutions, found.deletions, found.insertions, found.invented) == (1, 1, 2, 2)
    assert found.wer == pytest.approx(100 * 4 / 9)
    assert found.interval[0] < found.wer < found.interval[1]
    assert found.longest_cue == 0.0


def test_a_lost_sentence_has_no_onset_to_be_judged() -> None:
    found = score.score(SCRIPT, HEARD[:2], [])
    assert (found.deletions, found.after_pause.count, found.ends.count) == (3, 1, 2)


def test_segments_without_word_times_tell_their_first_onset_and_last_end_only() -> None:
    whole = [{"start": 1.2, "end": 22.3, "text": "The seven boxes. My neighbour laughed. Nobody went home."}]
    found = score.score(SCRIPT, whole, [(1.2, 22.3)])
    assert found.errors == 0
    assert (found.after_pause.count, found.after_pause.median) == (1, pytest.approx(0.2))
    assert (found.running.count, found.ends.count, found.ends.median) == (0, 1, pytest.approx(0.3))
    assert (found.longest_cue, found.invented) == (pytest.approx(21.1), 0)


def test_what_is_written_together_is_one_word_whatever_its_pieces() -> None:
    heard = score.heard_words([segment((1.0, 1.2, " 1"), (1.2, 1.6, ",250"), (1.6, 2.0, "."), (3.0, 3.5, " boxes"))])
    assert [(one.word, one.start, one.end) for one in heard] == [("twelve", 1.0, None), ("fifty", None, 2.0), ("boxes", 3.0, 3.5)]


def test_speech_that_overlaps_is_running_speech() -> None:
    script = [(0.0, 9.0, "One long sentence"), (2.0, 3.0, "yes"), (8.0, 10.0, "and on")]
    heard = [segment((0.0, 9.0, " One long sentence")), segment((2.1, 3.0, " yes")), segment((8.1, 10.0, " and on"))]
    found = score.score(script, heard, [])
    assert (found.after_pause.count, found.running.count) == (1, 2)


def test_nothing_said_and_nothing_heard() -> None:
    assert score.score([], [], []).wer == 0.0
    assert score.score([], HEARD, []).invented == 9
    assert score.score(SCRIPT, [], []).deletions == 9


WORDS = st.lists(st.sampled_from("a b c d".split()), max_size=12)


@given(WORDS, WORDS)
def test_the_alignment_keeps_all_words_in_order_with_the_fewest_errors(said: list[str], heard: list[str]) -> None:
    pairs = score.aligned(said, heard)
    assert [i for i, _ in pairs if i is not None] == list(range(len(said)))
    assert [j for _, j in pairs if j is not None] == list(range(len(heard)))
    wrong = sum(i is None or j is None or said[i] != heard[j] for i, j in pairs)
    assert wrong == score.errors(said, heard)

"""What becomes of each decoding of a window."""

from itertools import cycle, pairwise

import numpy as np
import pytest
from dwhisper_worker import guards
from dwhisper_worker.contract import LEFT_OUT, SAMPLE_RATE, Span, Window, Word
from dwhisper_worker.engines.engine import Decoded
from dwhisper_worker.pieces import EFFORTS, Piece, WindowWork
from hypothesis import given
from hypothesis import strategies as st


def work(*sure: tuple[float, float], start: float = 60.0, length: float = 20.0) -> WindowWork:
    spans = tuple(Span(start + a, start + b) for a, b in sure)
    return WindowWork(Window(4, start, start + length, spans, spans), np.zeros(round(length * SAMPLE_RATE), np.float32), "en")


def heard(
    text: str, start: float, end: float, *, log_probability: float = -0.2, no_speech: float = 0.0, temperature: float = 0.0
) -> Decoded:
    parts = text.split()
    step = (end - start) / max(1, len(parts))
    words = tuple(Word(start + i * step, start + (i + 1) * step, f" {part}", 0.9) for i, part in enumerate(parts))
    return Decoded(words, log_probability, no_speech, temperature)


def text_of(window: WindowWork) -> str:
    return "".join(segment.text for segment in window.result().segments)


GOOD = "It was a bright cold day in April and the clocks were striking thirteen."


def test_a_good_decoding_is_all_it_takes() -> None:
    window = work((1, 6))
    assert window.take(window.whole, heard(GOOD, 1, 6)) == []
    assert window.done
    result = window.result()
    assert (result.index, result.decodings, result.sampled, result.flaws) == (4, 1, False, ())
    assert "".join(segment.text for segment in result.segments).strip() == GOOD
    assert (result.segments[0].start, result.segments[-1].end) == (61.0, 66.0)


def test_a_flawed_decoding_is_tried_again_with_more_effort() -> None:
    window = work((1, 6))
    piece = window.whole
    assert piece.effort.beam_size == 5
    assert window.take(piece, heard(GOOD, 1, 6, log_probability=-1.5)) == [piece]
    assert piece.effort.temperature == 0.2
    assert not window.done
    assert window.take(piece, heard(GOOD, 1, 6)) == []
    assert window.result().decodings == 2


def test_a_text_from_a_temperature_is_marked_sampled() -> None:
    window = work((1, 6))
    window.take(window.whole, heard(GOOD, 1, 6, log_probability=-1.5))
    assert window.take(window.whole, heard(GOOD, 1, 6, temperature=0.2)) == []
    assert window.result().sampled


def test_what_fails_every_effort_is_kept_and_marked_and_a_loop_is_the_last_choice() -> None:
    window = work((1, 9))
    loop = heard("no " * 40, 1, 9, log_probability=-0.01)
    unlikely = heard(GOOD, 1, 9, log_probability=-1.3)
    for i in range(len(EFFORTS)):
        assert not window.done
        window.take(window.whole, unlikely if i == 3 else loop)
    assert window.done
    assert window.result().flaws == (guards.LOG_PROBABILITY,)
    assert "clocks" in window.result().segments[0].text


def test_what_was_left_unheard_becomes_a_piece_of_its_own() -> None:
    window = work((1, 6), (9, 14))
    (rest,) = window.take(window.whole, heard(GOOD, 1, 6))
    assert (rest.span.start, rest.span.end) == (pytest.approx(68.7), pytest.approx(74.3))
    assert len(rest.samples) == round(rest.span.duration * SAMPLE_RATE)
    assert not window.done
    assert window.take(rest, heard("Winston Smith slipped quickly through the glass doors.", 0.2, 5.2)) == []
    assert [segment.start for segment in window.result().segments] == [61.0, 69.0]


def skipped(window: WindowWork) -> Piece:
    """The piece that is left where two words were laid over a sentence: a pause of 2 s, then a word of 3 s."""
    words = [*heard(GOOD, 1, 6).words, Word(8.0, 8.0, " Our", 0.7), Word(8.0, 11.0, " neighbour", 0.6), *heard("slept.", 11, 11.4).words]
    (hole,) = window.take(window.whole, Decoded(tuple(words), -0.1, 0.0, 0.0))
    return hole


def test_words_that_hide_a_skipped_sentence_are_heard_again_with_it() -> None:
    window = work((1, 11.4))
    hole = skipped(window)
    assert (hole.span.start, hole.span.end) == (pytest.approx(66.0), pytest.approx(71.0))
    assert window.take(hole, heard("It rang. Our neighbour", 0.2, 4.8)) == []
    assert text_of(window) == f" {GOOD} It rang. Our neighbour slept."


def test_those_of_them_that_are_not_heard_again_come_behind_it() -> None:
    window = work((1, 11.4))
    hole = skipped(window)
    assert window.take(hole, heard("The telephone rang again.", 0.2, 4.0)) == []
    assert text_of(window) == f" {GOOD} The telephone rang again. Our neighbour slept."
    times = [(word.text, word.start) for segment in window.result().segments for word in segment.words]
    assert times == sorted(times, key=lambda pair: pair[1])


def test_words_of_a_sentence_that_ends_before_the_hole_or_with_the_window_are_not_put_behind_it() -> None:
    window = work((1, 11.4))
    words = (*heard(GOOD[:-1], 1, 6).words, Word(8.0, 11.0, " again.", 0.6), *heard("Slept.", 11, 11.4).words)
    (hole,) = window.take(window.whole, Decoded(words, -0.1, 0.0, 0.0))
    window.take(hole, heard("The telephone rang loudly.", 0.2, 4.0))
    assert text_of(window) == f" {GOOD[:-1]} The telephone rang loudly. Slept."
    window = work((1, 14))
    words = (*heard(GOOD, 1, 6).words, Word(8.0, 14.0, " Inspector", 0.6))
    (hole,) = window.take(window.whole, Decoded(words, -0.1, 0.0, 0.0))
    window.take(hole, heard("The telephone rang loudly.", 0.2, 4.0))
    assert text_of(window) == f" {GOOD} The telephone rang loudly."


def test_they_stay_where_less_is_heard_the_second_time() -> None:
    window = work((1, 11.4))
    hole = skipped(window)
    assert window.take(hole, heard("Neighbour.", 0.2, 4.8)) == []
    assert text_of(window) == f" {GOOD} Our neighbour slept."


def test_of_speech_that_is_skipped_as_a_whole_the_halves_are_heard() -> None:
    window = work((1, 9), (11, 19))
    first, second = window.take(window.whole, heard("", 0, 0))
    assert (first.span, second.span) == (Span(60.7, 70.0), Span(70.0, 79.3))
    assert window.take(first, heard(GOOD, 0.3, 8.3)) == []
    assert window.take(second, heard("Winston Smith slipped quickly through the glass doors.", 1, 9)) == []
    assert window.done
    assert window.result().flaws == ()


def test_a_few_words_laid_over_a_lot_of_speech_do_not_keep_it_from_being_heard() -> None:
    window = work((0, 20))
    one, other = window.take(window.whole, heard("The woman at the", 0, 20))
    assert (one.span.start, other.span.end) == (60.0, 80.0)
    assert one.span.end == other.span.start
    window.take(one, heard(GOOD, 0.1, one.span.duration))
    window.take(other, heard("", 0, 0))
    assert text_of(window) == f" {GOOD} woman at the", "what was heard in the half without a text stays"


def test_hearing_the_same_words_again_adds_nothing() -> None:
    window = work((1, 6), (9, 14))
    (rest,) = window.take(window.whole, heard(GOOD, 1, 6))
    window.take(rest, heard("the clocks were striking thirteen.", 0.2, 5.2))
    assert len(window.result().segments) == 1


def test_a_text_that_the_model_itself_doubts_is_dropped_only_where_the_vad_doubts_the_speech_too() -> None:
    doubted = heard("Thank you.", 1, 2, log_probability=-1.4, no_speech=0.9)
    unsure = work((1, 2))
    assert unsure.take(unsure.whole, doubted) == []
    assert unsure.result().segments == ()
    assert unsure.result().flaws == (LEFT_OUT,), "nothing is dropped in silence"
    silent = work((1, 2))
    assert silent.take(silent.whole, heard("", 1, 2, log_probability=-1.4, no_speech=0.9)) == []
    assert silent.result().flaws == ()
    spoken = work((1, 6))
    for _ in EFFORTS:
        spoken.take(spoken.whole, heard(GOOD, 1, 6, log_probability=-1.05, no_speech=0.61))
    assert spoken.done
    assert spoken.result().flaws == (guards.NO_SPEECH,)
    assert "clocks" in spoken.result().segments[0].text


def test_words_laid_over_a_hole_stay_where_nobody_seems_to_speak_in_it() -> None:
    spans = (Span(61, 66), Span(68.2, 69.8))
    window = WindowWork(Window(4, 60.0, 80.0, spans, spans), np.zeros(20 * SAMPLE_RATE, np.float32), "en")
    words = (*heard(GOOD, 1, 6).words, Word(8.2, 9.8, " Goodbye.", 0.6))
    left = window.take(window.whole, Decoded(words, -0.1, 0.0, 0.0))
    while left:
        left += window.take(left.pop(), heard("", 0, 0, log_probability=-1.4, no_speech=0.9))
    assert text_of(window) == f" {GOOD} Goodbye."


@pytest.mark.parametrize(
    "doubted",
    [
        heard("you", 1, 2, log_probability=-1.6, no_speech=0.9),
        heard("I'm going to go there.", 1, 5, log_probability=-1.2, no_speech=0.2),
        heard("I'm going to go there.", 1, 5, log_probability=-0.3, no_speech=0.7),
        heard("Thank you.", 1, 2, log_probability=-0.3),
        heard("no " * 60, 1, 20, log_probability=-0.1, no_speech=0.7),
    ],
)
def test_where_the_vad_hears_nobody_nothing_is_made_up(doubted: Decoded) -> None:
    window = work(length=30)
    assert window.take(window.whole, doubted) == []
    assert window.done
    assert text_of(window) == ""
    assert window.result().flaws == (), "most music is just music"


def test_where_the_vad_hears_nobody_a_loop_that_the_model_is_sure_of_is_left_out_and_told() -> None:
    window = work(length=30)
    assert window.take(window.whole, heard(GOOD + " la" * 40, 1, 20, log_probability=-0.2)) == []
    assert window.result().flaws == (LEFT_OUT,)


def test_where_the_vad_hears_nobody_but_the_model_surely_does_its_text_is_kept() -> None:
    window = work(length=30)
    assert window.take(window.whole, heard(GOOD, 3, 8, log_probability=-0.5)) == [window.whole]
    assert window.whole.effort.beam_size == 5, "and is heard as well as others"
    assert window.take(window.whole, heard(GOOD, 3, 8, log_probability=-0.4)) == []
    assert text_of(window) == f" {GOOD}"


def test_a_loop_that_nothing_helps_against_is_cut_and_marked() -> None:
    window = work((1, 10))
    for _ in EFFORTS:
        left = window.take(window.whole, heard("It was a bright day. " + "I don't know. " * 20, 1, 10))
    while left:
        assert left[0] is not window.whole, "what the loop covered is heard again"
        left += window.take(left.pop(), heard("", 0, 0))
    assert window.done
    assert text_of(window) == " It was a bright day. I don't know."
    assert guards.REPEATED in window.result().flaws


@pytest.mark.parametrize(("end", "expected"), [(15.2, f" {GOOD} Okay."), (15.7, f" {GOOD}")])
def test_a_known_phrase_at_a_windows_end_stays_where_others_speak_soon_after(end: float, expected: str) -> None:
    sure, unsure = Span(1.0, 6.0), Span(10.0, 15.0)
    window = WindowWork(Window(4, 0.0, end, (sure, unsure), (sure,)), np.zeros(round(end * SAMPLE_RATE), np.float32), "en")
    said = (*heard(GOOD, 1, 6).words, *heard("Okay.", 14.5, 15).words)
    window.take(window.whole, Decoded(said, -0.2, 0.0, 0.0))
    assert text_of(window) == expected


def test_what_models_say_of_themselves_stays_only_where_somebody_speaks() -> None:
    spoken, silent = ((1, 6), (12, 13)), ((1, 6),)
    for stretches, expected in ((spoken, f" {GOOD} Thank you."), (silent, f" {GOOD}")):
        window = work(*stretches)
        window.take(window.whole, Decoded((*heard(GOOD, 1, 6).words, *heard("Thank you.", 12, 13).words), -0.2, 0.0, 0.0))
        assert text_of(window) == expected
    assert window.result().flaws == (LEFT_OUT,)


def test_which_of_two_holes_is_decoded_first_changes_nothing() -> None:
    def text(order: int) -> str:
        window = work((0, 19.8))
        parts = tuple(
            word
            for said, start, end in (("One two three four five.", 0, 2), ("Nine ten eleven twelve.", 8, 10), ("All is done.", 18, 19.8))
            for word in heard(said, start, end).words
        )
        pieces = window.take(window.whole, Decoded(parts, -0.1, 0.0, 0.0))
        assert len(pieces) == 2
        for piece in pieces[::order]:
            window.take(piece, heard("Yes I said yes yes I did indeed.", 0.5, piece.span.duration - 0.5))
        assert window.done
        return text_of(window)

    assert text(1) == text(-1)
    assert text(1).count("indeed") == 2


def test_pieces_end_even_where_nothing_is_ever_heard() -> None:
    window = work((1, 19))
    queue = [window.whole]
    for _ in range(500):
        if not queue:
            break
        queue += window.take(queue.pop(), heard("", 0, 0))
    assert window.done
    assert window.result().flaws == (guards.TOO_FEW_WORDS,)


decodings = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.1, 0.5, 2.0]),
        st.sampled_from([0.0, 0.2, 0.4, 1.5, 3.0, 6.0]),
        st.sampled_from("an insp it rang. 了".split()),
    ),
    max_size=10,
)


def as_decoded(parts: list[tuple[float, float, str]], length: float) -> Decoded:
    """Words from pauses before them and lengths, as many as fit."""
    words: list[Word] = []
    for pause, seconds, text in parts:
        start = (words[-1].end if words else 0.0) + pause
        if start + seconds <= length:
            words.append(Word(start, start + seconds, f" {text}", 0.9))
    return Decoded(tuple(words), -0.2, 0.0, 0.0)


@given(st.lists(st.integers(0, 200), min_size=2, max_size=6, unique=True).map(sorted), st.lists(decodings, min_size=1, max_size=20))
def test_words_stay_in_order_and_inside_the_window_whatever_is_heard(
    edges: list[int], heard_parts: list[list[tuple[float, float, str]]]
) -> None:
    window = work(*((start / 10, end / 10) for start, end in zip(edges[::2], edges[1::2], strict=False)))
    queue, answers = [window.whole], cycle(heard_parts)
    while queue:
        piece = queue.pop()
        queue += window.take(piece, as_decoded(next(answers), piece.span.duration))
    words = [word for segment in window.result().segments for word in segment.words]
    assert all(60.0 <= word.start <= word.end <= 80.0 for word in words)
    assert all(one.start <= other.start for one, other in pairwise(words))


def test_a_loop_over_the_users_prompt_is_tried_without_it() -> None:
    spans = (Span(61, 66),)
    window = WindowWork(Window(4, 60.0, 80.0, spans, spans), np.zeros(20 * SAMPLE_RATE, np.float32), "en", prompted=True)
    loop = heard("Dashwood " * 40, 1, 6)
    seen = []
    while window.take(window.whole, heard(GOOD, 1, 6) if not window.whole.effort.prompted else loop):
        seen.append(window.whole.effort)
    assert seen[-1].beam_size == 5
    assert not seen[-1].prompted
    assert not window.result().sampled

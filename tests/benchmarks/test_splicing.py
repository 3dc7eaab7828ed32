"""Times in windows from which silences were cut out, told in the medium's time again."""

import pytest
from dwhisper_worker.contract import BYTES_PER_SECOND, Span

from tests.benchmarks.scripts import load

splicing = load("splicing")

SPEECH = [Span(1.0, 2.0), Span(5.0, 6.5), Span(40.0, 41.0)]


def window() -> "splicing.Spliced":
    (only,) = splicing.spliced(bytes(60 * BYTES_PER_SECOND), SPEECH, SPEECH, Span(0.0, 60.0), 29.5)
    return only


def test_every_stretch_of_speech_is_told_where_it_was() -> None:
    made = window()
    assert [(round(made.begin(one.start), 3), round(made.end(one.end), 3)) for one in made.audio.window.maybe] == [
        (one.start, one.end) for one in SPEECH
    ]


@pytest.mark.parametrize("at", [1.3995, 1.4, 1.4005])
def test_where_two_pieces_meet_what_begins_is_in_the_later_one_and_what_ends_in_the_former(at: float) -> None:
    made = window()
    assert made.begin(at) == pytest.approx(4.8, abs=0.001)
    assert made.end(at) == pytest.approx(2.2, abs=0.001)


def test_a_window_has_the_sound_of_its_pieces() -> None:
    made = window()
    assert len(made.audio.pcm) == pytest.approx(sum(piece.duration for piece in made.pieces) * BYTES_PER_SECOND)

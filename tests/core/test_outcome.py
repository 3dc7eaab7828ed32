"""What came of a job, in sentences."""

import pytest
from dwhisper_worker.contract import LEFT_OUT, Segment, Span

from dwhisper_gui.core.job import JobState, Missing
from dwhisper_gui.core.outcome import MOST_RANGES, ranges, state_sentence, warnings
from dwhisper_gui.core.transcript import FlawedWindow, Transcript


def transcript(
    *,
    segments: tuple[Segment, ...] = (),
    unheard: tuple[Span, ...] = (),
    flawed: tuple[FlawedWindow, ...] = (),
    sampled: tuple[Span, ...] = (),
    missing: tuple[Missing, ...] = (),
) -> Transcript:
    return Transcript("en", (), 100.0, segments, unheard, flawed, sampled, missing)


@pytest.mark.parametrize("state", JobState)
def test_every_state_has_a_sentence(state: JobState) -> None:
    assert state_sentence(state, "k3f9x").endswith(".")


def test_what_has_not_ended_well_says_how_to_go_on() -> None:
    for state in (JobState.FAILED, JobState.CANCELLED, JobState.PAUSED, JobState.QUEUED, JobState.RUNNING):
        assert "dwhisper jobs" in state_sentence(state, "k3f9x")
        assert "k3f9x" in state_sentence(state, "k3f9x")


def test_a_text_without_doubts_needs_no_warning() -> None:
    assert warnings(transcript(), "k3f9x") == []


def test_each_doubt_names_its_ranges_and_each_kind_of_gap_what_to_do() -> None:
    found = warnings(
        transcript(
            unheard=(Span(1, 3),),
            flawed=(FlawedWindow(Span(10, 20), ("repeated_phrase",)),),
            sampled=(Span(30, 40),),
            missing=(
                Missing(Span(50, 60), "failed"),
                Missing(Span(65, 70), "failed"),
                Missing(Span(72, 75), "unreadable"),
                Missing(Span(80, 100), "cut"),
            ),
        ),
        "k3f9x",
    )
    assert [sentence for sentence in found if "0:50–1:00, 1:05–1:10" in sentence and "jobs retry k3f9x" in sentence]
    assert [sentence for sentence in found if "1:12–1:15" in sentence and "damaged" in sentence and "jobs retry k3f9x" in sentence]
    assert [sentence for sentence in found if "1:20–1:40" in sentence and "the file ends" in sentence]
    assert [sentence for sentence in found if "0:01–0:03" in sentence and "no words" in sentence]
    assert [sentence for sentence in found if "0:10–0:20" in sentence and "may be wrong" in sentence]
    assert [sentence for sentence in found if "0:30–0:40" in sentence and "sampling" in sentence]
    assert len(found) == 6


def test_where_the_model_is_unsure_is_told_in_as_few_ranges_as_there_are() -> None:
    said = [
        Segment(at, at + 4, "", (), probability, 0, 1, 0)
        for at, probability in ((0, -0.1), (5, -0.7), (10, -0.9), (20, -0.2), (30, -0.6), (60, -0.6))
    ]
    (found,) = warnings(transcript(segments=tuple(said)), "k3f9x")
    assert "unsure" in found
    assert "0:05–0:14, 0:30–0:34, 1:00–1:04." in found


def test_what_was_left_out_is_told_and_says_nothing_against_the_rest_of_its_window() -> None:
    (sentence,) = warnings(transcript(flawed=(FlawedWindow(Span(10, 20), (LEFT_OUT,)),)), "k3f9x")
    assert "0:10–0:20" in sentence
    assert "left out" in sentence
    assert len(warnings(transcript(flawed=(FlawedWindow(Span(10, 20), (LEFT_OUT, "repeated_phrase")),)), "k3f9x")) == 2


def test_of_many_ranges_the_first_are_named() -> None:
    spans = [Span(i * 60.0, i * 60.0 + 5) for i in range(MOST_RANGES + 3)]
    assert ranges(spans).startswith("0:00–0:05, 1:00–1:05")
    assert ranges(spans).endswith("(+3)")

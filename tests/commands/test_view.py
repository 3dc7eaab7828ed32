"""Which steps of a progress are worth a plain line, and what such a line says."""

import io

import pytest
from rich.console import Console

from dwhisper_gui.commands.view import LONGEST_NAME, Bar, Lines, Sparing, shortened


def test_a_line_comes_with_each_tenth_or_after_half_a_minute() -> None:
    sparing = Sparing()
    told = [
        share
        for now, share in [(0, 0.0), (1, 0.05), (2, 0.1), (3, 0.15), (4, 0.31), (5, 0.4), (33, 0.404), (34, 0.405), (36, 0.41), (70, 0.45)]
        if sparing.worth("a.mp4", share, now)
    ]
    assert told == [0.0, 0.1, 0.31, 0.405, 0.45]


def test_the_beginning_is_told_and_the_end_is_left_to_the_summary() -> None:
    sparing = Sparing()
    assert sparing.worth("a.mp4", 0.0, 0.0)
    assert not sparing.worth("a.mp4", 1.0, 1.0)
    assert sparing.worth("b.mp4", 0.0, 1.0)


def test_plain_lines_go_to_standard_error_and_results_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    view = Lines()
    view.progress("a.mp4", 0.0, 0.0, "getting ready")
    view.progress("a.mp4", 5.0, 10.0, "3.0x, 2 s left")
    view.progress("a.mp4", 5.1, 10.0, "")
    view.say("Half of it is \x1b[31mdone.", "red")
    view.result("a.en.srt")
    view.close()
    out, err = capsys.readouterr()
    assert out == "a.en.srt\n"
    assert err.splitlines() == ["a.mp4: getting ready", "a.mp4: 50%, 3.0x, 2 s left", "Half of it is \N{REPLACEMENT CHARACTER}[31mdone."]


def test_a_bar_has_a_share_once_there_is_something_to_measure_against() -> None:
    bar = Bar(Console(stderr=True, force_terminal=True, width=100, file=(screen := io.StringIO())))
    bar.progress("a.mp4", 0.0, 0.0, "loading the model")
    bar.close()
    assert "loading the model" in screen.getvalue()
    assert "%" not in screen.getvalue()
    bar.progress("a.mp4", 5.0, 10.0, "3.0x")
    bar.close()
    assert "50 %" in screen.getvalue()


def test_long_names_keep_their_ends() -> None:
    assert shortened("short.mp4") == "short.mp4"
    long = "a recording with a long name, the third of its kind, part 12.mp4"
    assert shortened(long).startswith("a recording")
    assert shortened(long).endswith("part 12.mp4")
    assert len(shortened(long)) == LONGEST_NAME - 1

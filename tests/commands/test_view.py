"""Which steps of a progress are worth a plain line, and what such a line says."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from dwhisper_gui import log
from dwhisper_gui.commands import view
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
    lines = Lines()
    lines.progress("a.mp4", 0.0, 0.0, "getting ready")
    lines.progress("a.mp4", 5.0, 10.0, "3.0x, 2 s left")
    lines.progress("a.mp4", 5.1, 10.0, "")
    lines.say("Half of it is \x1b[31mdone.", "red")
    lines.result("a.en.srt")
    lines.close()
    out, err = capsys.readouterr()
    assert out == "a.en.srt\n"
    assert err.splitlines() == ["a.mp4: getting ready", "a.mp4: 50%, 3.0x, 2 s left", "Half of it is \N{REPLACEMENT CHARACTER}[31mdone."]


def test_a_bar_has_a_share_once_there_is_something_to_measure_against() -> None:
    bar = Bar(Console(stderr=True, force_terminal=True, width=100, file=(screen := io.StringIO())))
    bar.progress("a.mp4", 0.0, 0.0, "waiting for a worker with the model")
    bar.close()
    assert "waiting for a worker with the model" in screen.getvalue()
    assert "%" not in screen.getvalue()
    bar.progress("a.mp4", 5.0, 10.0, "3.0x")
    bar.close()
    assert "50 %" in screen.getvalue()


def test_a_bar_is_one_line_on_a_narrow_screen() -> None:
    bar = Bar(Console(stderr=True, force_terminal=True, width=60, file=(screen := io.StringIO())))
    bar.progress("a recording with a long name.mp4", 25.0, 100.0, "file 1 of 3, 7.5x, 12 min 07 s left")
    bar.close()
    assert "25 %" in screen.getvalue()


def test_nothing_moves_where_the_log_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "in_terminal", lambda: True)
    try:
        for verbose, kind in ((True, Lines), (False, Bar)):
            log.setup(tmp_path, verbose=verbose)
            assert isinstance(view.make_view(), kind)
    finally:
        log.close()


def test_long_names_keep_their_ends() -> None:
    assert shortened("short.mp4") == "short.mp4"
    long = "a recording with a long name, the third of its kind, part 12.mp4"
    assert shortened(long).startswith("a recording")
    assert shortened(long).endswith("part 12.mp4")
    assert len(shortened(long)) == LONGEST_NAME - 1

"""What the listing commands print into a file or pipe."""

import pytest

from dwhisper_gui.commands.tables import aligned, print_table


def test_columns_begin_where_they_do_in_other_rows_and_nothing_trails() -> None:
    assert aligned([("job", "name", "why"), ("k3f9x", "日本.mp4", ""), ("a", "b", "It broke.")]) == [
        "job    name      why",
        "k3f9x  日本.mp4",
        "a      b         It broke.",
    ]


def test_a_row_is_a_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "why"), [("odd\nna\x1b[31mme\t.mp4", "x" * 2000), ("b.mp4", "")])
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 4
    assert lines[1].startswith("odd\N{REPLACEMENT CHARACTER}na\N{REPLACEMENT CHARACTER}[31mme\N{REPLACEMENT CHARACTER}.mp4  xxx")
    assert lines[2:] == ["b.mp4", ""]


def test_a_table_without_rows_has_its_heads(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "why"), [])
    assert capsys.readouterr().out == "name  why\n"

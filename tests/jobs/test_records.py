"""Names for sentences."""

import os
from pathlib import Path

import pytest

from dwhisper_gui.jobs.records import name_among

TALK = os.fsencode(Path("/a", "one", "talk.mp4"))


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], ("talk.mp4",)),
        ([("/a", "one", "talk.mp4")], ("talk.mp4",)),
        ([("/a", "one", "other.mp4")], ("talk.mp4",)),
        ([("/a", "two", "talk.mp4")], ("one", "talk.mp4")),
        ([("/a", "two", "talk.mp4"), ("/b", "one", "talk.mp4")], ("a", "one", "talk.mp4")),
    ],
)
def test_a_name_has_as_much_of_its_path_as_tells_it_apart(others: list[tuple[str, ...]], expected: tuple[str, ...]) -> None:
    assert name_among(TALK, [os.fsencode(Path(*other)) for other in others]) == os.fspath(Path(*expected))


def test_paths_that_differ_only_in_bytes_that_are_no_text_have_a_name_each() -> None:
    assert name_among(b"/a/\xff/talk.mp4", [b"/a/\xfe/talk.mp4"]).endswith("talk.mp4")

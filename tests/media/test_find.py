"""From what the user names to media."""

import os
import sys
from pathlib import Path

import pytest

from dwhisper_gui.core.errors import AddressGiven, FolderWithoutMedia, MediumError, NothingFits, StreamGiven
from dwhisper_gui.media.find import find_media

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX names")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "b/two.MKV", "b/one.mp4", "b/notes.txt", "b/list.m3u8", "b/.hidden.mp4", "b/deep/er/sound.Opus", "b/.git/x.mp4",
        "a.wav", "README", "empty/notes.txt", "[2024] talk.mp4", "x/[1].mp3",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def names(tree: Path, *asked: str) -> list[list[str] | type[MediumError]]:
    found = find_media([os.fsencode(tree / word) for word in asked])
    assert [one.asked for one in found] == [os.fsencode(tree / word) for word in asked]
    return [type(one.error) if one.error else [Path(os.fsdecode(path)).relative_to(tree).as_posix() for path in one.media] for one in found]


def test_a_folder_stands_for_the_media_in_it(tree: Path) -> None:
    assert names(tree, "b") == [["b/one.mp4", "b/two.MKV", "b/deep/er/sound.Opus"]]


def test_a_file_that_is_named_is_taken_whatever_it_is_and_whether_it_is_there(tree: Path) -> None:
    assert names(tree, "README", "b/.hidden.mp4", "missing.mp4") == [["README"], ["b/.hidden.mp4"], ["missing.mp4"]]


def test_what_is_wrong_with_one_leaves_the_others(tree: Path) -> None:
    assert names(tree, "empty", "no*thing", "a.wav") == [FolderWithoutMedia, NothingFits, ["a.wav"]]


@pytest.mark.parametrize(
    ("word", "error", "said"),
    [
        (b"https://example.org/watch?v=1", AddressGiven, "yt-dlp"),
        (b"RTSP://camera/1", AddressGiven, "RTSP://camera/1"),
        (b"-", StreamGiven, "standard input"),
        (b"no*.mp4", NothingFits, "pattern “no*.mp4”"),
    ],
)
def test_what_is_no_file_on_this_computer(
    word: bytes, error: type[MediumError], said: str, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    (found,) = find_media([word])
    assert type(found.error) is error
    assert said in str(found.error)


def test_a_file_is_taken_even_if_its_name_looks_like_something_else(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    Path("-").touch()
    Path("http:/x").mkdir(parents=True)
    Path("http:/x/a.mp4").touch()
    assert [one.media for one in find_media([b"-", b"http://x/a.mp4"])] == [
        (os.fsencode(tree / "-"),),
        (os.fsencode(tree / "http:" / "x" / "a.mp4"),),
    ]


def test_patterns(tree: Path) -> None:
    assert names(tree, "b/*") == [["b/one.mp4", "b/two.MKV", "b/deep/er/sound.Opus"]]
    assert names(tree, "**/*.mp4") == [["[2024] talk.mp4", "b/one.mp4"]]
    assert names(tree, "READ??") == [["README"]]


def test_a_name_that_is_there_is_no_pattern(tree: Path) -> None:
    assert names(tree, "[2024] talk.mp4", "x/[1].mp3") == [["[2024] talk.mp4"], ["x/[1].mp3"]]


def test_each_medium_once(tree: Path) -> None:
    assert names(tree, "b/one.mp4", "b", "b/../b/one.mp4") == [["b/one.mp4"], ["b/two.MKV", "b/deep/er/sound.Opus"], []]


@needs_posix
def test_links_in_circles_lead_to_each_medium_once(tree: Path) -> None:
    (tree / "b" / "round").symlink_to(tree / "b")
    assert names(tree, "b/**/*.mp4", "b/round/one.mp4") == [["b/one.mp4"], []]


@needs_posix
def test_a_file_under_two_names_is_two_media(tree: Path) -> None:
    (tree / "a copy.wav").symlink_to(tree / "a.wav")
    assert names(tree, "a.wav", "a copy.wav") == [["a.wav"], ["a copy.wav"]]


@needs_posix
@pytest.mark.parametrize("host", ["", "localhost"])
def test_an_address_of_a_file_here_is_its_path(host: str, tree: Path) -> None:
    (found,) = find_media([os.fsencode(f"file://{host}{tree}/%5B2024%5D%20talk.mp4")])
    assert found.media == (os.fsencode(tree / "[2024] talk.mp4"),)


def test_relative_names_become_absolute(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    (found,) = find_media([b"a.wav"])
    assert found.media == (os.fsencode(tree / "a.wav"),)


@needs_posix
def test_names_that_are_no_text(tree: Path) -> None:
    folder = os.fsencode(tree / "b" / "deep")
    for name in (b"\xff.mp4", b"-dash.mp4", b"new\nline.mp4"):
        Path(os.fsdecode(folder + b"/" + name)).touch()
    (found,) = find_media([folder])
    assert {os.path.basename(path) for path in found.media} == {b"\xff.mp4", b"-dash.mp4", b"new\nline.mp4", b"sound.Opus"}  # noqa: PTH119
    (missing,) = find_media([folder + b"/\xfe*.mp4"])
    assert r"\xfe*.mp4" in str(missing.error)

"""Writing files: beside the medium, whole, and over nobody else's."""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dwhisper_gui.core.errors import FormatUnknown, OutputFolderUnusable, OutputNotWritable
from dwhisper_gui.subtitles.document import document_of
from dwhisper_gui.subtitles.export import export, refuse_unwritable, same_files
from dwhisper_gui.subtitles.formats import FORMATS, formats_named
from tests.disks import small_disk

from .texts import segment, spoken, talk, transcript

NOBODY = 65534
TALK = document_of(talk(), "video.mp4")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def export_talk(medium: Path, *formats: str, folder: Path | None = None, overwrite: bool = False) -> list[str]:
    """The names of the files written; checks that they lie where they should and hold what they should."""
    into = None if folder is None else os.fsencode(folder)
    written = export(document_of(talk(), medium.name), os.fsencode(medium), formats_named(formats or ["srt"]), into, overwrite, "k7")
    paths = [Path(os.fsdecode(path)) for path in written]
    for path, name in zip(paths, formats or ("srt",), strict=True):
        assert path.parent == (medium.parent if folder is None else folder)
        content = path.read_bytes()
        if name != "json":
            assert content == FORMATS[name].write(document_of(talk(), medium.name))
        else:
            assert json.loads(content)["segments"]
    return [path.name for path in paths]


def test_a_file_lies_beside_its_medium(tmp_path: Path) -> None:
    assert export_talk(tmp_path / "video.mp4") == ["video.en.srt"]
    assert names(tmp_path) == ["video.en.srt"]


def test_or_in_the_folder_asked_for(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert export_talk(tmp_path / "video.mp4", folder=tmp_path / "out") == ["video.en.srt"]
    assert names(tmp_path) == ["out"]


def test_a_medium_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert export(TALK, b"-v.mp4", formats_named(["srt"]), None, False, "k7") == [b"-v.en.srt"]
    assert names(tmp_path) == ["-v.en.srt"]


def test_a_translation_is_english(tmp_path: Path) -> None:
    said = transcript(segment(spoken(" Hello.")), language="de")
    translated = type(said)(**{**{name: getattr(said, name) for name in said.__slots__}, "translated": True})
    assert export(document_of(translated, "v.mp4"), os.fsencode(tmp_path / "v.mp4"), formats_named(["txt"]), None, False, "k7") == [
        os.fsencode(tmp_path / "v.en.txt")
    ]


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "video.en.srt").write_text("mine")
    assert export_talk(tmp_path / "video.mp4") == ["video_2.en.srt"]
    assert export_talk(tmp_path / "video.mp4") == ["video_3.en.srt"]
    assert (tmp_path / "video.en.srt").read_text() == "mine"


def test_unless_it_is_to_be_overwritten(tmp_path: Path) -> None:
    (tmp_path / "video.en.srt").write_text("mine")
    assert export_talk(tmp_path / "video.mp4", "srt", "txt", overwrite=True) == ["video.en.srt", "video.en.txt"]
    assert names(tmp_path) == ["video.en.srt", "video.en.txt"]


def test_but_never_what_is_to_be_kept(tmp_path: Path) -> None:
    first = export(TALK, os.fsencode(tmp_path / "video.mp4"), formats_named(["srt"]), None, True, "k7")
    (tmp_path / "video.en.srt").write_text("of another medium")
    second = export(TALK, os.fsencode(tmp_path / "video.mkv"), formats_named(["srt", "txt"]), None, True, "k8", first)
    assert [Path(os.fsdecode(path)).name for path in second] == ["video_2.en.srt", "video_2.en.txt"]
    assert (tmp_path / "video.en.srt").read_text() == "of another medium"
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    third = export(
        TALK, os.fsencode(tmp_path / "video.avi"), formats_named(["srt"]), os.fsencode(tmp_path / "link"), True, "k9", (*first, *second)
    )
    assert [Path(os.fsdecode(path)).name for path in third] == ["video_3.en.srt"]


def test_files_that_hold_just_what_would_be_written_are_found_again(tmp_path: Path) -> None:
    (tmp_path / "video.en.srt").write_text("mine")
    assert export_talk(tmp_path / "video.mp4", "srt", "txt") == ["video_2.en.srt", "video_2.en.txt"]
    (tmp_path / "video_2.en.txt").write_text("changed")
    found = same_files(TALK, os.fsencode(tmp_path / "video.mp4"), formats_named(["srt", "txt", "vtt"]), None)
    assert found == {"srt": os.fsencode(tmp_path / "video_2.en.srt")}
    assert same_files(TALK, os.fsencode(tmp_path / "video.mp4"), formats_named(["srt"]), None, list(found.values())) == {}, "another's"


def test_all_formats_have_one_number(tmp_path: Path) -> None:
    (tmp_path / "video.en.vtt").write_text("mine")
    (tmp_path / "video_2.en.json").mkdir()
    assert export_talk(tmp_path / "video.mp4", "srt", "vtt", "txt", "json") == [
        f"video_3.en.{name}" for name in ("srt", "vtt", "txt", "json")
    ]
    assert len(names(tmp_path)) == 6


def test_a_link_that_leads_nowhere_is_there_too(tmp_path: Path) -> None:
    (tmp_path / "video.en.srt").symlink_to(tmp_path / "gone")
    assert export_talk(tmp_path / "video.mp4") == ["video_2.en.srt"]


def test_of_many_at_once_each_gets_a_name_of_its_own(tmp_path: Path) -> None:
    written: list[list[str]] = []
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        written.extend(export_talk(tmp_path / "video.mp4", "srt", "vtt") for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 40
    assert sorted(name for pair in written for name in pair) == names(tmp_path)
    assert all(srt.removesuffix("srt") == vtt.removesuffix("vtt") for srt, vtt in written)


def test_a_name_taken_at_the_last_moment_is_given_up_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "video.en.vtt").write_text("mine")
    monkeypatch.setattr(os.path, "lexists", lambda _: False)
    assert export_talk(tmp_path / "video.mp4", "srt", "vtt") == ["video_2.en.srt", "video_2.en.vtt"]
    assert names(tmp_path) == ["video.en.vtt", "video_2.en.srt", "video_2.en.vtt"]


def test_without_hard_links_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    assert export_talk(tmp_path / "video.mp4", "srt", "vtt") == ["video.en.srt", "video.en.vtt"]
    monkeypatch.setattr(os.path, "lexists", lambda _: False)
    assert export_talk(tmp_path / "video.mp4", "srt", "vtt") == ["video_2.en.srt", "video_2.en.vtt"]
    assert len(names(tmp_path)) == 4


@pytest.mark.skipif(os.name == "nt", reason="mode bits are POSIX's")
def test_the_mode_of_a_file_is_what_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        export_talk(tmp_path / "video.mp4")
    finally:
        os.umask(before)
    assert (tmp_path / "video.en.srt").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "stem",
    [
        b"quotes ' \" and $(spaces)",
        "👩‍👩‍👧 déjà".encode(),
        b"-rf",
        pytest.param(b"caf\xe9 \xff", marks=pytest.mark.skipif(sys.platform != "linux", reason="names must be text here")),
        b"n" * 251,
        "名".encode() * 83,
    ],
    ids=["quotes", "emoji", "dash", "no-utf8", "255-bytes", "255-bytes-wide"],
)
def test_whatever_the_medium_is_called(tmp_path: Path, stem: bytes) -> None:
    medium = os.fsencode(tmp_path) + b"/" + stem + b".mp4"
    Path(os.fsdecode(medium)).touch()
    for _ in range(2):
        for path in export(TALK, medium, formats_named(["srt", "json"]), None, False, "k7"):
            written = Path(os.fsdecode(path))
            assert written.stat().st_size > 0
            assert os.fsencode(written.name).startswith(stem[:240])
    assert len(names(tmp_path)) == 5


# --- what fails ----------------------------------------------------------------------------------------------------


def test_a_format_that_is_not_there_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown):
        export_talk(tmp_path / "video.mp4", "srt", "doc")
    assert names(tmp_path) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable) as failed:
        export_talk(tmp_path / "video.mp4", folder=tmp_path / "gone")
    sentence = failed.value.sentence()
    assert f"{tmp_path}/gone/video.en.srt" in sentence.replace("\\", "/")
    assert "dwhisper export k7" in sentence
    assert failed.value.fields["detail"] == os.strerror(errno.ENOENT)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputNotWritable):
        export_talk(tmp_path / "video.mp4", folder=tmp_path / "file")


def test_a_folder_in_the_way_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "video.en.srt").mkdir()
    with pytest.raises(OutputNotWritable):
        export_talk(tmp_path / "video.mp4", overwrite=True)
    assert names(tmp_path) == ["video.en.srt"]


@pytest.mark.skipif(sys.platform != "linux", reason="names must be text here")
def test_the_sentence_can_be_printed_whatever_the_name(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable) as failed:
        export(TALK, os.fsencode(tmp_path) + b"/gone/caf\xe9.mp4", formats_named(["srt"]), None, False, "k7")
    assert "caf\ufffd.en.srt" in failed.value.sentence().encode().decode()


UNPRIVILEGED = """
import os, sys
from dwhisper_gui.core.errors import OutputNotWritable
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.document import document_of
from dwhisper_gui.subtitles.export import export
from dwhisper_gui.subtitles.formats import formats_named
if os.geteuid() == 0:
    os.setgid(NOBODY)
    os.setuid(NOBODY)
try:
    silent = document_of(Transcript("en", (), 1.0, (), (), (), (), ()), "video.mp4")
    export(silent, os.fsencode(sys.argv[1]), formats_named(["srt"]), None, False, "k7")
except OutputNotWritable as error:
    print(error.fields["detail"])
""".replace("NOBODY", str(NOBODY))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that any user can reach; pytest's own are the owner's alone."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.integration
@pytest.mark.skipif(os.name == "nt", reason="mode bits are POSIX's")
def test_a_folder_that_may_not_be_written_to(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    command = [sys.executable, "-c", UNPRIVILEGED, str(open_folder / "video.mp4")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == os.strerror(errno.EACCES)
    assert names(open_folder) == []


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "64k") as mounted:
        yield mounted


@pytest.mark.integration
def test_a_full_disk_leaves_nothing_half_written(disk: Path) -> None:
    long = transcript(segment(spoken(" so delicate and white, dazzling." * 1000)))
    with pytest.raises(OutputNotWritable) as failed:
        export(document_of(long, "video.mp4"), os.fsencode(disk / "video.mp4"), formats_named(["srt", "json"]), None, False, "k7")
    assert failed.value.fields["detail"] == os.strerror(errno.ENOSPC)
    assert names(disk) == []
    assert export_talk(disk / "video.mp4", "srt", "txt") == ["video.en.srt", "video.en.txt"]


@pytest.mark.integration
def test_a_full_disk_leaves_what_was_to_be_overwritten(disk: Path) -> None:
    (disk / "video.en.txt").write_text("mine")
    (disk / "filler").write_bytes(bytes(60 * 1024))
    with pytest.raises(OutputNotWritable):
        export_talk(disk / "video.mp4", "txt", overwrite=True)
    assert (disk / "video.en.txt").read_text() == "mine"
    assert names(disk) == ["filler", "video.en.txt"]


def test_a_folder_that_was_asked_for_is_made_and_nothing_is_left_of_the_trial(tmp_path: Path) -> None:
    refuse_unwritable(b"/nowhere/talk.mp4", os.fsencode(tmp_path / "new" / "folder"))
    assert list((tmp_path / "new" / "folder").iterdir()) == []


def test_a_folder_that_is_a_file_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputFolderUnusable, match=r"taken” \(it is a file\)"):
        refuse_unwritable(b"/nowhere/talk.mp4", os.fsencode(tmp_path / "taken"))

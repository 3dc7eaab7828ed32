"""`dwhisper transcribe`, as a person and a program use it."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.conftest import ffmpeg
from tests.commands.program import DWHISPER, run, spoken
from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("tiny_en")]

TINY = ("--model", "tiny.en")


def test_the_sample_comes_out_word_for_word(sample: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    ended = run("transcribe", sample, *TINY, "--output-dir", out, "--format", "srt,vtt", "-f", "txt", "-f", "json")
    assert ended.status == 0
    assert ended.lines == [os.fspath(out / f"sample.en.{kind}") for kind in ("srt", "vtt", "txt", "json")]
    words = re.findall(r"[\w']+", spoken(out / "sample.en.srt").lower())
    expected = re.findall(r"[\w']+", sample.with_suffix(".txt").read_text().lower())
    assert words == expected


@pytest.mark.slow
def test_the_second_time_its_text_is_used_and_nothing_is_written_twice(talk: Path) -> None:
    written = os.fspath(talk.with_name("talk.en.srt"))
    first = run("transcribe", talk, *TINY)
    assert first.lines == [written]
    second = run("transcribe", talk, *TINY, "--json")
    (added,) = second.named("job_added")
    assert added["finished_before"]
    assert not second.named("model_loaded")
    assert [file["path"] for file in second.named("job_ended")[0]["files"]] == [written]
    assert len(list(talk.parent.iterdir())) == 2, "no copies"
    Path(written).unlink()
    third = run("transcribe", talk, *TINY)
    assert third.lines == [written]
    assert "its text is used" in third.err


@pytest.mark.slow
def test_rules_shots_and_the_report(talk: Path) -> None:
    first = run("transcribe", talk, *TINY, "--rules", "netflix", "--report")
    assert first.lines == [os.fspath(talk.with_name(f"talk.en.{kind}")) for kind in ("srt", "report.txt", "report.json")]
    assert "cues, " in first.err
    report = json.loads(talk.with_name("talk.en.report.json").read_text())
    assert (report["rules"], report["frame_rate"]) == ("netflix", [25, 1])
    stamps = re.findall(r",(\d{3})", talk.with_name("talk.en.srt").read_text())
    assert stamps
    assert all(int(stamp) % 40 == 0 for stamp in stamps), "on the picture's frames"
    job = run("jobs", "list", "--json").out
    (listed,) = json.loads(job)
    exported = run("export", listed["job"], "--rules", "BBC", "--shots", "--json")
    assert exported.status == 0
    assert json.loads(exported.out)["rules"] == "bbc"
    assert max(map(len, talk.with_name("talk_2.en.srt").read_text().splitlines())) <= 37
    talk.unlink()
    gone = run("export", listed["job"], "--shots")
    assert gone.status == 1
    assert "talk.mp4” is not there" in gone.err
    assert run("export", listed["job"], "--rules", "plain").status == 0, "without its shots no file is needed"


@pytest.mark.slow
def test_sound_alone_has_no_shots(talk: Path) -> None:
    sound = talk.with_suffix(".wav")
    ffmpeg("-i", talk, "-vn", sound)
    ended = run("transcribe", sound, *TINY, "--shots")
    assert ended.status == 0
    assert "has no picture" in ended.err


def test_rules_that_nobody_knows(talk: Path) -> None:
    ended = run("transcribe", talk, "--rules", "netfilx")
    assert ended.status == 2
    assert "Did you mean “netflix”?" in ended.err
    assert run("settings", "set", "subtitles.rules", "none").status == 2


@pytest.mark.slow
def test_another_format_of_what_is_there_is_written_alone(talk: Path) -> None:
    assert run("transcribe", talk, *TINY, "-f", "srt").status == 0
    ended = run("transcribe", talk, *TINY, "-f", "srt", "-f", "txt")
    assert ended.lines == [os.fspath(talk.with_name(f"talk.en.{kind}")) for kind in ("srt", "txt")]
    assert sorted(path.name for path in talk.parent.iterdir()) == ["talk.en.srt", "talk.en.txt", "talk.mp4"]


@pytest.mark.slow
def test_overwriting_spares_what_the_same_command_wrote_of_another_file(short: Path, tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / "L" / name).mkdir(parents=True)
        shutil.copy(short, tmp_path / "L" / name / "talk.mp4")
    out = tmp_path / "subs"
    for _ in range(2):
        ended = run("transcribe", tmp_path / "L", *TINY, "-o", out, "--overwrite")
        assert ended.lines == [os.fspath(out / "talk.en.srt"), os.fspath(out / "talk_2.en.srt")]
        assert len(list(out.iterdir())) == 2


@pytest.mark.slow
def test_anew_into_a_file_that_is_there_gets_another_name_or_replaces_it(talk: Path) -> None:
    mine = talk.with_name("talk.en.srt")
    mine.write_text("mine")
    numbered = run("transcribe", talk, *TINY)
    assert numbered.lines == [os.fspath(talk.with_name("talk_2.en.srt"))]
    assert numbered.err.count("“talk.en.srt” was there already and is not this job's, so the text is written as “talk_2.en.srt”") == 1
    assert mine.read_text() == "mine"
    replaced = run("transcribe", talk, *TINY, "--overwrite", "--fresh", "--json")
    assert replaced.named("model_loaded")
    assert [file["path"] for file in replaced.named("job_ended")[0]["files"]] == [os.fspath(mine)]
    assert "leisure" in spoken(mine)


@pytest.mark.slow
def test_subtitles_corrected_by_hand_are_left_whatever_rules_were_tried_meanwhile(talk: Path) -> None:
    corrected = talk.with_name("talk.en.srt")
    assert run("transcribe", talk, *TINY).lines == [os.fspath(corrected)]
    corrected.write_text("corrected")
    other = run("transcribe", talk, *TINY, "--rules", "bbc", "--json")
    (note,) = [one for one in other.named("note") if one["code"].startswith("file")]
    assert note["fields"] == {"name": "talk.en.srt", "written": "talk_2.en.srt"}
    back = run("transcribe", talk, *TINY)
    assert back.lines == [os.fspath(corrected)]
    assert "“talk.en.srt” was changed by somebody since it was written, so it is left as it is." in back.err
    assert corrected.read_text() == "corrected"
    assert sorted(path.name for path in talk.parent.iterdir()) == ["talk.en.srt", "talk.mp4", "talk_2.en.srt"]
    assert run("transcribe", talk, *TINY, "--overwrite").lines == [os.fspath(corrected)]
    assert "leisure" in spoken(corrected)


@pytest.mark.slow
def test_a_range_has_the_times_of_the_medium_and_live_text_is_in_order(sample: Path, tmp_path: Path) -> None:
    ended = run("transcribe", sample, *TINY, "--from", "0:20", "--to", "30.5", "--live", "-o", tmp_path)
    assert ended.status == 0
    *text, written = ended.lines
    assert written == os.fspath(tmp_path / "sample.en.srt")
    starts = [float(re.match(r"\[0:00:([\d.]+) → ", line)[1]) for line in text]  # type: ignore[index]
    assert starts == sorted(starts)
    assert all(20 <= start <= 30.5 for start in starts)
    assert "amiable woman" in " ".join(text)
    assert "leisure" not in ended.out


@pytest.mark.slow
def test_folders_and_patterns_stand_for_what_is_in_them_each_file_once(short: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    for name in ("b.MP4", "a.mp4", "inner/c.mp4", ".hidden.mp4"):
        shutil.copy(short, folder / name)
    (folder / "notes.txt").write_text("no recording")
    ended = run("transcribe", folder / "a.mp4", folder, os.fspath(folder / "*.mp4"), *TINY)
    assert ended.status == 0
    assert ended.lines == [os.fspath(folder / f"{name}.en.srt") for name in ("a", "b", "inner/c")]
    assert "3 in all: 3 done." in ended.err


@pytest.mark.slow
def test_settings_are_the_defaults(talk: Path) -> None:
    assert run("settings", "set", "model", "tiny.en").status == 0
    assert run("settings", "set", "formats", "txt").status == 0
    ended = run("transcribe", talk)
    assert ended.lines == [os.fspath(talk.with_name("talk.en.txt"))]


@pytest.mark.slow
def test_the_language_is_found_and_told(talk: Path, base: Path) -> None:
    ended = run("transcribe", talk, "--model", base)
    assert ended.status == 0
    assert "talk.mp4: The language is English.\n" in ended.err, "nobody doubts it"
    assert "leisure to consider" in spoken(talk.with_name("talk.en.srt"))


@pytest.mark.slow
def test_json_is_an_event_a_line_and_nothing_else(talk: Path) -> None:
    ended = run("transcribe", talk, talk.with_name("not there.mp4"), *TINY, "--json", "--live")
    assert ended.err == ""
    names = [event["event"] for event in ended.events]
    assert names[-1] == "finished"
    assert ended.events[-1]["status"] == ended.status == 1
    for name in (
        "job_added",
        "state",
        "refused",
        "part_prepared",
        "model_loaded",
        "leased",
        "window",
        "progress",
        "chunk_done",
        "job_ended",
    ):
        assert name in names
    (ending,) = ended.named("job_ended")
    assert ending["state"] == "done"
    assert ending["duration"] == pytest.approx(7.6, abs=0.1)
    assert "leisure" in json.dumps(ended.named("window"))


@pytest.mark.slow
def test_a_reader_that_goes_away_ends_it_quietly(sample: Path) -> None:
    words = [DWHISPER, "transcribe", os.fspath(sample), *TINY, "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert json.loads(process.stdout.readline())["event"] == "job_added"
        process.stdout.close()
        assert process.wait(30) == 130
        assert process.stderr.read() == b""
    (job,) = json.loads(run("jobs", "list", "--json").out)
    assert job["state"] == "stopped", "it can be gone on with"


@pytest.mark.slow
def test_a_full_disk_is_told(talk: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has a device that is always full")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([DWHISPER, "transcribe", talk, *TINY], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 1
    assert b"could not be written to standard output" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not os.fspath(REPOSITORY).isascii(), reason="with LC_ALL=C Python itself finds nothing that is installed from there")
def test_any_encoding_of_the_terminal_will_do(short: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(short, tmp_path / "\N{CLAPPER BOARD} café.mp4"))
    ended = run("transcribe", path, *TINY, "--live", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"})
    assert ended.status == 0
    text, written = ended.lines
    assert text.isascii()
    assert "[0:00:00.736 -> 0:00:07" in text
    assert written == os.fspath(path.with_suffix(".en.srt")), "its bytes are the file's"
    assert Path(written).exists()

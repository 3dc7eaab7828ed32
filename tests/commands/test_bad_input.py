"""Bad input: each gives its sentence and its status, and leaves the rest of the queue running. Real files, real processes."""

import contextlib
import http.server
import json
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from filelock import FileLock

from tests.commands.conftest import ffmpeg
from tests.commands.program import run, spoken, started

pytestmark = [pytest.mark.integration, pytest.mark.slow]

Make = Callable[[Path, Path], Path]


def missing(folder: Path, _: Path) -> Path:
    return folder / "not there.mp4"


def folder_without_media(folder: Path, _: Path) -> Path:
    (folder / "papers").mkdir()
    (folder / "papers" / "notes.txt").write_text("nothing to hear")
    return folder / "papers"


def empty(folder: Path, _: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def text(folder: Path, _: Path) -> Path:
    (folder / "text.mp4").write_text("This is a text.\n" * 100)
    return folder / "text.mp4"


def without_audio(folder: Path, _: Path) -> Path:
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=1", folder / "mute.mp4")
    return folder / "mute.mp4"


def without_index(folder: Path, good: Path) -> Path:
    ffmpeg("-i", good, "-c", "copy", "-movflags", "-faststart", folder / "whole.mp4")
    whole = (folder / "whole.mp4").read_bytes()
    (folder / "whole.mp4").unlink()
    (folder / "broken off.mp4").write_bytes(whole[: whole.rindex(b"moov") - 4])
    return folder / "broken off.mp4"


def without_sound(folder: Path, _: Path) -> Path:
    """As recorders leave it that were switched off at once."""
    ffmpeg("-f", "lavfi", "-i", "anullsrc", "-t", "0", folder / "nothing.wav")
    return folder / "nothing.wav"


BAD: list[tuple[Make, str, str]] = [
    (missing, "MediumMissing", "is not there"),
    (folder_without_media, "FolderWithoutMedia", "holds no video or audio file"),
    (empty, "MediumEmpty", "0 bytes"),
    (without_sound, "SoundEmpty", "no sound in it"),
    (text, "NotMedia", "is not a recording that FFmpeg can read"),
    (without_audio, "NoAudio", "has no audio track"),
    (without_index, "BrokenOff", "a recording that broke off"),
]


@pytest.mark.parametrize(("make", "error", "said"), BAD, ids=[make.__name__ for make, *_ in BAD])
def test_bad_files_are_named_with_what_is_wrong(make: Make, error: str, said: str, tmp_path: Path, short: Path) -> None:
    path = make(tmp_path, short)
    ended = run("transcribe", path, "--model", "tiny.en", "--json")
    assert ended.status == 1
    (refused,) = ended.named("refused")
    assert refused["error"] == error
    assert said in refused["sentence"]
    assert path.name in refused["sentence"]
    assert refused["path"] == os.fspath(path)


@pytest.mark.usefixtures("tiny_en")
def test_bad_files_leave_the_others_alone(tmp_path: Path, short: Path, talk: Path) -> None:
    bad = [make(tmp_path, short) for make, *_ in BAD]
    ended = run("transcribe", *bad[:3], talk, *bad[3:], "--model", "tiny.en")
    assert ended.status == 1
    assert ended.lines == [os.fspath(talk.with_name("talk.en.srt"))]
    assert "leisure to consider" in spoken(talk.with_name("talk.en.srt"))
    for path, (_, _, said) in zip(bad, BAD, strict=True):
        assert [line for line in ended.err.splitlines() if path.name in line and said in line]
    _, told, troubles = ended.err.partition(f"{len(bad) + 1} in all: 1 done, {len(bad)} left out.\n")
    assert told
    assert len(troubles.splitlines()) == 1 + len(bad), "each is named once more, in short"


@pytest.mark.usefixtures("tiny_en")
def test_a_recording_cut_in_the_middle_is_transcribed_as_far_as_it_goes(sample: Path, tmp_path: Path) -> None:
    ffmpeg("-i", sample, "-c", "copy", "-movflags", "+faststart", tmp_path / "whole.mp4")
    whole = (tmp_path / "whole.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])
    ended = run("transcribe", cut, "--model", "tiny.en", "--json")
    assert ended.status == 3
    assert [note for note in ended.named("note") if note["code"] == "medium_cut"]
    (job,) = ended.named("job_ended")
    assert job["state"] == "incomplete"
    (gap,) = job["missing"]
    assert gap["reason"] == "cut"
    assert 5 < gap["start"] < 25
    assert gap["end"] == pytest.approx(33.4, abs=0.2)
    assert "leisure to consider" in spoken(tmp_path / "cut.en.srt")
    for words in (("transcribe", cut, "--model", "tiny.en"), ("jobs", "resume", job["job"]), ("jobs", "retry", job["job"])):
        again = run(*words)
        assert again.status == 3
        assert "All that there is of this file was transcribed before" in again.err
        assert "Missing, since the file ends before" in again.err
        assert not [word for word in ("Goes on", "waiting for a worker", "finding the speech", "is loaded") if word in again.err]
        assert again.lines == [os.fspath(tmp_path / "cut.en.srt")]


@pytest.mark.usefixtures("tiny_en")
def test_silence_gives_empty_subtitles_and_no_invented_words(tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.wav"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "40", quiet)
    ended = run("transcribe", quiet, "--model", "tiny.en", "--live")
    assert ended.status == 0
    assert "Nobody speaks" in ended.err
    (written,) = ended.lines
    assert not Path(written).read_text().strip()
    exported = run("export", json.loads(run("jobs", "list", "--json").out)[0]["job"])
    assert "Nobody speaks" in exported.err
    for told in (ended.err, exported.err):
        assert "cue" not in told, "that none breaks a rule is no news"


@pytest.mark.usefixtures("tiny_en")
def test_speech_on_another_track_than_the_one_taken_is_noted(short: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.mkv"
    tones = "sine=frequency=440:duration=7.6"
    words = ("-map", "1:a", "-map", "0:a", "-c:a", "aac", "-disposition:a:0", "default", "-disposition:a:1", "0")
    ffmpeg("-i", short, "-f", "lavfi", "-i", tones, *words, both)
    ended = run("transcribe", both, "--model", "tiny.en", "--json")
    assert ended.status == 0
    notes = {note["code"]: note["sentence"] for note in ended.named("note")}
    assert "--audio-track 2" in notes["speech_on_other_track"]
    assert "several_tracks" in notes
    assert not [window for window in ended.named("window") if window["segments"]]
    second = run("transcribe", both, "--model", "tiny.en", "--audio-track", "2", "--to", "1:00", "--live")
    assert second.status == 0
    assert "several audio tracks" not in second.err, "it was chosen"
    assert "both.mkv: The recording ends at 0:07, before 1:00 (--to), so it is transcribed to its end." in second.err
    assert "leisure to consider" in second.out


NAMES = ["two words.mp4", """it's a "quote".mp4""", "\N{CLAPPER BOARD} film.mp4", "-dash.mp4", "line\nbreak.mp4", "{braces} %s.mp4"]


@pytest.mark.usefixtures("tiny_en")
def test_any_name_will_do(copies: Callable[[Sequence[str]], list[Path]]) -> None:
    names = [*NAMES, *([os.fsdecode(b"caf\xe9 \xff.mp4")] if sys.platform == "linux" else [])]
    paths = copies(names)
    ended = run("transcribe", "--model", "tiny.en", "--", *names, cwd=paths[0].parent)
    assert ended.status == 0, ended.err
    assert ended.out == "".join(f"{path.with_suffix('.en.srt')}\n" for path in paths)
    for path in paths:
        assert "leisure" in spoken(path.with_suffix(".en.srt"))


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server on this computer, and what was asked of it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{serving.server_port}", asked
        finally:
            serving.shutdown()


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp4", "list.ffconcat", "list.sdp"])
def test_lists_of_other_files_or_addresses_are_refused(name: str, server: tuple[str, list[str]], talk: Path) -> None:
    address, asked = server
    contents = {
        "list.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}/a.ts\n#EXT-X-ENDLIST\n",
        "list.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\ntalk.mp4\n#EXT-X-ENDLIST\n",
        "list.ffconcat": "ffconcat version 1.0\nfile talk.mp4\n",
        "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    }
    path = talk.with_name(name)
    path.write_text(contents[name])
    ended = run("transcribe", path, "--model", "tiny.en", "--json")
    assert ended.status == 1
    (refused,) = ended.named("refused")
    assert refused["error"] == "RefersElsewhere"
    assert not asked


def as_another_user(home: Path) -> list[str]:
    """How to run a program as somebody who is not root, where that is who runs the tests: root ignores mode bits."""
    if os.geteuid() != 0:
        return []
    os.chown(home, 65534, 65534)
    program = shutil.which("setpriv")
    assert program, "setpriv (util-linux) is needed to run a program as another user"
    # May still read everything: this Python may lie in root's home.
    may_read = ("--inh-caps", "-all,+dac_read_search", "--ambient-caps", "-all,+dac_read_search")
    return [program, "--reuid", "65534", "--regid", "65534", "--clear-groups", *may_read]


@pytest.mark.usefixtures("tiny_en")
@pytest.mark.parametrize("named", [True, False], ids=["named", "beside the recording"])
def test_a_folder_that_cannot_be_written_to_is_refused_before_the_work(named: bool, talk: Path, tmp_path: Path, home: Path) -> None:
    closed = tmp_path / "closed" if named else talk.parent
    closed.mkdir(exist_ok=True)
    closed.chmod(0o555)
    words = ("--output-dir", closed) if named else ()
    ended = run("transcribe", talk, "--model", "tiny.en", "--json", *words, prefix=as_another_user(home))
    assert ended.status == 1
    (refused,) = ended.named("refused")
    assert refused["error"] == "OutputFolderUnusable"
    assert f"folder “{closed}”" in refused["sentence"]
    assert not ended.named("job_added")


@pytest.mark.usefixtures("tiny_en")
def test_a_folder_that_is_closed_meanwhile_costs_no_text(talk: Path, tmp_path: Path, home: Path) -> None:
    prefix = as_another_user(home)
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o777)
    with started("transcribe", talk, "--model", "tiny.en", "--json", "-o", folder, prefix=prefix) as running:
        running.event("job_added")
        folder.chmod(0o555)
        assert running.end() == 1
        (job,) = running.events("job_ended")
    assert job["state"] == "failed"
    assert "could not be written" in job["error"]
    assert f"dwhisper export {job['job']} --output-dir" in job["error"]
    folder.chmod(0o777)
    exported = run("export", job["job"], "--output-dir", folder / "inner", prefix=prefix)
    assert exported.status == 0, exported.err
    assert "leisure" in spoken(folder / "inner" / "talk.en.srt")


def test_what_is_no_file_is_told_with_what_to_do_instead(tmp_path: Path) -> None:
    ended = run("transcribe", "https://example.org/talk.mp4", "-", "no*.mp4", "--model", "tiny.en", "--json", cwd=tmp_path)
    assert ended.status == 1
    sentences = {one["error"]: one["sentence"] for one in ended.named("refused")}
    assert sentences.keys() == {"AddressGiven", "StreamGiven", "NothingFits"}
    assert "yt-dlp" in sentences["AddressGiven"]
    assert "Save it to a file" in sentences["StreamGiven"]
    assert "pattern “no*.mp4”" in sentences["NothingFits"]


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_an_output_folder_that_is_a_file_is_refused_before_anything_starts(inside: str, talk: Path, tmp_path: Path, home: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    for words in (("transcribe", talk, "--model", "tiny.en"), ("export", "k3f9x")):
        ended = run(*words, "-o", tmp_path / "taken" / inside)
        assert ended.status == 2
        assert f"“{tmp_path / 'taken'}” is a file, not a folder." in ended.err
        assert "File exists" not in ended.err
    assert not (home / "data").exists()


@pytest.mark.usefixtures("tiny_en")
def test_a_language_is_named_in_words(talk: Path) -> None:
    assert run("transcribe", talk, "--model", "tiny.en", "--language", "ENGLISH").lines == [os.fspath(talk.with_name("talk.en.srt"))]
    ended = run("transcribe", talk, "--language", "Germn")
    assert ended.status == 2
    assert "Did you mean German (de)" in ended.err


def test_weights_that_know_english_only_need_no_listening(tiny_en: Path, talk: Path) -> None:
    ended = run("transcribe", talk, "--model", tiny_en, "--json")
    assert ended.status == 0
    decided = {one["key"]: one["value"] for one in ended.named("decided")}
    assert decided["language"] == "en"
    assert "language_shares" not in decided, "nobody voted"
    assert talk.with_name("talk.en.srt").exists()


def test_a_home_that_is_a_file_is_one_sentence(talk: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    for words in (("transcribe", talk), ("jobs", "list"), ("settings", "list"), ("models", "list"), ("doctor",)):
        ended = run(*words, env={"DWHISPER_HOME": os.fspath(tmp_path / "taken")})
        assert ended.status == 2
        (line,) = ended.err.splitlines()
        assert "DWHISPER_HOME" in line


IMPOSSIBLE: list[tuple[list[str], str]] = [
    (["--model", "gigantic"], "no model “gigantic”"),
    (["--model", "./no-such-folder"], "no model “./no-such-folder”"),
    (["--language", "klingon"], "“klingon”"),
    (["--model", "tiny.en", "--language", "de"], "does not know the language “de”"),
    (["--model", "turbo", "--translate"], "not trained to translate"),
    (["--format", "doc"], "no subtitle format “doc”"),
    (["--format", ","], "No subtitle format"),
    (["--from", "9" * 400], "is not a time"),
    (["--engine", "whisper.cpp"], "no engine “whisper.cpp”"),
    (["--device", "cuda:7"], "no device “cuda:7”"),
    (["--compute-type", "float64"], "can't compute in float64"),
    (["--from", "half past"], "“half past” is not a time"),
    (["--from", "1:00", "--to", "59"], "Nothing lies between"),
    (["--frmo", "1"], "No such option"),
]


@pytest.mark.parametrize(("words", "said"), IMPOSSIBLE, ids=[" ".join(words)[:40] for words, _ in IMPOSSIBLE])
def test_what_cannot_be_had_is_refused_before_anything_starts(words: list[str], said: str, talk: Path, home: Path) -> None:
    ended = run("transcribe", talk, *words)
    assert ended.status == 2
    assert ended.out == ""
    assert said in ended.err
    assert not list(talk.parent.glob("*.srt"))
    store = home / "data" / "jobs.sqlite3"
    if store.exists():
        with contextlib.closing(sqlite3.connect(store)) as connection:
            assert connection.execute("SELECT count(*) FROM jobs").fetchone() == (0,)


def test_a_truncated_model_is_found_before_an_engine_touches_it(tiny_en: Path, talk: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_en, model)
    with (model / "model.bin").open("r+b") as file:
        file.truncate(10_000_000)
    ended = run("transcribe", talk, "--model", model, "--json")
    assert ended.status == 1
    assert [event["event"] for event in ended.events] == ["refused", "finished"]
    (refused,) = ended.named("refused")
    assert os.fspath(model) in refused["sentence"]
    assert "damaged" in refused["sentence"]
    assert "Give another folder" in refused["sentence"]


def test_a_folder_of_weights_is_asked_what_it_knows_before_anything_starts(tiny_en: Path, talk: Path) -> None:
    for words, error in ((("-l", "de"), "ModelLacksLanguage"), (("--translate",), "ModelCannotTranslate")):
        ended = run("transcribe", talk, "--model", tiny_en, "--json", *words)
        assert ended.status == 2
        assert [event["event"] for event in ended.events] == ["refused", "finished"]
        assert ended.named("refused")[0]["error"] == error


@pytest.mark.parametrize("words", [("--language", "klingon"), ("-f", ","), ("--model", "gigantic"), ("--from", "9" * 400)])
def test_a_program_is_told_of_wrong_use_too(words: tuple[str, str], talk: Path) -> None:
    ended = run("transcribe", talk, "--json", *words)
    assert ended.status == 2
    assert [event["event"] for event in ended.events] == ["refused", "finished"]
    assert ended.named("finished")[0]["status"] == 2


@pytest.mark.usefixtures("tiny_en")
def test_a_job_that_another_program_holds_costs_the_others_nothing(copies: Callable[[Sequence[str]], list[Path]], home: Path) -> None:
    held, free = copies(["held.mp4", "free.mp4"])
    first = run("transcribe", held, "--model", "tiny.en", "--json")
    (job,) = first.named("job_added")
    with contextlib.closing(sqlite3.connect(home / "data" / "jobs.sqlite3")) as connection, connection:
        connection.execute("UPDATE jobs SET state = 'cancelled'")
    with FileLock(home / "data" / "locks" / f"{job['job']}.lock"):
        ended = run("transcribe", held, free, "--model", "tiny.en", "--json")
    assert ended.status == 1
    assert [(one["error"], one["path"]) for one in ended.named("refused")] == [("JobBusy", os.fspath(held))]
    assert [one["state"] for one in ended.named("job_ended")] == ["done"]
    assert free.with_suffix(".en.srt").exists()


@pytest.mark.usefixtures("tiny_en")
def test_a_worker_killed_in_the_middle_of_a_chunk_is_replaced(sample: Path, tmp_path: Path) -> None:
    with started("transcribe", sample, "--model", "tiny.en", "--json", "--output-dir", tmp_path) as running:
        lease = running.event("leased")
        pid = int(lease["worker"].partition("(")[2].rstrip(")"))
        (worker,) = [one for one in running.workers() if one.pid == pid]
        worker.kill()
        assert running.end() == 0
        assert running.events("chunk_failed", final=False)
        assert running.events("leased", lease=2)
        (job,) = running.events("job_ended")
    assert job["state"] == "done"
    assert "made amiable himself" in spoken(tmp_path / "sample.en.srt")

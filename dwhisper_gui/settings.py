"""The settings: each declared once, with its key, type, default and a sentence.

They live in one JSON file, which holds only what differs from the defaults, so that a better default reaches everybody who never
chose. The file is replaced whole, under a lock, so that a reader finds the old or the new one and two writers lose nothing.
"""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, Self, TypeVar, overload

import filelock

from dwhisper_gui.core.errors import N_, SettingsNotWritable, SettingsTooNew, SettingsUnreadable, SettingUnknown, SettingValueBad
from dwhisper_gui.core.language_names import language_code
from dwhisper_gui.core.server_errors import ServerAddressBad
from dwhisper_gui.core.server_url import read_url
from dwhisper_gui.folders import folders, make_private
from dwhisper_gui.setting_kinds import Kind, choice, command, file, folder, names, number, text, word

FILE_NAME = "settings.json"
VERSION = 1
LOCK_SECONDS = 10.0

LOCAL, CONDUCTOR = "local", "conductor"

Values = dict[str, Any]
MIGRATIONS: Mapping[int, Callable[[Values], Values]] = {}
"""From each older version to the one after it."""

T = TypeVar("T")


def _language(written: str) -> str:
    if written.strip().lower() == "auto":
        return "auto"
    code = language_code(written)
    if code is None:
        raise ValueError(written)
    return code


def _server(written: str) -> str:
    try:
        return read_url(written) if written.strip() else ""
    except ServerAddressBad as error:
        raise ValueError(written) from error


class Setting(Generic[T]):
    """One setting; on a `Settings`, its value."""

    def __init__(self, key: str, kind: Kind[T], default: Callable[[], T], description: str) -> None:
        self.key = key
        self.kind = kind
        self.default = default
        self.description = description

    @overload
    def __get__(self, settings: None, owner: type["Settings"]) -> Self: ...
    @overload
    def __get__(self, settings: "Settings", owner: type["Settings"]) -> T: ...
    def __get__(self, settings: "Settings | None", owner: type["Settings"]) -> Self | T:
        if settings is None:
            return self
        return self.kind.load(settings.chosen[self.key]) if self.key in settings.chosen else self.default()


class Settings:
    """The values that hold: what was chosen, else the defaults."""

    def __init__(self, chosen: Mapping[str, Any]) -> None:
        self.chosen = dict(chosen)
        """By key, as JSON has them; keys that this version does not know are kept."""

    # A CPU does base at many times the speed of the recording, and its download is small; the README names better ones.
    model = Setting(
        "model",
        text(r".*\S.*", "a model's name or the path of a folder of weights"),
        lambda: "base",
        N_("The Whisper model: a name such as base or large-v3-turbo, or a folder of weights."),
    )
    # Another worker may have engines of its own, so any name will do here; what the worker that comes along has is known to the command.
    engine = Setting(
        "engine",
        text(r"[a-z0-9][a-z0-9._-]*", "an engine's name, such as faster-whisper or openai-whisper"),
        lambda: "faster-whisper",
        N_("The library that runs the model: faster-whisper or openai-whisper."),
    )
    language = Setting(
        "language",
        word(_language, "auto or a language that Whisper knows, such as de or German (“dwhisper models languages” lists them)"),
        lambda: "auto",
        N_("The language spoken, as a code or a name (de, German); auto finds it out."),
    )
    device = Setting("device", text(r"auto|cpu|cuda(:\d+)?", "auto, cpu, cuda or cuda:1"), lambda: "auto", N_("What the model runs on."))
    compute_type = Setting(
        "compute_type",
        choice(tuple("auto int8 int8_float16 int8_bfloat16 float16 bfloat16 float32".split())),
        lambda: "auto",
        N_("How the model computes; auto takes what suits the device."),
    )
    formats = Setting("formats", names(), lambda: ("srt",), N_("The kinds of subtitle file to write, separated by commas."))
    subtitle_rules = Setting(
        "subtitles.rules",
        choice(("netflix", "bbc", "plain")),
        lambda: "plain",
        N_("The rules that subtitles keep to: netflix, bbc or plain."),
    )
    models_folder = Setting("models_folder", folder(), lambda: folders().models, N_("Where the weights of models are kept."))
    worker_command = Setting(
        "worker.command", command(), tuple[str, ...], N_("The command that starts a worker; empty: the one that comes with DWhisper.")
    )
    worker_processes = Setting(
        "worker.processes", number(0, 256), lambda: 0, N_("How many worker processes to start; 0: one, which uses every core.")
    )
    worker_threads = Setting("worker.threads", number(0, 1024), lambda: 0, N_("Engine threads in each worker; 0: one for each core."))
    runner = Setting(
        "runner",
        choice((LOCAL, CONDUCTOR)),
        lambda: LOCAL,
        N_("Who transcribes: local, this computer, or conductor, the workers of a Conductor server."),
    )
    conductor_url = Setting(
        "conductor.url",
        word(_server, "the address of a server, such as https://conductor.example or http://127.0.0.1:8080"),
        str,
        N_("The Conductor server that hands work out to other computers; empty: none."),
    )
    conductor_pool = Setting(
        "conductor.pool",
        text(r"[A-Za-z0-9._]+", "letters, digits, dots and underscores"),
        lambda: "default",
        N_("The pool whose workers on other computers do the work."),
    )
    conductor_authority = Setting(
        "conductor.authority",
        file(),
        lambda: None,
        N_("A file with the certificate (PEM) of your own authority that the server's is from; empty: only the system's are trusted."),
    )
    conductor_host = Setting(
        "conductor.host",
        text(r"\S+", "an address of this computer, such as 192.168.1.5"),
        lambda: "127.0.0.1",
        N_("The address at which the server of “dwhisper server start” listens; 127.0.0.1: for this computer only."),
    )
    conductor_port = Setting(
        "conductor.port", number(1, 65535), lambda: 8080, N_("The port of the server that “dwhisper server start” runs on this computer.")
    )
    conductor_jar_address = Setting(
        "conductor.jar_address",
        text(r"https?://\S+", "an address that begins with https:// or http://"),
        lambda: "https://conductor-server.s3.us-east-2.amazonaws.com/conductor-server-3.32.1.jar",
        N_("Where “dwhisper server install” fetches the server's program from."),
    )

    def written(self, setting: Setting[Any]) -> str:
        """The value of one of `SETTINGS` as a user would write it."""
        return setting.kind.show(setting.__get__(self, Settings))


SETTINGS: tuple[Setting[Any], ...] = tuple(found for found in vars(Settings).values() if isinstance(found, Setting))


def settings_path() -> Path:
    """The file that the settings are in."""
    return folders().config / FILE_NAME


def load(path: Path | None = None) -> Settings:
    """Reads the settings; without a file, all are defaults. Raises `SettingsUnreadable`, `SettingsTooNew`."""
    return Settings(_read(path or settings_path()))


def set_value(key: str, written: str, path: Path | None = None) -> Settings:
    """Chooses a value, given as a user writes it, and returns the settings that hold from now on.

    Raises `SettingUnknown`, `SettingValueBad`, `SettingsNotWritable`, and what `load` raises."""
    path = path or settings_path()
    setting = by_key(key)
    try:
        value = setting.kind.parse(written)
    except ValueError:
        raise SettingValueBad(key=key, value=written, expected=setting.kind.expected) from None

    def choose(chosen: Values) -> Values:
        return _without(chosen, key) | ({} if value == setting.default() else {key: setting.kind.dump(value)})

    return _change(path, choose)


def unset_value(key: str, path: Path | None = None) -> Settings:
    """Gives a setting its default back, and returns the settings that hold from now on.

    Raises `SettingUnknown`, `SettingsNotWritable`, and what `load` raises."""
    by_key(key)
    return _change(path or settings_path(), lambda chosen: _without(chosen, key))


def reset(path: Path | None = None) -> Settings:
    """Gives all settings their defaults back, also where the file can't be made sense of. Raises `SettingsTooNew`,
    `SettingsNotWritable`."""
    path = path or settings_path()
    with _locked(path):
        with contextlib.suppress(SettingsUnreadable):
            _read(path)
        return _write(path, {})


def _without(chosen: Values, key: str) -> Values:
    return {one: value for one, value in chosen.items() if one != key}


def _change(path: Path, change: Callable[[Values], Values]) -> Settings:
    with _locked(path):
        return _write(path, change(_read(path)))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        make_private(path.parent)
        with filelock.FileLock(path.with_name(f"{path.name}.lock"), timeout=LOCK_SECONDS):
            yield
    except filelock.Timeout:
        raise SettingsNotWritable(path=path, detail="another program has locked it") from None
    except OSError as error:
        raise SettingsNotWritable(path=path, detail=error.strerror or error) from error


def _write(path: Path, chosen: Values) -> Settings:
    _replace(path, json.dumps({"version": VERSION, "settings": chosen}, indent=2) + "\n")
    return Settings(chosen)


def by_key(key: str) -> Setting[Any]:
    """The setting with that key. Raises `SettingUnknown`."""
    for setting in SETTINGS:
        if setting.key == key:
            return setting
    raise SettingUnknown(key=key)


def migrated(values: Values, version: int, steps: Mapping[int, Callable[[Values], Values]]) -> Values:
    """The values of an older file, brought forward one version at a time."""
    while version in steps:
        values = steps[version](values)
        version += 1
    return values


def _read(path: Path) -> Values:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsUnreadable(path=path, detail=error.strerror or error) from error
    except ValueError as error:
        raise SettingsUnreadable(path=path, detail=f"it is no JSON: {error}") from error
    match document:
        case {"version": int(version), "settings": dict(values)}:
            pass
        case _:
            raise SettingsUnreadable(path=path, detail="it has no “version” and “settings”")
    if version > VERSION:
        raise SettingsTooNew(path=path, found=version, known=VERSION)
    values = migrated(values, version, MIGRATIONS)
    for setting in SETTINGS:
        try:
            if setting.key in values:
                setting.kind.load(values[setting.key])
        except ValueError:
            raise SettingsUnreadable(path=path, detail=f"{setting.key} must be {setting.kind.expected}") from None
    return values


def _replace(path: Path, content: str) -> None:
    """Puts `content` where `path` is, all or nothing, and returns when it is on the disk."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _rename(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _rename(name: str, path: Path) -> None:
    # Windows refuses to replace a file while somebody reads it, which takes an instant.
    deadline = time.monotonic() + 2.0
    while True:
        try:
            Path(name).replace(path)
        except PermissionError:
            if os.name != "nt" or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return

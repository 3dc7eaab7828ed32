"""What the commands of `dwhisper models` do. A worker does it, since the weights are its business."""

import os
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import msgspec
from dwhisper_worker.contract import (
    MODELS,
    MODELS_DOWNLOAD,
    MODELS_IMPORT,
    MODELS_LIST,
    MODELS_REMOVE,
    DownloadProgress,
    DownloadRequest,
    ImportRequest,
    ModelsRequest,
    ModelState,
    RemoveRequest,
)

from dwhisper_gui import settings
from dwhisper_gui.commands import streams
from dwhisper_gui.commands.arguments import as_text
from dwhisper_gui.commands.running import Stop, run
from dwhisper_gui.commands.tables import print_json, print_table
from dwhisper_gui.commands.view import make_view
from dwhisper_gui.core.errors import ModelNameTaken, ModelUnknown
from dwhisper_gui.core.language_names import LANGUAGE_NAMES, other_names
from dwhisper_gui.workers.child import Worker, worker_command

IN_FOLDER = "folder"
"""The origin of a model whose weights lie in the models folder."""
NOT_HERE = "download"
"""The origin of a model whose weights would have to be fetched."""

_GOOD = {
    "published": "whole, with the hash it was published with",
    "noted": "whole, with the hashes it had when it was put here",
    "": "complete, but no hash is known to compare it with",
}
"""What is said of weights that pass, by `ModelState.hashes`."""

Work = Callable[[Worker, str], Coroutine[Any, Any, int]]


def with_worker(work: Work) -> int:
    """Runs `work` with a worker and the models folder; the exit status."""
    now = settings.load()

    async def main(_: Stop) -> int:
        worker = await Worker.start(worker_command(now.worker_command), name="models")
        try:
            return await work(worker, os.fspath(now.models_folder))
        except BaseException:
            worker.kill()  # it may be in the midst of a download
            raise
        finally:
            await worker.close()

    return run(main, patience=0.0)


async def list_all(worker: Worker, folder: str, as_json: bool) -> int:
    """Prints all models."""
    models = (await worker.ask(MODELS_LIST, ModelsRequest(folder))).models
    if as_json:
        print_json([msgspec.to_builtins(model) for model in models])
    else:
        print_table(("model", "MB", "languages", "translates", "where"), [_row(model) for model in models])
    return 0


def list_languages(as_json: bool) -> None:
    """Prints the languages that Whisper knows, by name."""
    rows = sorted((name, code, other_names(code)) for code, name in LANGUAGE_NAMES.items())
    if as_json:
        print_json([{"code": code, "name": name, "other_names": others} for name, code, others in rows])
    else:
        print_table(("code", "language", "also"), [(code, name, ", ".join(map(str.title, others))) for name, code, others in rows])


async def fetch(worker: Worker, folder: str, names: Sequence[str]) -> int:
    """Downloads models. Raises `ModelUnknown` before anything is fetched, `ModelDownloadFailed`."""
    for name in names:
        if name not in MODELS:
            raise ModelUnknown(model=as_text(name))
    view = make_view()

    def tell(now: DownloadProgress) -> None:
        megabytes = f"{now.done_bytes / 1e6:.0f} of {now.total_bytes / 1e6:.0f} MB"
        view.progress(f"Downloading the model {now.model}", now.done_bytes, now.total_bytes, megabytes if now.total_bytes else "")

    try:
        for name in names:
            state = await worker.ask(MODELS_DOWNLOAD, DownloadRequest(folder, name), tell)
            view.result(_where(state))
    finally:
        view.close()
    return 0


async def import_folder(worker: Worker, folder: str, path: str, name: str) -> int:
    """Copies weights into the models folder. Raises `ModelNameTaken`, `ModelUnknown` where there is no such folder, `ModelBroken`."""
    for there in (await worker.ask(MODELS_LIST, ModelsRequest(folder, (as_text(name),)))).models:
        if there.origin == IN_FOLDER:
            raise ModelNameTaken(model=there.name)
    state = await worker.ask(MODELS_IMPORT, ImportRequest(folder, as_text(path), as_text(name)))
    streams.result(_where(state))
    return 0


async def check(worker: Worker, folder: str, names: Sequence[str]) -> int:
    """Hashes models; 1 where one is damaged or, though named, not here."""
    named = tuple(as_text(name) for name in names)
    if not named:
        here = (await worker.ask(MODELS_LIST, ModelsRequest(folder))).models
        named = tuple(model.name for model in here if model.path is not None)
    bad = 0
    for name in named:
        for state in (await worker.ask(MODELS_LIST, ModelsRequest(folder, (name,), verify=True))).models:
            good = state.path is not None and state.problem is None
            bad += not good
            streams.result(f"{state.name}: {_GOOD[state.hashes] if good else state.problem or 'not here'}")
    return streams.FAILED if bad else 0


async def delete(worker: Worker, folder: str, names: Sequence[str]) -> int:
    """Deletes models from the models folder. Raises `ModelUnknown` before anything is deleted, `ModelInPackage`."""
    states = (await worker.ask(MODELS_LIST, ModelsRequest(folder, tuple(map(as_text, names))))).models
    for state in states:
        if state.origin == NOT_HERE and state.problem is not None:
            raise ModelUnknown(model=state.name)
    for state in states:
        if state.origin == NOT_HERE:
            streams.result(f"{state.name} is not downloaded; nothing was removed.")
        else:
            await worker.ask(MODELS_REMOVE, RemoveRequest(folder, state.name))
            streams.result(f"{state.name} is removed.")
    return 0


def _row(model: ModelState) -> tuple[str, ...]:
    known = model if model.languages else MODELS.get(model.name)
    languages = "" if known is None else "many" if len(known.languages) > 1 else "English"
    translates = "" if known is None else "yes" if known.translates else "no"
    where = model.path or "to be downloaded"
    return model.name, f"{model.bytes / 1e6:.0f}", languages, translates, f"{where} – {model.problem}" if model.problem else where


def _where(state: ModelState) -> str:
    return f"{state.name}: {state.path}"

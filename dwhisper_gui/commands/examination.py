"""What `dwhisper doctor` looks at: each a function that returns findings, so that one trouble does not hide the next."""

import asyncio
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

import psutil
from dwhisper_worker.contract import HELLO, MODELS_LIST, HelloReply, HelloRequest, ModelsRequest, ModelState

from dwhisper_gui import log, settings
from dwhisper_gui.commands.streams import FAILED
from dwhisper_gui.commands.tables import print_json, print_table
from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.folders import folders, make_private
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.media.ffmpeg import find_ffmpeg
from dwhisper_gui.settings import Settings
from dwhisper_gui.workers.child import Worker, worker_command

LITTLE_DISK_BYTES = 2_000_000_000
LITTLE_MEMORY_BYTES = 1_500_000_000
"""base on a processor takes about 1 GB with the program around it."""


class State(StrEnum):
    """How bad it is."""

    GOOD = "ok"
    NOTE = "note"
    """Works; could be better, or happens later."""
    MISSING = "missing"
    """Nothing works without it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`remedy` says what to do, where something is to be done."""

    what: str
    state: State
    found: str
    remedy: str = ""


async def examine(as_json: bool) -> int:
    """Prints all findings; 1 where something needed is missing."""
    found = [finding async for finding in _findings()]
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        rows = [(one.state.value, one.what, one.found + (f" – {one.remedy}" if one.remedy else "")) for one in found]
        print_table(("", "what", "found"), rows)
    return FAILED if any(finding.state is State.MISSING for finding in found) else 0


async def _findings() -> AsyncIterator[Finding]:
    yield Finding("DWhisper", State.GOOD, f"{metadata.version('dwhisper-gui')}, Python {platform.python_version()} at {sys.executable}")
    yield await asyncio.to_thread(_ffmpeg)
    for finding in _folders():
        yield finding
    yield await _store()
    try:
        now = settings.load()
    except DWhisperError as error:
        yield Finding("settings", State.MISSING, "unreadable", error.sentence())
        now = Settings({})
    else:
        yield Finding("settings", State.GOOD, os.fspath(settings.settings_path()))
    async for finding in _worker(now):
        yield finding
    yield _memory()
    yield _disk("disk for models", now.models_folder)


def _ffmpeg() -> Finding:
    try:
        program = find_ffmpeg()
        told = subprocess.run([program, "-version"], capture_output=True, text=True, errors="replace", timeout=20, check=True)
    except DWhisperError as error:
        return Finding("ffmpeg", State.MISSING, "not here", error.sentence())
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("ffmpeg", State.MISSING, f"does not run ({error})", "Install ffmpeg anew.")
    return Finding("ffmpeg", State.GOOD, f"{' '.join(told.stdout.split()[:3])} at {program}")


def _folders() -> Iterator[Finding]:
    places = folders()
    for what, folder in (("jobs", places.data), ("settings", places.config), ("cache", places.cache), ("log", places.log)):
        problem = _unwritable(folder)
        if problem:
            yield Finding(f"folder for {what}", State.MISSING, f"{folder}: {problem}", "Check its permissions and its disk.")
        else:
            detail = f" ({log.FILE_NAME})" if what == "log" else ""
            yield Finding(f"folder for {what}", State.GOOD, f"{folder}{detail}")


def _unwritable(folder: Path) -> str | None:
    try:
        make_private(folder)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)


async def _store() -> Finding:
    try:
        async with await Store.open(folders().data) as store:
            jobs = await store.jobs()
    except DWhisperError as error:
        return Finding("jobs", State.MISSING, "unusable", error.sentence())
    return Finding("jobs", State.GOOD, f"{len(jobs)} in {store.database.path}")


async def _worker(now: Settings) -> AsyncIterator[Finding]:
    try:
        worker = await Worker.start(worker_command(now.worker_command), name="doctor")
    except DWhisperError as error:
        yield Finding("worker", State.MISSING, "does not run", error.sentence())
        return
    try:
        yield Finding("worker", State.GOOD, f"{worker.hello.version} on {worker.hello.host}")
        try:
            hello = await worker.ask(HELLO, HelloRequest(thorough=True))
        except DWhisperError as error:
            yield Finding("worker", State.MISSING, "does not answer", error.sentence())
            return
        for finding in (*_engines(hello, now), *_devices(hello)):
            yield finding
        try:
            models = (await worker.ask(MODELS_LIST, ModelsRequest(os.fspath(now.models_folder)))).models
            named = (await worker.ask(MODELS_LIST, ModelsRequest(os.fspath(now.models_folder), (now.model,)))).models
        except DWhisperError as error:
            yield Finding("models", State.MISSING, "can't be listed", error.sentence())
            return
        for finding in _models(models, named, now):
            yield finding
    finally:
        await worker.close()


def _engines(hello: HelloReply, now: Settings) -> Iterator[Finding]:
    for engine in hello.engines:
        if engine.version is not None:
            yield Finding(f"engine {engine.name}", State.GOOD, engine.version)
        else:
            state = State.MISSING if engine.name == now.engine else State.NOTE
            yield Finding(f"engine {engine.name}", state, "not installed", f"pip install '{engine.package}'")


def _devices(hello: HelloReply) -> Iterator[Finding]:
    for device in hello.devices:
        cores = f", {device.cores} cores" if device.cores else ""
        memory = f", {_gigabytes(device.memory_bytes)}" if device.memory_bytes else ""
        found = "; ".join(filter(None, (f"{device.description}{cores}{memory}", ", ".join(device.compute_types))))
        if device.trouble:
            remedy = "Update its driver, or install cuBLAS of CUDA 12: pip install 'dwhisper-worker[cuda]'"
            yield Finding(f"device {device.name}", State.NOTE, f"{found}; most likely it can't compute: {device.trouble}", remedy)
        else:
            yield Finding(f"device {device.name}", State.GOOD, found)


def _models(models: tuple[ModelState, ...], named: tuple[ModelState, ...], now: Settings) -> Iterator[Finding]:
    here = [model.name for model in models if model.path is not None and model.problem is None]
    yield Finding("models here", State.GOOD if here else State.NOTE, ", ".join(here) or "none")
    for model in named:
        what = f"model {model.name} (the usual one)"
        if model.problem is not None:
            yield Finding(
                what, State.MISSING, model.problem, "“dwhisper models list” shows others; “dwhisper settings set model NAME” takes one."
            )
        elif model.path is None:
            size = f"{model.bytes / 1e6:.0f} MB"
            yield Finding(
                what, State.NOTE, "not here yet", f"{size} are fetched when it is needed, or now: dwhisper models download {model.name}"
            )
        else:
            yield Finding(what, State.GOOD, model.path)


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    found = f"{_gigabytes(memory.available)} of {_gigabytes(memory.total)} free"
    if memory.available < LITTLE_MEMORY_BYTES:
        return Finding("memory", State.NOTE, found, "Close other programs, or take a small model (tiny, base).")
    return Finding("memory", State.GOOD, found)


def _disk(what: str, folder: Path) -> Finding:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    found = f"{_gigabytes(free)} free at {folder}"
    if free < LITTLE_DISK_BYTES:
        return Finding(what, State.NOTE, found, "A large model takes up to 3 GB: make room, or set models_folder to another disk.")
    return Finding(what, State.GOOD, found)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"

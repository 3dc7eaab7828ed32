"""Writing the subtitles of a job: what is there stays, whoever it is from, and what is done with it is told.

A job remembers its files, each with how it was laid out and a hash, so that one that somebody has changed since is known, and left."""

import hashlib
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dwhisper_gui.core.events import Note
from dwhisper_gui.core.job import Job, Output
from dwhisper_gui.jobs.records import name_of, recalled
from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.export import export, folder_of, plain_names, same_files
from dwhisper_gui.subtitles.formats import Format
from dwhisper_gui.subtitles.report import written_as

WRITTEN = "written"
"""What a job remembers its files under."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the content of a job's files comes from: so many `windows` of its text, by these `rules`, with its `shots` or without."""

    windows: int
    rules: str
    shots: bool


@dataclass(frozen=True, slots=True)
class File:
    """One that was written of a job, or found to hold what would have been, and the SHA-256 of that."""

    path: bytes
    layout: Layout
    sha256: str


@dataclass(frozen=True, slots=True)
class Written:
    """All files of a job. One may be there for several layouts, where those say the same."""

    files: tuple[File, ...] = ()

    @property
    def paths(self) -> list[bytes]:
        """Each once."""
        return list(dict.fromkeys(file.path for file in self.files))

    def with_files(self, paths: Iterable[bytes], layout: Layout) -> "Written":
        """The same once these are there, laid out so. What was noted of another content in their places is forgotten."""
        new = tuple(File(path, layout, _sha256(path)) for path in paths)
        hashes = {file.path: file.sha256 for file in new}
        kept = (file for file in self.files if file not in new and hashes.get(file.path, file.sha256) == file.sha256)
        return Written((*kept, *new))

    def encoded(self) -> str:
        """For `Journal.remember` under `WRITTEN`."""
        return msgspec.json.encode(self).decode()


def written_of(job: Job) -> Written:
    """The files of a job so far. Raises `JobDamaged`."""
    return recalled(job, WRITTEN, Written, "{}")


@dataclass(frozen=True, slots=True)
class Writing:
    """What came of it: the files that now have the text, in the order of their formats; what to tell of them; what the job remembers."""

    files: list[bytes]
    notes: list[Note]
    written: Written


@dataclass(frozen=True, slots=True)
class Target:
    """Where the files of one job go. `others` are files of other jobs that this program has seen to: neither replaced nor shared."""

    job: Job
    output: Output
    others: Collection[bytes] = ()

    @property
    def folder(self) -> Path:
        """Beside the medium unless another was asked for."""
        return folder_of(self.job.path, self.output.folder)


def write(document: Document, target: Target, layout: Layout, *, anew: bool = False) -> Writing:
    """Writes the files that a target's output asks for, save those that are there: the job's own of this layout, even where somebody has
    changed them since (but not if they are to be written `anew`), and any that hold just this text. With `Output.overwrite` all are
    written, over whatever is there. Blocks. Raises `OutputNotWritable`, `JobDamaged`."""
    formats = written_as(target.output)
    before = written_of(target.job)
    standing: dict[str, File] = {}
    same: dict[str, bytes] = {}
    if not target.output.overwrite:
        standing = {} if anew else _standing(before, target, layout, formats, document.transcript.text_language)
        lost = [made for made in formats if made.name not in standing]
        same = same_files(document, target.job.path, lost, target.output.folder, target.others)
    wanted = [made for made in formats if made.name not in standing and made.name not in same]
    new: list[bytes] = []
    if wanted:
        new = export(document, target.job.path, wanted, target.output.folder, target.output.overwrite, target.job.id, target.others)
    there = {name: file.path for name, file in standing.items()} | same | dict(zip((made.name for made in wanted), new, strict=True))
    notes = [
        *(_note(target, "file_changed", file.path) for file in standing.values() if _sha256(file.path) != file.sha256),
        *(_note(target, "file_left", path) for path in same.values()),
        *_numbered(document, target, before, wanted, new),
    ]
    return Writing([there[made.name] for made in formats], notes, before.with_files((*same.values(), *new), layout))


def _standing(written: Written, target: Target, layout: Layout, formats: Sequence[Format], language: str) -> dict[str, File]:
    """The job's own files of this layout that are still there, by the name of their format."""
    found = {}
    for made in formats:
        for file in written.files:
            path = Path(os.fsdecode(file.path))
            ours = file.layout == layout and path.parent == target.folder and path.name.endswith(f".{language}.{made.extension}")
            if ours and path.exists():
                found[made.name] = file
    return found


def _numbered(document: Document, target: Target, before: Written, formats: Sequence[Format], new: Sequence[bytes]) -> list[Note]:
    """Why files got a number: what has the names that they would have had."""
    notes = []
    usual = plain_names(document, target.job.path, formats, target.output.folder)
    for name, path in zip(usual, new, strict=False):
        if name == path or not os.path.lexists(name):
            continue
        code = "file_of_another" if name in target.others else "file_of_before" if name in before.paths else "file_taken"
        notes.append(_note(target, code, name, written=name_of(path)))
    return notes


def _note(target: Target, code: str, path: bytes, **more: str) -> Note:
    return Note(target.job.id, code, {"name": name_of(path), **more})


def _sha256(path: bytes) -> str:
    """Empty where it can't be read any more."""
    try:
        with Path(os.fsdecode(path)).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""

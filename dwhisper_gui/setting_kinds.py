"""The kinds of value that a setting can have: read from what a user writes, shown as one, kept as JSON."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """`parse` takes what a user writes, `load` what is in the JSON, which others may have written; both raise ValueError."""

    expected: str
    """Completes the sentence “it must be …”."""
    parse: Callable[[str], T]
    load: Callable[[Any], T]
    show: Callable[[T], str]
    """The value as `parse` takes it."""
    dump: Callable[[T], Any]
    """The value as `load` takes it."""


def text(pattern: str, expected: str) -> Kind[str]:
    """A text that fits a regular expression."""
    fits = re.compile(pattern)

    def parse(written: str) -> str:
        written = written.strip()
        if not fits.fullmatch(written):
            raise ValueError(written)
        return written

    return Kind(expected, parse, lambda found: parse(_string(found)), str, str)


def choice(words: tuple[str, ...]) -> Kind[str]:
    """One of a few words, in capitals or not."""

    def parse(written: str) -> str:
        if (word := written.strip().lower()) not in words:
            raise ValueError(written)
        return word

    return Kind(f"one of {', '.join(words)}", parse, lambda found: parse(_string(found)), str, str)


def word(read: Callable[[str], str], expected: str) -> Kind[str]:
    """What `read` makes of a text; it raises ValueError."""
    return Kind(expected, read, lambda found: read(_string(found)), str, str)


def number(least: int, greatest: int) -> Kind[int]:
    """A whole number, bounds included."""

    def load(found: Any) -> int:
        if type(found) is not int or not least <= found <= greatest:
            raise ValueError(found)
        return found

    return Kind(f"a whole number from {least} to {greatest}", lambda written: load(int(written)), load, str, int)


def names() -> Kind[tuple[str, ...]]:
    """Lower-case words, at least one; a repeated one counts once."""

    def parse(written: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(written.lower().replace(",", " ").split()))
        if not found or not all(re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) for name in found):
            raise ValueError(written)
        return found

    return Kind("names separated by commas, such as srt,vtt", parse, lambda found: parse(",".join(_strings(found))), ",".join, list)


def command() -> Kind[tuple[str, ...]]:
    """A command and its arguments, perhaps none at all."""

    def parse(written: str) -> tuple[str, ...]:
        if written.lstrip().startswith("["):
            return _strings(json.loads(written))
        if os.name == "nt":
            # Backslashes separate folders there; quotes still hold words together.
            return tuple(word.strip('"') for word in shlex.split(written, posix=False))
        return tuple(shlex.split(written))

    show = subprocess.list2cmdline if os.name == "nt" else shlex.join
    return Kind("a command as a shell takes it, or a JSON list of its words", parse, _strings, show, list)


def folder() -> Kind[Path]:
    """A folder that need not exist yet; made absolute where the user wrote it."""

    def parse(written: str) -> Path:
        try:
            path = Path(written).expanduser().absolute()
        except RuntimeError as error:  # a “~” of somebody who is not here
            raise ValueError(written) from error
        if not written.strip() or path.is_file():
            raise ValueError(written)
        return path

    def load(found: Any) -> Path:
        path = Path(_string(found))
        if not path.is_absolute():
            raise ValueError(found)
        return path

    return Kind("the path of a folder", parse, load, str, str)


def file() -> Kind[Path | None]:
    """A file, which may be away for a while, or none; made absolute where the user wrote it."""
    inner = folder()

    def parse(written: str) -> Path | None:
        if not written.strip():
            return None
        try:
            path = Path(written).expanduser().absolute()
        except RuntimeError as error:
            raise ValueError(written) from error
        if path.is_dir():
            raise ValueError(written)
        return path

    return Kind(
        "the path of a file, or empty",
        parse,
        lambda found: None if found is None else inner.load(found),
        lambda path: "" if path is None else str(path),
        lambda path: None if path is None else str(path),
    )


def _string(found: Any) -> str:
    if not isinstance(found, str):
        raise ValueError(found)
    return found


def _strings(found: Any) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise ValueError(found)
    return tuple(_string(one) for one in found)

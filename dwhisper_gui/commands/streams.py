"""Standard output and error, made so that no name, no terminal and no closed pipe can break a command.

Results go to standard output, everything said about them to standard error."""

import codecs
import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator

FAILED = 1
"""The exit status where something failed, is damaged or missing."""
INCOMPLETE = 3
"""The exit status where some of the text is missing."""
INTERRUPTED = 130
"""The exit status of what was ended from outside, as shells have it for Ctrl+C."""

_PLAIN = str.maketrans({"“": '"', "”": '"', "’": "'", "–": "-", "…": "...", "→": "->", "·": "*"})
_HANDLER = "dwhisper"


class OutputLost(Exception):
    """Standard output takes no more: a reader that went away (`quiet`), or a full disk. Not an error of DWhisper's."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(cause.strerror or str(cause))
        # Windows says EINVAL of a pipe without a reader.
        self.quiet = cause.errno in (errno.EPIPE, errno.EINVAL)


def prepare() -> None:
    """Makes both streams take any text: bytes of a file's name that are no text come out as the bytes they were, and what an encoding
    lacks as something plainer. A stream that is closed swallows what it gets."""
    codecs.register_error(_HANDLER, _replace)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - open for as long as the program runs
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def _replace(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    replaced = bytearray()
    for letter in error.object[error.start : error.end]:
        if 0xDC80 <= ord(letter) <= 0xDCFF:  # how Python reads a byte that is no text
            replaced.append(ord(letter) - 0xDC00)
        else:
            replaced += letter.translate(_PLAIN).encode("ascii", "backslashreplace")
    return bytes(replaced), error.end


def printable(text: str) -> str:
    """The text without what would steer a terminal; a file's name may hold anything."""
    return "".join(letter if letter.isprintable() or "\udc80" <= letter <= "\udcff" else "\N{REPLACEMENT CHARACTER}" for letter in text)


@contextlib.contextmanager
def writing_results() -> Iterator[None]:
    """While something is written to standard output. Raises `OutputLost`."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        raise OutputLost(error) from error


def refuse_lost() -> None:
    """Looks whether standard output still takes something, where others, such as Rich, may have failed to write to it. Raises
    `OutputLost`."""
    # What could not be written is gone from the buffers, so only another try tells.
    result("")


def result(line: str) -> None:
    """One line of results, there for whoever reads it as soon as this returns. Raises `OutputLost`."""
    with writing_results():
        sys.stdout.write(line + "\n")


def say(sentence: str) -> None:
    """One line on standard error. Nobody may be there to read it."""
    with contextlib.suppress(OSError):
        sys.stderr.write(sentence + "\n")
        sys.stderr.flush()


def abandon_results() -> None:
    """Lets go of standard output: nothing more is written to it, not even what is still in its buffer."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)

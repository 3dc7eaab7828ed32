"""The worker's command line."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from dwhisper_worker.contract import LoadRequest
from dwhisper_worker.invitation import PREFIX
from dwhisper_worker.sentences import WronglyUsed
from dwhisper_worker.tasks import Invitation

JOINED = ""
"""Stands for the server that this computer joined."""
DEFAULT_MODEL = "base"
DEFAULT_GRACE_SECONDS = 8.0
MOST_GRACE_SECONDS = 1_000_000
MOST_THREADS = 1024

_EPILOG = """\
commands:
  join               reads the line that DWhisper shows from standard input, and remembers it
  status             what this computer joined, and what its workers do (--json)

Secrets are never given on the command line. With a URL they come from the environment: DWHISPER_POOL_KEY, and
DWHISPER_CONDUCTOR_USER and _PASSWORD, or DWHISPER_CONDUCTOR_KEY and _SECRET, where the server asks for them. Without,
what this computer joined is served, or what DWHISPER_JOIN_TOKEN invites to. DWHISPER_WORKER_NAME says what this
computer is called, where its own name changes as a container's does.
"""


_NOT_THERE = """\
The line is a secret and was not taken: on a command line others can see it, and shells remember it. Run “dwhisper-worker join”, and paste
the line when it is asked for. Remove this command from the history of your shell.
"""


class _Parser(argparse.ArgumentParser):
    """Shows no invitation that was put where others see it."""

    def error(self, message: str) -> NoReturn:
        if PREFIX in message:
            self.exit(2, _NOT_THERE)
        super().error(message)


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = _Parser(
        prog="dwhisper-worker",
        description="Transcribes speech for DWhisper.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=metadata.version("dwhisper-worker"))
    parser.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"], help="what to log on standard error")
    todo = parser.add_mutually_exclusive_group(required=True)
    todo.add_argument("command", nargs="?", choices=["join", "status"], help=argparse.SUPPRESS)
    todo.add_argument("--stdio", action="store_true", help="serve the program that started this one")
    todo.add_argument("--conductor", nargs="?", const=JOINED, metavar="URL", help="serve a Conductor server: this one, or the one joined")
    parser.add_argument("--json", action="store_true", help="with status: for programs")
    serving = parser.add_argument_group("with --conductor")
    serving.add_argument("--token-stdin", action="store_true", help="read an invitation from standard input, and do not remember it")
    serving.add_argument("--pool", default="", help="the pool to work for")
    serving.add_argument(
        "--model", action="append", metavar="NAME", help=f"a model to serve, or its folder; may be given several times ({DEFAULT_MODEL})"
    )
    serving.add_argument("--engine", default="faster-whisper")
    serving.add_argument("--device", default="auto", help="cpu, cuda, cuda:1")
    serving.add_argument("--compute-type", default="auto")
    serving.add_argument("--threads", type=_threads, default=0, help="engine threads (on a CPU one a core)")
    serving.add_argument("--models-folder", type=Path, help="where weights are kept")
    serving.add_argument(
        "--grace", type=_seconds, default=DEFAULT_GRACE_SECONDS, metavar="SECONDS", help="for what is begun, when told to end (%(default)s)"
    )
    return parser


def invitation(arguments: argparse.Namespace, folder: Path) -> Invitation:
    """Which server is to be served, and how. Raises `Told`."""
    from dwhisper_worker import joining

    if arguments.token_stdin:
        found = joining.read(token())
    elif arguments.conductor != JOINED:
        return joining.from_environment(arguments.conductor, arguments.pool, os.environ)
    elif given := os.environ.get(joining.TOKEN_VARIABLE):
        found = joining.read(given)
    else:
        found = joining.remembered(folder)
    return replace(found, pool=joining.pool_name(arguments.pool)) if arguments.pool else found


def token() -> str:
    """An invitation from standard input; a user who types it does not see it, as with a password. Raises `WronglyUsed`."""
    try:
        given = _pasted() if sys.stdin is not None and sys.stdin.isatty() else "" if sys.stdin is None else sys.stdin.read()
    except UnicodeDecodeError:
        given = "?"  # whatever it is, it is no invitation
    except OSError as error:
        raise WronglyUsed(
            f"Standard input can’t be read ({error.strerror or error}), so nothing was done. Give the line there that DWhisper shows."
        ) from None
    if not given.strip():
        raise WronglyUsed(
            "No line was given, so nothing was done. Paste the one that “dwhisper workers invite” prints on the computer with the"
            " recordings."
        )
    return given


def _pasted() -> str:
    from dwhisper_worker import interrupts, unseen

    try:
        with interrupts.raised():
            return unseen.ask("The line that DWhisper shows: ")
    except EOFError:
        return ""
    except KeyboardInterrupt:
        sys.stderr.write("No line was taken, so nothing was done. The same command asks for it again.\n")
        raise


def requests(arguments: argparse.Namespace, folder: Path) -> Sequence[LoadRequest]:
    """What is to be loaded."""
    return [
        LoadRequest(
            engine=arguments.engine,
            model=model,
            folder=str(arguments.models_folder or folder / "models"),
            device=arguments.device,
            compute_type=arguments.compute_type,
            threads=arguments.threads,
        )
        for model in dict.fromkeys(arguments.model or [DEFAULT_MODEL])
    ]


def _threads(text: str) -> int:
    try:
        threads = int(text)
    except ValueError:
        threads = -1
    if not 0 <= threads <= MOST_THREADS:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of threads. Give one from 1 to {MOST_THREADS}, or 0: one a core.")
    return threads


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MOST_GRACE_SECONDS:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of seconds. Give one from 0 to {MOST_GRACE_SECONDS}.")
    return seconds

"""The commands, put together; and the one place where what they raise becomes a sentence and an exit status.

Help and completion load this page and those of the commands, which for that reason import what they need when they are run."""

import contextlib
import itertools
import logging
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from dwhisper_gui.commands import doctor, export, jobs, models, server, settings, streams, transcribe, workers
from dwhisper_gui.commands.arguments import examples
from dwhisper_gui.commands.streams import FAILED, INTERRUPTED

PROGRAM = "dwhisper"
AS_JSON = "--json"

_log = logging.getLogger(__name__)
_log_file: Path | None = None

app = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog=examples(
        ("dwhisper transcribe talk.mp4", "writes talk.en.srt beside it"),
        ("dwhisper transcribe recordings/ --model small --format srt --format txt", "all recordings of a folder"),
        ("dwhisper jobs list", "what is done, under way and waiting"),
        ("dwhisper doctor", "what is here and what is missing"),
    ),
)
for module in (transcribe, export, jobs, models, server, workers, settings, doctor):
    module.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        streams.result(f"{PROGRAM} {metadata.version('dwhisper-gui')}")
        raise typer.Exit


@app.callback()
def _root(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the log on standard error, too.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Transcribes recordings with Whisper and writes subtitles."""
    from dwhisper_gui import log
    from dwhisper_gui.folders import folders

    global _log_file
    _log_file = log.setup(folders().log, verbose=verbose)


def names() -> set[str]:
    """The commands there are."""
    return {name for group in (app.registered_commands, app.registered_groups) for one in group if (name := one.name)}


def run(arguments: Sequence[str]) -> int:
    """Runs what the arguments say; the exit status. Nothing is raised, whatever happens."""
    streams.prepare()
    as_json = AS_JSON in itertools.takewhile("--".__ne__, arguments)
    try:
        try:
            typer.main.get_command(app)(args=list(arguments), prog_name=PROGRAM)
        except SystemExit as done:
            if isinstance(done.__context__, OSError):
                # Help that nobody reads: Rich and Typer keep that to themselves.
                raise streams.OutputLost(done.__context__) from done
            status = done.code if isinstance(done.code, int) else 0 if done.code is None else FAILED
            # Typer has shown it on standard error, which is no place for a program to look.
            if isinstance(done.__context__, TyperException) and as_json:
                _refuse_as_json(type(done.__context__).__name__, done.__context__.format_message(), status)
            return status
        except OSError:
            streams.refuse_lost()
            raise
    except KeyboardInterrupt:
        return INTERRUPTED
    except streams.OutputLost as lost:
        streams.abandon_results()
        if lost.quiet:
            return INTERRUPTED
        streams.say(f"The results could not be written to standard output ({lost}). What is done is kept.")
        return FAILED
    except Exception as error:
        return _explain(error, as_json=as_json)
    return 0


def refuse_path(path: str) -> int:
    """For what is no command, but could be a recording."""
    from dwhisper_gui.core.errors import CommandMissing

    streams.prepare()
    return _explain(CommandMissing(path=path, quoted=shlex.quote(path)))


def _refuse_as_json(error: str, sentence: str, status: int) -> None:
    from dwhisper_gui.commands.json_lines import of_path, write

    # Whoever has gone away meanwhile is told by the status.
    with contextlib.suppress(streams.OutputLost):
        write({"event": "refused", "error": error, "sentence": sentence, **of_path(None)})
        write({"event": "finished", "status": status})


def _explain(error: Exception, *, as_json: bool = False) -> int:
    from dwhisper_gui.core.errors import DWhisperError

    if isinstance(error, DWhisperError):
        _log.info("refused: %s", error)
        sentence, status = error.sentence(), error.status
    else:
        _log.critical("a bug", exc_info=error)
        where = f" Please report it, with the end of {_log_file}." if _log_file else ""
        sentence, status = f"This is a bug in DWhisper ({type(error).__name__}: {error}). What was done is kept.{where}", FAILED
    streams.say(streams.printable(sentence))
    if as_json:
        _refuse_as_json(type(error).__name__, sentence, status)
    return status

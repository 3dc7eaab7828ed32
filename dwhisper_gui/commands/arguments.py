"""Options and arguments that several commands have, declared once; and how what users write becomes what the program keeps."""

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dwhisper_gui.core.job import Output

_WRITTEN = "What is written"


def _formats(otherwise: str) -> Any:
    # Written out, since the help is to come quickly; a test compares it with the formats there are.
    known = "srt, vtt, vtt-words, ass, ttml, ebu-tt-d, txt, docx, tsv, csv, json"
    told = f"What to write: {known}. May be given several times. {otherwise}"
    return typer.Option("--format", "-f", metavar="FORMAT", help=told, rich_help_panel=_WRITTEN, show_default=False)


def _folder(otherwise: str) -> Any:
    told = f"The folder to write it to. {otherwise}"
    return typer.Option("--output-dir", "-o", metavar="FOLDER", help=told, rich_help_panel=_WRITTEN, show_default=False)


def _rules(otherwise: str) -> Any:
    told = f"What the subtitles keep to: netflix, bbc or plain. {otherwise}"
    return typer.Option("--rules", metavar="RULES", help=told, rich_help_panel=_WRITTEN, show_default=False)


_SHOTS = "Let subtitles come and go with the shots of the picture."
_AS_SET = "Unless given: as the settings have it (dwhisper settings list)."
_AS_BEFORE = "Unless given: as the job was asked for."

Formats = Annotated[list[str] | None, _formats(_AS_SET)]
OutputDir = Annotated[str | None, _folder("Unless given: beside the recording.")]
RulesName = Annotated[str | None, _rules(_AS_SET)]
WithShots = Annotated[bool, typer.Option("--shots", help=_SHOTS, rich_help_panel=_WRITTEN)]

JobFormats = Annotated[list[str] | None, _formats(_AS_BEFORE)]
JobOutputDir = Annotated[str | None, _folder(_AS_BEFORE)]
JobRulesName = Annotated[str | None, _rules(_AS_BEFORE)]
JobWithShots = Annotated[
    bool | None, typer.Option("--shots/--no-shots", help=f"{_SHOTS} {_AS_BEFORE}", rich_help_panel=_WRITTEN, show_default=False)
]

Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace files that are there, instead of numbering the new ones.", rich_help_panel=_WRITTEN)
]
WithReport = Annotated[
    bool, typer.Option("--report", help="Write down, too, which subtitles are not within the rules, and why.", rich_help_panel=_WRITTEN)
]


def _runner(written: str) -> str:
    if written not in ("local", "conductor"):
        raise typer.BadParameter(f"“{written}” is neither local nor conductor.")
    return written


RunnerName = Annotated[
    str | None,
    typer.Option(
        "--runner",
        parser=_runner,
        metavar="[local|conductor]",
        help="Who transcribes: this computer, or the workers of a Conductor server.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
JobName = Annotated[str, typer.Argument(metavar="JOB", help="The id of a job, or how it begins.")]
JobNames = Annotated[list[str], typer.Argument(metavar="JOB", help="Ids of jobs, or how they begin.")]


CHECKPOINT = ".pt"
"""How the name of a file of weights ends."""
INDENT = "\N{NO-BREAK SPACE}" * 3
"""Rich takes away other spaces at the beginning of a line."""


def output_from(
    usual: "Output", formats: list[str] | None, folder: str | None, overwrite: bool, rules: str | None, shots: bool | None, report: bool
) -> "Output":
    """Where subtitles go, as what and by which rules; `usual` has what was not said, save that nothing is overwritten unless it was.
    Raises `FormatUnknown`, `FormatMissing`, `RulesUnknown`, `OutputFolderIsFile`, `WordEmpty`."""
    from dwhisper_worker.places import file_in_the_way

    from dwhisper_gui.core.errors import OutputFolderIsFile
    from dwhisper_gui.core.job import Output
    from dwhisper_gui.core.options import read_formats
    from dwhisper_gui.subtitles.formats import FORMATS
    from dwhisper_gui.subtitles.rules import rules_named

    refuse_empty([("--output-dir", folder), ("--rules", rules)])
    named = read_formats(formats or usual.formats, FORMATS)
    kept = rules_named(as_text(rules or usual.rules)).name
    with_shots = usual.shots if shots is None else shots
    # A report is a file like those of the formats: whoever names some does not want all.
    reported = report or (usual.report and not formats)
    if folder is None:
        return Output(named, usual.folder, overwrite, kept, with_shots, reported)
    # Absolute, since another program may go on with the job in another folder.
    where = as_path(folder)
    file = file_in_the_way(where)
    if file is not None:
        raise OutputFolderIsFile(path=as_text(str(file)))
    return Output(named, os.fsencode(where), overwrite, kept, with_shots, reported)


def refuse_empty(given: Iterable[tuple[str, str | None]]) -> None:
    """Words, each with the name of what it was given for; None was not given at all. An empty one comes from a script's variable that is
    not set, and means neither the default nor the folder one is in. Raises `WordEmpty`."""
    from dwhisper_gui.core.errors import WordEmpty

    for what, word in given:
        if word == "":
            raise WordEmpty(what=what)


def read_model(written: str, models_folder: Path) -> str:
    """The name of a model, or the absolute path of its weights: a folder, or a checkpoint of openai-whisper's. Raises
    `ModelUnknown`, `WordEmpty`."""
    from dwhisper_worker.contract import MODELS

    from dwhisper_gui.core.errors import ModelUnknown

    refuse_empty([("the model", written)])
    if written in MODELS:
        return written
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", written) and (models_folder / written).is_dir():
        return written  # imported under a name of the user's own
    path = as_path(written)
    if not (path.is_dir() or (path.is_file() and path.suffix == CHECKPOINT)) or str(path) != as_text(str(path)):
        raise ModelUnknown(model=as_text(written))
    return str(path)


def as_path(written: str) -> Path:
    """A path made absolute; a “~” that stands for nobody here is a name like any other."""
    path = Path(written)
    with contextlib.suppress(RuntimeError):
        path = path.expanduser()
    return path.absolute()


def as_text(written: str) -> str:
    """An argument that is kept as text; bytes in it that are no text are replaced."""
    return written.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def examples(*lines: tuple[str, str]) -> str:
    """The end of a command's help: what to write, and what that does."""
    return "\n\n".join(["[bold]Examples[/bold]", *(f"[cyan]{command}[/cyan]\n{INDENT}{purpose}" for command, purpose in lines)])

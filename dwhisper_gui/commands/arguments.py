"""Options and arguments that several commands have, declared once; and how what users write becomes what the program keeps."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dwhisper_gui.core.job import Output

Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help="What to write: srt, vtt, txt, json. May be given several times.", show_default=False
    ),
]
OutputDir = Annotated[
    str | None,
    typer.Option("--output-dir", "-o", metavar="FOLDER", help="Where to write it, instead of beside the recording.", show_default=False),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there, instead of numbering the new ones.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
JobName = Annotated[str, typer.Argument(metavar="JOB", help="The id of a job, or how it begins.")]
JobNames = Annotated[list[str], typer.Argument(metavar="JOB", help="Ids of jobs, or how they begin.")]


INDENT = "\N{NO-BREAK SPACE}" * 3
"""Rich takes away other spaces at the beginning of a line."""


def output_from(formats: list[str] | None, usual: tuple[str, ...], folder: str | None, overwrite: bool) -> "Output":
    """Where subtitles go and as what. Raises `FormatUnknown`."""
    from dwhisper_gui.core.job import Output
    from dwhisper_gui.core.options import read_formats
    from dwhisper_gui.subtitles.formats import FORMATS

    # Absolute, since another program may go on with the job in another folder.
    where = None if folder is None else os.fsencode(Path(folder).expanduser().absolute())
    return Output(read_formats(formats or usual, FORMATS), where, overwrite)


def read_model(written: str, models_folder: Path) -> str:
    """The name of a model, or the absolute path of its weights. Raises `ModelUnknown`."""
    from dwhisper_worker.contract import MODELS

    from dwhisper_gui.core.errors import ModelUnknown

    if written in MODELS:
        return written
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", written) and (models_folder / written).is_dir():
        return written  # imported under a name of the user's own
    path = Path(written).expanduser().absolute()
    if not path.exists() or str(path) != as_text(str(path)):
        raise ModelUnknown(model=as_text(written))
    return str(path)


def as_text(written: str) -> str:
    """An argument that is kept as text; bytes in it that are no text are replaced."""
    return written.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def examples(*lines: tuple[str, str]) -> str:
    """The end of a command's help: what to write, and what that does."""
    return "\n\n".join(["[bold]Examples[/bold]", *(f"[cyan]{command}[/cyan]\n{INDENT}{purpose}" for command, purpose in lines)])

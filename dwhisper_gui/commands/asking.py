"""Asks before something is done that can't be taken back."""

import sys
from typing import Annotated

import typer

from dwhisper_gui.commands import streams

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

NOTHING_CHANGED = "Nothing was changed."


def is_meant(question: str, yes: bool) -> bool:
    """Whether the user wants it: said so beforehand (`yes`), or when asked. Raises `ConfirmationMissing` where nobody is there to be
    asked, `typer.Exit` where Ctrl+C is the answer."""
    from dwhisper_gui.core.errors import ConfirmationMissing

    if yes:
        return True
    if not sys.stdin.isatty():
        raise ConfirmationMissing
    try:
        sure = typer.confirm(question, err=True)
    except typer.Abort:
        # The question's line is not ended yet.
        streams.say(f"\n{NOTHING_CHANGED}")
        raise typer.Exit(streams.INTERRUPTED) from None
    if not sure:
        streams.say(NOTHING_CHANGED)
    return sure

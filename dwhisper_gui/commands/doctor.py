"""`dwhisper doctor`."""

import typer

from dwhisper_gui.commands.arguments import AsJson, examples


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("doctor", epilog=examples(("dwhisper doctor", "what is here, what is missing, and how to get it")))(doctor)


def doctor(as_json: AsJson = False) -> None:
    """Says what is here, what is missing, and how to get it.

    The exit status is 1 where something needed is missing."""
    from dwhisper_gui.commands.examination import examine
    from dwhisper_gui.commands.running import run

    raise typer.Exit(run(lambda _: examine(as_json), patience=0.0))

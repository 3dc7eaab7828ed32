"""`dwhisper workers`: what it and its command are called and take."""

from typing import Annotated

import typer

from dwhisper_gui.commands.arguments import AsJson, examples, refuse_empty

group = typer.Typer(
    invoke_without_command=True,
    help="The workers on other computers: who is there, with which model, how quick, and what each has in hand.",
    epilog=examples(
        ("dwhisper workers", "who is there"),
        ("dwhisper workers invite", "prints the line by which another computer joins"),
    ),
)

Pool = Annotated[str | None, typer.Option("--pool", help="Another pool than the one of the settings.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(group, name="workers")


@group.callback()
def workers(
    context: typer.Context,
    pool: Annotated[str | None, typer.Option("--pool", help="Those of one pool only.", show_default=False)] = None,
    gone: Annotated[bool, typer.Option("--gone", help="Those, too, that are gone since more than an hour.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lists the workers that show themselves on the Conductor server of the settings."""
    if context.invoked_subcommand is not None:
        return
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.commands.workers_work import list_workers

    refuse_empty([("--pool", pool)])
    raise typer.Exit(run(lambda _: list_workers(pool, all_gone=gone, as_json=as_json), patience=0.0))


@group.command(
    epilog=examples(
        ("dwhisper workers invite", "a line for “dwhisper-worker join” on the other computer"),
        ("dwhisper workers invite | ssh anna@studio dwhisper-worker join", "without showing it"),
    )
)
def invite(pool: Pool = None) -> None:
    """Prints the line by which another computer joins a pool. It holds the credentials of the server and the key that opens what is sent
    to the workers, so it is a secret."""
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.commands.workers_work import invite_worker

    refuse_empty([("--pool", pool)])
    raise typer.Exit(run(lambda _: invite_worker(pool), patience=0.0))

"""`dwhisper models`: what each of its commands is called and takes."""

from typing import Annotated

import typer

from dwhisper_gui.commands.arguments import AsJson, as_path, examples, refuse_empty

group = typer.Typer(
    no_args_is_help=True,
    help="Shows, fetches and removes the weights of models.",
    epilog=examples(
        ("dwhisper models list", "which there are, which are here, and where"),
        ("dwhisper models download small", "fetches it before it is needed"),
        ("dwhisper models languages", "what --language takes"),
    ),
)

Names = Annotated[list[str], typer.Argument(metavar="MODEL", help="Names, as “dwhisper models list” shows them.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(group, name="models")


@group.command("list", epilog=examples(("dwhisper models list", "which there are, which are here, and where")))
def list_models(as_json: AsJson = False) -> None:
    """Lists the models that can be had by name, and those imported."""
    from dwhisper_gui.commands.models_work import list_all, with_worker

    raise typer.Exit(with_worker(lambda worker, folder: list_all(worker, folder, as_json)))


@group.command(
    epilog=examples(
        ("dwhisper models languages", "each code with its name"),
        ("dwhisper transcribe talk.mp4 --language German", "a name does as well as its code, de"),
    )
)
def languages(as_json: AsJson = False) -> None:
    """Lists the languages that Whisper knows, by code and name. Models whose names end in .en know English only."""
    from dwhisper_gui.commands.models_work import list_languages

    list_languages(as_json)


@group.command(epilog=examples(("dwhisper models download small large-v3-turbo", "fetches both, unless they are here")))
def download(names: Names) -> None:
    """Fetches models, to have them before they are needed."""
    from dwhisper_gui.commands.models_work import fetch, with_worker

    raise typer.Exit(with_worker(lambda worker, folder: fetch(worker, folder, names)))


@group.command(
    "import", epilog=examples(("dwhisper models import ~/my-whisper --name mine", "then: dwhisper transcribe talk.mp4 --model mine"))
)
def import_model(
    path: Annotated[str, typer.Argument(metavar="FOLDER", help="A folder of weights as faster-whisper uses them (CTranslate2).")],
    name: Annotated[str | None, typer.Option(help="What to call it; the folder's name unless given.", show_default=False)] = None,
) -> None:
    """Copies a folder of weights into the models folder."""
    from dwhisper_gui.commands.models_work import import_folder, with_worker

    refuse_empty([("FOLDER", path), ("--name", name)])
    source = as_path(path)
    raise typer.Exit(with_worker(lambda worker, folder: import_folder(worker, folder, str(source), name or source.name)))


@group.command(
    epilog=examples(("dwhisper models verify", "hashes the files of all that are here"), ("dwhisper models verify tiny", "of one"))
)
def verify(
    names: Annotated[list[str] | None, typer.Argument(metavar="MODEL", help="All that are here, unless given.", show_default=False)] = None,
) -> None:
    """Checks the weights of models: against the hashes they were published with, those they had when they were put here, or, where none
    are known, for being complete. Says which. Exit status 1 where one is damaged or not here."""
    from dwhisper_gui.commands.models_work import check, with_worker

    raise typer.Exit(with_worker(lambda worker, folder: check(worker, folder, names or [])))


@group.command(epilog=examples(("dwhisper models remove medium", "deletes it from the models folder")))
def remove(names: Names) -> None:
    """Deletes models from the models folder. One that is not there is told, and is no error."""
    from dwhisper_gui.commands.models_work import delete, with_worker

    raise typer.Exit(with_worker(lambda worker, folder: delete(worker, folder, names)))

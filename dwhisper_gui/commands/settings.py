"""`dwhisper settings`."""

from typing import Annotated

import typer

from dwhisper_gui.commands.arguments import AsJson, examples
from dwhisper_gui.commands.asking import Yes, is_meant

group = typer.Typer(
    no_args_is_help=True,
    help="Shows and changes the settings.",
    epilog=examples(
        ("dwhisper settings list", "each setting, its value and what it is for"),
        ("dwhisper settings set model small", "for all that is transcribed from now on"),
        ("dwhisper settings unset model", "the default again"),
    ),
)

ENGINES = ("faster-whisper", "openai-whisper")
"""Those of the worker that comes with DWhisper; one that is named in the settings may have others."""
Key = Annotated[str, typer.Argument(help="Which one; “dwhisper settings list” shows them.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(group, name="settings")


@group.command("list", epilog=examples(("dwhisper settings list", "each setting, its value and what it is for")))
def list_settings(as_json: AsJson = False) -> None:
    """Shows all settings. One marked with * was chosen, and what it would be otherwise stands beside it."""
    from dwhisper_gui import settings
    from dwhisper_gui.commands.tables import print_json, print_table

    now = settings.load()
    if as_json:
        print_json(
            [
                {
                    "key": one.key,
                    "value": now.written(one),
                    "default": one.kind.show(one.default()),
                    "chosen": one.key in now.chosen,
                    "description": one.description,
                }
                for one in settings.SETTINGS
            ]
        )
        return
    rows = []
    for one in settings.SETTINGS:
        mark, default = ("*", one.kind.show(one.default())) if one.key in now.chosen else ("", "")
        rows.append((one.key + mark, now.written(one), default, one.description))
    print_table(("setting", "value", "default", "what it is"), rows)


@group.command(
    "set",
    epilog=examples(
        ("dwhisper settings set model large-v3-turbo", "for all that is transcribed from now on"),
        ("dwhisper settings set formats srt,txt", "two files for each recording"),
    ),
)
def set_setting(
    key: Key,
    value: Annotated[str, typer.Argument(help="What it shall be.")],
) -> None:
    """Chooses the value of a setting."""
    from dwhisper_gui import settings
    from dwhisper_gui.commands import streams
    from dwhisper_gui.commands.arguments import as_text, read_model
    from dwhisper_gui.core.errors import SettingValueBad
    from dwhisper_gui.core.options import read_formats, read_language
    from dwhisper_gui.subtitles.formats import FORMATS

    # The settings know the shape of a value; whether it names something is known here.
    if key == "formats":
        read_formats([value], FORMATS)
    elif key == "language":
        value = read_language(value)
    elif key == "model":
        value = read_model(value, settings.load().models_folder)
    elif key == "engine" and value.strip() not in ENGINES and not settings.load().worker_command:
        raise SettingValueBad(key=key, value=as_text(value), expected=f"one of {', '.join(ENGINES)}")
    now = settings.set_value(key, value)
    streams.result(f"{key} = {now.written(settings.by_key(key))}")


@group.command("unset", epilog=examples(("dwhisper settings unset model", "the default model again, and a better one where that changes")))
def unset_setting(key: Key) -> None:
    """Gives a setting its default back."""
    from dwhisper_gui import settings
    from dwhisper_gui.commands import streams

    now = settings.unset_value(key)
    streams.result(f"{key} = {now.written(settings.by_key(key))}")


@group.command(epilog=examples(("dwhisper settings reset", "asks first"), ("dwhisper settings reset --yes", "does not ask")))
def reset(yes: Yes = False) -> None:
    """Gives all settings their defaults back."""
    from dwhisper_gui import settings
    from dwhisper_gui.commands import streams

    if is_meant("Give all settings their defaults back?", yes):
        settings.reset()
        streams.result("All settings have their defaults.")

"""`dwhisper transcribe`."""

from typing import Annotated

import typer

from dwhisper_gui.commands.arguments import Formats, OutputDir, Overwrite, RulesName, RunnerName, WithReport, WithShots, examples

_HEARD = "What is heard"
_SHOWN = "What is shown"
_MACHINE = "How it runs"

Model = Annotated[
    str | None, typer.Option("--model", "-m", help="A model's name (see: dwhisper models list) or a folder of weights.", show_default=False)
]
Language = Annotated[
    str | None, typer.Option("--language", "-l", help="The language spoken, such as en, de or ja; auto finds it out.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(
        "transcribe",
        epilog=examples(
            ("dwhisper transcribe talk.mp4", "writes talk.en.srt beside it"),
            ("dwhisper transcribe *.mkv -m large-v3-turbo -f srt -f txt -o subtitles/", "several, in two formats, elsewhere"),
            ("dwhisper transcribe talk.mp4 --from 1:30 --to 1:02:03.5 --live", "a range of it, its text shown as it comes"),
            ("dwhisper transcribe film.mkv --audio-track 2 -l ja --translate -m medium", "its second track, into English"),
            ("dwhisper transcribe film.mkv --rules netflix --shots --report", "as a broadcaster wants it, and what could not be had"),
            ("dwhisper transcribe -- -odd-.mp4", "a name that begins with a dash"),
        ),
    )(transcribe)


def transcribe(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Recordings, folders of them, or patterns such as '*.mp4'.")],
    model: Model = None,
    language: Language = None,
    translate: Annotated[bool, typer.Option("--translate", help="Write English, whatever is spoken.", rich_help_panel=_HEARD)] = False,
    prompt: Annotated[str, typer.Option(help="Text that shows the style and spelling to expect.", rich_help_panel=_HEARD)] = "",
    hotwords: Annotated[str, typer.Option(help="Words that are likely to be said, such as names.", rich_help_panel=_HEARD)] = "",
    start: Annotated[
        str,
        typer.Option("--from", metavar="TIME", help="Begin here: seconds (90.5) or 1:02:03.", rich_help_panel=_HEARD, show_default=False),
    ] = "0",
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Stop here.", rich_help_panel=_HEARD, show_default=False)] = None,
    audio_track: Annotated[
        str,
        typer.Option(metavar="TRACK", help="Which audio track: its number, from 1, or its language.", rich_help_panel=_HEARD),
    ] = "",
    formats: Formats = None,
    output_dir: OutputDir = None,
    overwrite: Overwrite = False,
    rules: RulesName = None,
    shots: WithShots = False,
    report: WithReport = False,
    live: Annotated[bool, typer.Option("--live", help="Show the text as it comes.", rich_help_panel=_SHOWN)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print an event a line, for programs.", rich_help_panel=_SHOWN)] = False,
    engine: Annotated[
        str | None, typer.Option(help="The library that runs the model.", rich_help_panel=_MACHINE, show_default=False)
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="What it runs on: auto, cpu, cuda, cuda:1.", rich_help_panel=_MACHINE, show_default=False)
    ] = None,
    compute_type: Annotated[
        str | None, typer.Option(help="How it computes, such as int8 or float16.", rich_help_panel=_MACHINE, show_default=False)
    ] = None,
    runner: RunnerName = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew, even where there is a job to go on with.", rich_help_panel=_MACHINE)
    ] = False,
) -> None:
    """Transcribes recordings and writes subtitles.

    Where an option is not given, the settings hold (dwhisper settings list).

    What was stopped, by whatever, is gone on with by the same command again."""
    from dwhisper_gui import settings
    from dwhisper_gui.commands.arguments import as_text, output_from, read_model, refuse_empty
    from dwhisper_gui.commands.inputs import Request, transcribe_all
    from dwhisper_gui.commands.work import front_for, in_foreground, refuse
    from dwhisper_gui.core.errors import DWhisperError
    from dwhisper_gui.core.job import Options, Output
    from dwhisper_gui.core.options import read_language, refuse_impossible
    from dwhisper_gui.core.times import read_time

    front = front_for(as_json=as_json, live=live, fresh=fresh)
    try:
        usual = settings.load()
        refuse_empty([("PATH", path) for path in paths])
        named = {"--model": model, "--language": language, "--engine": engine, "--device": device, "--compute-type": compute_type}
        refuse_empty(named.items())
        options = Options(
            model=read_model(model or usual.model, usual.models_folder),
            engine=engine or usual.engine,
            language=read_language(language or usual.language),
            translate=translate,
            prompt=as_text(prompt),
            hotwords=as_text(hotwords),
            track=as_text(audio_track),
            start=read_time(start),
            end=None if end is None else read_time(end),
            device=device or usual.device,
            compute_type=compute_type or usual.compute_type,
        )
        refuse_impossible(options)
        as_set = Output(usual.formats, rules=usual.subtitle_rules)
        output = output_from(as_set, formats, output_dir, overwrite, rules, shots, report)
        request = Request(paths, options, output, fresh)
    except DWhisperError as error:
        raise typer.Exit(refuse(front, error)) from error
    raise typer.Exit(in_foreground(front, lambda app, shift: transcribe_all(app, shift, request), runner))

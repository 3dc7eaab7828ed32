"""`dwhisper export`."""

import os

import typer

from dwhisper_gui.commands import streams
from dwhisper_gui.commands.arguments import AsJson, Formats, JobName, OutputDir, Overwrite, examples, output_from


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(
        "export",
        epilog=examples(
            ("dwhisper export k3f9x --format vtt", "writes talk.en.vtt beside the recording"),
            ("dwhisper export k3 --output-dir subtitles/", "the beginning of an id is enough"),
        ),
    )(export)


def export(
    job: JobName, formats: Formats = None, output_dir: OutputDir = None, overwrite: Overwrite = False, as_json: AsJson = False
) -> None:
    """Writes the text of a job, whole or as far as it is, as subtitles."""
    import asyncio

    from dwhisper_gui import settings
    from dwhisper_gui.commands.json_lines import of_path, of_transcript, write
    from dwhisper_gui.commands.running import Stop, run
    from dwhisper_gui.core.outcome import warnings
    from dwhisper_gui.folders import folders
    from dwhisper_gui.jobs.combining import transcript_of
    from dwhisper_gui.jobs.store import Store
    from dwhisper_gui.subtitles import export as writing

    output = output_from(formats, settings.load().formats, output_dir, overwrite)

    async def main(_: Stop) -> int:
        async with await Store.open(folders().data) as store:
            found = await store.find_job(job)
            transcript = await transcript_of(store, found)
        await asyncio.to_thread(writing.refuse_unwritable, found.path, output.folder)
        where = (found.path, output.formats, output.folder, output.overwrite, found.id)
        files = await asyncio.to_thread(writing.export, transcript, *where)
        if as_json:
            write({"job": found.id, "files": [of_path(file) for file in files], **of_transcript(transcript)})
            return 0 if transcript.complete else INCOMPLETE
        for sentence in warnings(transcript, found.id):
            streams.say(sentence)
        for file in files:
            streams.result(os.fsdecode(file))
        return 0 if transcript.complete else INCOMPLETE

    raise typer.Exit(run(main, patience=0.0))


INCOMPLETE = 3
"""The exit status where some of the text is missing."""

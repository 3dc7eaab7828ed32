"""`dwhisper export`."""

import os

import typer

from dwhisper_gui.commands import streams
from dwhisper_gui.commands.arguments import (
    AsJson,
    Formats,
    JobName,
    OutputDir,
    Overwrite,
    RulesName,
    WithReport,
    WithShots,
    examples,
    output_from,
)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(
        "export",
        epilog=examples(
            ("dwhisper export k3f9x --format vtt", "writes talk.en.vtt beside the recording"),
            ("dwhisper export k3 --output-dir subtitles/", "the beginning of an id is enough"),
            ("dwhisper export k3 --rules netflix --shots --report", "by other rules, without transcribing it again"),
        ),
    )(export)


def export(
    job: JobName,
    formats: Formats = None,
    output_dir: OutputDir = None,
    overwrite: Overwrite = False,
    rules: RulesName = None,
    shots: WithShots = False,
    report: WithReport = False,
    as_json: AsJson = False,
) -> None:
    """Writes the text of a job, whole or as far as it is, as subtitles."""
    import asyncio

    from dwhisper_gui import settings
    from dwhisper_gui.commands.json_lines import of_path, of_transcript, write
    from dwhisper_gui.commands.running import Stop, run
    from dwhisper_gui.core.errors import NoTextYet, NothingToExport
    from dwhisper_gui.core.job import JobState
    from dwhisper_gui.core.notes import SILENT, is_void, sentence
    from dwhisper_gui.core.outcome import state_sentence, warnings
    from dwhisper_gui.folders import folders
    from dwhisper_gui.jobs.combining import transcript_of
    from dwhisper_gui.jobs.layout import has_picture, laid_out, no_picture, shots_of
    from dwhisper_gui.jobs.records import name_of
    from dwhisper_gui.jobs.store import Store
    from dwhisper_gui.subtitles import export as writing
    from dwhisper_gui.subtitles.report import note_of, problems_of, shows_cues, written_as

    output = output_from(settings.load(), formats, output_dir, overwrite, rules, shots, report)

    async def main(_: Stop) -> int:
        async with await Store.open(folders().data) as store:
            found = await store.find_job(job)
            # Incomplete without any text, it has failed as far as an export goes.
            state = JobState.FAILED if found.state is JobState.INCOMPLETE else found.state
            nothing = NoTextYet(name=name_of(found.path), state=state_sentence(state, found.id))
            try:
                transcript = await transcript_of(store, found)
            except NothingToExport:
                raise nothing from None
        # A medium in which nobody speaks has empty subtitles; one that is not heard yet has none.
        if not transcript.segments and any(one.reason in TO_DO for one in transcript.missing):
            raise nothing
        await asyncio.to_thread(writing.refuse_unwritable, found.path, output.folder)
        cuts = await shots_of(found) if shots else ()
        document = await laid_out(found, transcript, output, cuts)
        where = (found.path, written_as(output), output.folder, output.overwrite, found.id)
        files = await asyncio.to_thread(writing.export, document, *where)
        problems = await asyncio.to_thread(problems_of, document)
        if as_json:
            counts = {"cues": len(document.cues), "rules": output.rules, "not_within_rules": len({problem.cue for problem in problems})}
            write({"job": found.id, "files": [of_path(file) for file in files], **counts, **of_transcript(transcript)})
            return 0 if transcript.complete else streams.INCOMPLETE
        if shots and not has_picture(found):
            streams.say(sentence(no_picture(found)))
        for warning in warnings(transcript, found.id):
            streams.say(warning)
        if not transcript.segments and transcript.complete:
            streams.say(SILENT)
        elif shows_cues(output) and not is_void(note := note_of(document, problems)):
            streams.say(sentence(note))
        for file in files:
            streams.result(os.fsdecode(file))
        return 0 if transcript.complete else streams.INCOMPLETE

    raise typer.Exit(run(main, patience=0.0))


TO_DO = ("not_done", "failed")

"""`dwhisper export`."""

import typer

from dwhisper_gui.commands.arguments import (
    AsJson,
    JobFormats,
    JobName,
    JobOutputDir,
    JobRulesName,
    JobWithShots,
    Overwrite,
    WithReport,
    examples,
    output_from,
)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(
        "export",
        epilog=examples(
            ("dwhisper export k3f9x", "writes the job's subtitles where they were written, if they are not there"),
            ("dwhisper export k3 --format vtt --output-dir web/", "in another format, elsewhere; the beginning of an id is enough"),
            ("dwhisper export k3 --rules netflix --shots --report", "by other rules, without transcribing it again"),
        ),
    )(export)


def export(
    job: JobName,
    formats: JobFormats = None,
    output_dir: JobOutputDir = None,
    overwrite: Overwrite = False,
    rules: JobRulesName = None,
    shots: JobWithShots = None,
    report: WithReport = False,
    as_json: AsJson = False,
) -> None:
    """Writes the text of a job, whole or as far as it is, as subtitles.

    Where an option is not given, what the job was asked for holds: its formats, rules, shots and folder."""
    from dwhisper_gui.commands.exporting import export_job
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.core.job import Output

    def chosen(own: Output) -> Output:
        return output_from(own, formats, output_dir, overwrite, rules, shots, report)

    chosen(Output())  # what can't be had is refused whatever the job
    raise typer.Exit(run(lambda _: export_job(job, chosen, needs_shots=bool(shots), as_json=as_json), patience=0.0))

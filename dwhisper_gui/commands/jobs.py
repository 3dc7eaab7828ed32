"""`dwhisper jobs`: what each of its commands is called and takes. What they do is in the files beside this one."""

from typing import Annotated

import typer

from dwhisper_gui.commands.arguments import AsJson, JobName, JobNames, RunnerName, examples
from dwhisper_gui.commands.asking import Yes, is_meant

group = typer.Typer(
    no_args_is_help=True,
    help="Shows and steers the jobs: what is done, under way and waiting.",
    epilog=examples(
        ("dwhisper jobs list", "all jobs, in the order of the queue"),
        ("dwhisper jobs list --state failed", "jobs that failed, and why; files that were left out never became jobs"),
        ("dwhisper jobs resume k3f9x", "goes on with one; k3 will do where no other begins so"),
        ("dwhisper jobs resume --all", "goes on with all that are stopped, interrupted or paused"),
        ("dwhisper jobs clear", "forgets those that are done, after asking; subtitles written stay"),
    ),
)

STATES = ("queued", "running", "paused", "done", "incomplete", "failed", "cancelled", "stopped", "interrupted")
"""`jobs_list.STATES`, without what it imports: help is to be quick."""

AsEvents = Annotated[bool, typer.Option("--json", help="Print an event a line, for programs.")]
Live = Annotated[bool, typer.Option("--live", help="Show the text as it comes.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(group, name="jobs")


@group.command(
    "list",
    epilog=examples(
        ("dwhisper jobs list", "all jobs, in the order of the queue"),
        ("dwhisper jobs list --state failed --state incomplete", "those that lack something, and why"),
    ),
)
def list_jobs(
    states: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help=f"Only those: {', '.join(STATES)}. May be given several times.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lists the jobs in the order of the queue. One is queued or running while a program has it; else it is stopped, or interrupted
    where that program died."""
    from dwhisper_gui.commands.jobs_list import main
    from dwhisper_gui.commands.running import run

    for state in states or ():
        if state not in STATES:
            raise typer.BadParameter(f"“{state}” is none of {', '.join(STATES)}.", param_hint="--state")
    raise typer.Exit(run(lambda _: main(as_json, states or ()), patience=0.0))


@group.command(
    epilog=examples(("dwhisper jobs show k3f9x", "its options, progress, tries and doubts"), ("dwhisper jobs show k3", "the same"))
)
def show(job: JobName, as_json: AsJson = False) -> None:
    """Shows all that is known about a job."""
    from dwhisper_gui.commands.jobs_show import main
    from dwhisper_gui.commands.running import run

    raise typer.Exit(run(lambda _: main(job, as_json), patience=0.0))


@group.command(
    epilog=examples(("dwhisper jobs pause k3f9x", "the windows under way here are finished; workers elsewhere lose what they are at"))
)
def pause(jobs: JobNames) -> None:
    """Pauses jobs, whichever program works on them."""
    from dwhisper_gui.commands.jobs_change import halt
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.core.job import Wish

    raise typer.Exit(run(lambda _: halt(jobs, Wish.PAUSE), patience=0.0))


@group.command(epilog=examples(("dwhisper jobs cancel k3f9x", "ends it at once; what is done is kept")))
def cancel(jobs: JobNames) -> None:
    """Cancels jobs, whichever program works on them."""
    from dwhisper_gui.commands.jobs_change import halt
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.core.job import Wish

    raise typer.Exit(run(lambda _: halt(jobs, Wish.CANCEL), patience=0.0))


@group.command(
    epilog=examples(
        ("dwhisper jobs resume k3f9x", "goes on with a paused, stopped or interrupted job"),
        ("dwhisper jobs resume --all", "goes on with all of them, in the order of the queue"),
    )
)
def resume(
    jobs: Annotated[list[str] | None, typer.Argument(metavar="JOB", help="Ids of jobs, or how they begin.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are stopped, interrupted or paused.")] = False,
    runner: RunnerName = None,
    live: Live = False,
    as_events: AsEvents = False,
) -> None:
    """Goes on with jobs: here, or in the program that works on them already. One that had ended comes last in the queue."""
    from dwhisper_gui.commands.jobs_resume import resume_jobs
    from dwhisper_gui.commands.work import front_for, in_foreground

    if every is bool(jobs):
        told = "name jobs, or say --all for all that are stopped, interrupted or paused; “dwhisper jobs list” shows them."
        raise typer.BadParameter(f"Either {told}", param_hint="JOB")
    raise typer.Exit(
        in_foreground(front_for(as_json=as_events, live=live), lambda app, shift: resume_jobs(app, shift, jobs or None), runner)
    )


@group.command(epilog=examples(("dwhisper jobs retry k3f9x", "tries again what failed, and only that")))
def retry(jobs: JobNames, runner: RunnerName = None, live: Live = False, as_events: AsEvents = False) -> None:
    """Tries the failed parts of jobs again. One that had ended comes last in the queue."""
    from dwhisper_gui.commands.jobs_resume import retry_jobs
    from dwhisper_gui.commands.work import front_for, in_foreground

    raise typer.Exit(in_foreground(front_for(as_json=as_events, live=live), lambda app, shift: retry_jobs(app, shift, jobs), runner))


@group.command(
    epilog=examples(
        ("dwhisper jobs remove k3f9x", "forgets it and its text; subtitles written stay"),
        ("dwhisper jobs remove k3f9x 8pqm2 --yes", "several, without asking"),
    )
)
def remove(jobs: JobNames, yes: Yes = False) -> None:
    """Removes jobs with their texts; asks first where there are several. Subtitles that were written stay where they are. The same
    recordings are transcribed anew if that is asked for again."""
    from dwhisper_gui.commands.jobs_change import count_named, removal_question, remove_jobs
    from dwhisper_gui.commands.running import run

    # Asked before `run`, which takes Ctrl+C for something to be stopped gently.
    count = count_named(jobs)
    if count < 2 or is_meant(removal_question(count), yes):
        raise typer.Exit(run(lambda _: remove_jobs(jobs), patience=0.0))


@group.command(
    epilog=examples(
        ("dwhisper jobs clear", "forgets the jobs that are done, and their texts, after asking"),
        ("dwhisper jobs clear --all-ended --yes", "those that are incomplete, failed or cancelled, too, without asking"),
    )
)
def clear(
    all_ended: Annotated[bool, typer.Option("--all-ended", help="Those that are incomplete, failed or cancelled, too.")] = False,
    yes: Yes = False,
) -> None:
    """Removes all jobs that are done, with their texts; asks first. Subtitles that were written stay where they are. The same recordings
    are transcribed anew if that is asked for again."""
    from dwhisper_gui.commands.jobs_change import clear_jobs, count_ended, removal_question
    from dwhisper_gui.commands.running import run

    count = count_ended(all_ended=all_ended)
    if not count or is_meant(removal_question(count), yes):
        raise typer.Exit(run(lambda _: clear_jobs(all_ended=all_ended), patience=0.0))


@group.command(
    epilog=examples(
        ("dwhisper jobs move k3f9x top", "the command that has it, or resumes it, takes it before its others"),
        ("dwhisper jobs move k3f9x 3", "it is the third of those that have not ended"),
    )
)
def move(job: JobName, place: Annotated[str, typer.Argument(metavar="PLACE", help="up, down, top, bottom, or a number from 1.")]) -> None:
    """Gives a job that has not ended another place in the queue: the order in which a command takes those of its jobs that are left."""
    from dwhisper_gui.commands.jobs_change import move_job
    from dwhisper_gui.commands.running import run

    raise typer.Exit(run(lambda _: move_job(job, place), patience=0.0))

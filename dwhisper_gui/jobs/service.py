"""The queue: takes media in, works on their jobs one after the other, follows what users ask of them, and writes the subtitles."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from dwhisper_gui.core.errors import DWhisperError, FFmpegMissing, JobRemoved, JobUnknown, MediumError, SoundEmpty
from dwhisper_gui.core.events import Event, JobAdded, JobEnded, Note, StateChanged
from dwhisper_gui.core.job import Fingerprint, Job, JobState, Options, Output, Wish
from dwhisper_gui.core.waiting import unless
from dwhisper_gui.jobs.combining import is_used_up, transcript_of
from dwhisper_gui.jobs.layout import SHOTS, Shots, encoded, has_picture, laid_out, no_picture, shots_of, shots_unknown
from dwhisper_gui.jobs.medium import past_end
from dwhisper_gui.jobs.ownership import Ownership, is_owned, own, retry
from dwhisper_gui.jobs.presence import Presence
from dwhisper_gui.jobs.records import name_of
from dwhisper_gui.jobs.run import Run
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.jobs.wanted import Wanted
from dwhisper_gui.jobs.writing import WRITTEN, Layout, Target, write, written_of
from dwhisper_gui.media.joined import is_joined
from dwhisper_gui.media.probe import choose_track, display_name, fingerprint, probe
from dwhisper_gui.runners.chosen import MEMORY as RUNNER
from dwhisper_gui.runners.chosen import Runners
from dwhisper_gui.runners.runner import Runner, setup_for
from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.export import refuse_unwritable
from dwhisper_gui.subtitles.report import note_of, problems_of, shows_cues
from dwhisper_gui.workers.standing import StandingWorker

log = logging.getLogger(__name__)

Begin = Callable[[Job], Awaitable[None]]

_HALTS = {Wish.PAUSE: JobState.PAUSED, Wish.CANCEL: JobState.CANCELLED}
"""What becomes of a job by a wish."""

LOOK_SECONDS = 0.5
GRACE_SECONDS = 2.0
"""After a stop, so long for the windows under way; then they are given up, and done again next time."""


class Queue:
    """Of one program. Several programs may have one on the same store; each job is worked on by one of them."""

    def __init__(self, store: Store, ears: StandingWorker, runners: Runners, tell: Callable[[Event], None]) -> None:
        self._store = store
        self._ears = ears
        self._runners = runners
        self._tell = tell
        self._outputs: dict[str, Output] = {}
        """Where this program's user wants the subtitles of a job; another program that works on it may have been told otherwise."""
        self._written: dict[bytes, bytes] = {}
        """The files that this program has written or left as they were, each with its medium."""

    async def add(self, path: bytes, options: Options, output: Output, *, fresh: bool = False) -> Job:
        """A job for a medium: the finished one of this file with these options, whose text is used; or the unfinished one, which goes
        on; or a new one (always, with `fresh`). Raises `MediumError` where the file can't be transcribed, `OutputFolderUnusable`."""
        now = await fingerprint(path)
        # A hint: looking at the file may take long, and another program may finish it meanwhile, so `_known` asks again.
        if fresh or await self._store.find_finished(path, options, now) is None:
            self._runners.expect(setup_for(options))
        info = await probe(self._ears, path)
        choose_track(info, options.track, path)
        if info.duration == 0:
            raise SoundEmpty(path=display_name(path))
        if info.duration is not None and info.duration <= options.start and not (info.leaps or await is_joined(path, info.format)):
            raise past_end(path, info.duration, options)
        await asyncio.to_thread(refuse_unwritable, path, output.folder)
        job = None if fresh else await self._known(path, options, output, now)
        if job is None:
            job = await self._store.add_job(path, options, output, now)
            self._tell(JobAdded(job.id, job))
        self._outputs[job.id] = output
        return job

    async def _known(self, path: bytes, options: Options, output: Output, now: Fingerprint) -> Job | None:
        job = await self._store.find_finished(path, options, now)
        if job is not None:
            await self._store.set_output(job.id, output)
            self._tell(JobAdded(job.id, replace(job, output=output), finished_before=True))
            return job
        job = await self._store.find_unfinished(path, options, now)
        if job is None:
            return None
        if job.fingerprint != now:
            self._tell(Note(job.id, "medium_changed", {"name": name_of(path)}))
            return None
        used_up = await is_used_up(self._store, job)
        if job.state.ended:
            await retry(self._store, job.id)
        if not is_owned(self._store, job.id):
            await self._store.set_output(job.id, output)
        await self._store.set_wish(job.id, Wish.RUN)
        self._tell(JobAdded(job.id, replace(job, output=output), resumed=not used_up, finished_before=used_up))
        return job

    async def work(
        self, jobs: Iterable[str], stop: asyncio.Event, more: AsyncIterator[str] | None = None, begin: Begin | None = None
    ) -> None:
        """Works on these jobs, and on those that `more` names meanwhile, in the order of the queue until each has ended or `stop` is set.
        One that is paused, or that another program works on, is waited for while the others go on. A job's failure does not touch the
        others. `begin` is called before a job's first turn. Raises what `more` raises, once the jobs named before have ended."""
        wanted = Wanted(jobs)
        with Presence(self._store) as here:
            for job in wanted.left:
                await here.has(job)
            naming = asyncio.ensure_future(wanted.add(here.having(more) if more is not None else None))
            await self._work(wanted, naming, stop, begin)

    async def _work(self, wanted: Wanted, naming: asyncio.Future[None], stop: asyncio.Event, begin: Begin | None) -> None:
        try:
            while (wanted.left or not naming.done()) and not stop.is_set():
                wanted.changed.clear()
                if not await self._next_turn(wanted, stop, begin):
                    # A lock that another program frees tells nobody, so this looks again and again.
                    with suppress(TimeoutError):
                        await asyncio.wait_for(unless(stop, wanted.changed.wait()), LOOK_SECONDS)
            if not stop.is_set():
                await naming
        finally:
            naming.cancel()
            await asyncio.gather(naming, return_exceptions=True)

    async def _next_turn(self, wanted: Wanted, stop: asyncio.Event, begin: Begin | None) -> bool:
        """Works on the first job that can be worked on. False where there is none now."""
        asked = set(wanted.left)
        queue = [job for job in await self._store.jobs() if job.id in asked]
        for gone in asked.difference(job.id for job in queue):
            wanted.left.discard(gone)
            removed = JobRemoved(job=gone)
            self._tell(JobEnded(gone, JobState.FAILED, (), removed.sentence(), gist=removed.gist()))
        for job in queue:
            # One whose owner died before it got to that is paused here, for workers elsewhere may go on.
            if job.wish is Wish.PAUSE and (job.state is JobState.PAUSED or is_owned(self._store, job.id)):
                continue
            try:
                mine = await own(self._store, job.id)
            except JobUnknown:
                continue  # removed this very moment, as the next look finds
            if mine is not None:
                with mine:
                    if begin is not None and job.id not in wanted.begun:
                        await begin(job)
                    wanted.begun.add(job.id)
                    now = await self._store.find_job(job.id)
                    state = await self._turn(now, mine, stop, ended_elsewhere=job.id in wanted.elsewhere and now.state.ended)
                if state.ended:
                    wanted.left.discard(job.id)
                return True
            if job.id not in wanted.elsewhere:
                wanted.elsewhere.add(job.id)
                self._tell(Note(job.id, "job_elsewhere", {"name": name_of(job.path)}))
        if wanted.complete and all(job.wish is Wish.PAUSE for job in queue):
            for job in queue:
                if job.id not in wanted.waited_for:
                    wanted.waited_for.add(job.id)
                    self._tell(Note(job.id, "waits_for_paused", {"name": name_of(job.path), "job": job.id}))
        return False

    async def _turn(self, job: Job, mine: Ownership, stop: asyncio.Event, *, ended_elsewhere: bool) -> JobState:
        """Works on one job until it ends, is paused or is stopped. Returns its state then. What ended in another program while this one
        waited for it stays as it ended."""
        try:
            if ended_elsewhere and job.state in (JobState.FAILED, JobState.CANCELLED):
                self._tell(JobEnded(job.id, job.state, (), job.error))
                return job.state
            if job.wish in _HALTS and not job.state.ended:
                await self._leave(job.id, _HALTS[job.wish])
                return await self._halt(mine, _HALTS[job.wish])
            if not ended_elsewhere and not await is_used_up(self._store, job):
                await self._set_state(mine, JobState.RUNNING)
                asked = await self._transcribe(job, mine, stop)
                if asked is not None:
                    await self._leave(job.id, asked)
                    return await self._halt(mine, asked)
            job = await self._store.find_job(job.id)
            if not job.state.ended:  # a program that died may have got no further than the last result
                await self._try(self._runners.name_for(job.memory), lambda runner: runner.finish(job.id, job.memory))
            shots = await self._shots(job, mine, stop)
            if isinstance(shots, JobState):
                return await self._halt(mine, shots)
            return await self._finish(job, mine, shots)
        except DWhisperError as error:
            log.exception("job %s failed", job.id)
            await mine.journal.set_state(JobState.FAILED, error.sentence())
            self._tell(JobEnded(job.id, JobState.FAILED, (), error.sentence(), gist=error.gist()))
            return JobState.FAILED

    async def _transcribe(self, job: Job, mine: Ownership, stop: asyncio.Event) -> JobState | None:
        """Runs a job. None when nothing is left to do; else the state that somebody asked for meanwhile."""
        halt = asyncio.Event()
        runner = await self._runner_of(job, mine)
        run = Run(job, self._store, mine.journal, self._ears, runner, self._tell)
        working = asyncio.ensure_future(run.go(halt))
        asking = asyncio.ensure_future(self._asked(job.id, stop))
        try:
            await asyncio.wait({working, asking}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working
                return None
            asked = await asking
            halt.set()
            # Whoever pauses has time for the windows under way; whoever stops the program or cancels the job has not.
            if asked is JobState.PAUSED:
                await unless(stop, asyncio.wait({working}))
            await asyncio.wait({working}, timeout=0.0 if asked is JobState.CANCELLED else GRACE_SECONDS)
            if working.done():
                await working
            return asked
        finally:
            for task in (working, asking):
                task.cancel()
            await asyncio.gather(working, asking, return_exceptions=True)
            with suppress(DWhisperError):  # what went wrong before is what to tell
                await mine.journal.let_go()

    async def _runner_of(self, job: Job, mine: Ownership) -> Runner:
        """The job's runner; where it is another than before, what that one gave out is taken back."""
        name = self._runners.name_for(job.memory)
        before = job.memory.get(RUNNER)
        if before is not None and before != name:
            error = await self._try(before, lambda runner: runner.withdraw(job.id, job.memory))
            if error is not None:
                self._tell(Note(job.id, "left_there", {"gist": error.gist()}))
            await mine.journal.revise()  # else that one would give out again what this one does, should the job come back to it
        if before != name:
            await mine.journal.remember(RUNNER, name)
        return await self._runners.named(name)

    async def _leave(self, job_id: str, asked: JobState) -> None:
        """Sees to what goes on elsewhere for a job that halts here: a program that ends leaves it as it is."""
        job = await self._store.find_job(job_id)
        name, medium = job.memory.get(RUNNER), name_of(job.path)
        if name is None:  # nobody was ever given any of it
            return
        if asked is JobState.QUEUED:
            if (await self._runners.named(name)).goes_on(job.memory):
                self._tell(Note(job.id, "goes_on_there", {"name": medium, "job": job.id}))
            return
        error = await self._try(name, lambda runner: runner.withdraw(job.id, job.memory))
        if error is not None:
            self._tell(Note(job.id, "not_withdrawn", {"name": medium, "gist": error.gist()}))
        elif (await self._runners.named(name)).goes_on(job.memory):
            self._tell(Note(job.id, "withdrawn", {"name": medium}))

    async def _try(self, runner: str, ask: Callable[[Runner], Awaitable[None]]) -> DWhisperError | None:
        """Asks a runner for what nothing here depends on. Returns why it could not do that."""
        try:
            await ask(await self._runners.named(runner))
        except DWhisperError as error:
            log.warning("the runner %s could not do what it was asked", runner, exc_info=True)
            return error
        return None

    async def _asked(self, job_id: str, stop: asyncio.Event) -> JobState:
        """Returns when the job is to halt: the state it shall have."""
        seen = None
        while (seen := await unless(stop, self._store.wait_for_change(seen))) is not None:
            wish = (await self._store.find_job(job_id)).wish
            if wish in _HALTS:
                return _HALTS[wish]
        return JobState.QUEUED

    async def _shots(self, job: Job, mine: Ownership, stop: asyncio.Event) -> Shots | JobState:
        """The shots that its subtitles are to go with; or the state that somebody asked for meanwhile."""
        if not self._output(job).shots:
            return ()
        if SHOTS in job.memory:
            return await shots_of(job)
        if not has_picture(job):
            self._tell(no_picture(job))
            return ()
        self._tell(Note(job.id, "shots_sought", {"name": name_of(job.path)}))
        seeking = asyncio.ensure_future(shots_of(job))
        asking = asyncio.ensure_future(self._asked(job.id, stop))
        try:
            await asyncio.wait({seeking, asking}, return_when=asyncio.FIRST_COMPLETED)
            if not seeking.done():
                return await asking
            shots = await seeking
        except (MediumError, FFmpegMissing) as error:
            log.warning("no shots of job %s", job.id, exc_info=True)
            self._tell(shots_unknown(job, error))
            return ()
        finally:
            for task in (seeking, asking):
                task.cancel()
            await asyncio.gather(seeking, asking, return_exceptions=True)
        await mine.journal.remember(SHOTS, encoded(shots))
        return shots

    def _output(self, job: Job) -> Output:
        return self._outputs.get(job.id, job.output)

    async def _finish(self, job: Job, mine: Ownership, shots: Shots) -> JobState:
        """Puts the transcript together and sees to its subtitles."""
        transcript = await transcript_of(self._store, job)
        await self._look_at_medium(job)
        output = self._output(job)
        document = await laid_out(job, transcript, output, shots)
        heard = (await self._store.progress_of(job.id)).windows_done
        # Where nothing at all could be heard, empty subtitles would say that nobody speaks.
        files = await self._write(job, mine, document, output, heard) if heard or transcript.complete else []
        self._written |= dict.fromkeys(files, job.path)
        if shows_cues(output):
            self._tell(await asyncio.to_thread(lambda: note_of(document, problems_of(document), job.id)))
        state = JobState.DONE if transcript.complete else JobState.INCOMPLETE
        await self._set_state(mine, state)
        self._tell(JobEnded(job.id, state, tuple(files), None, transcript))
        return state

    async def _look_at_medium(self, job: Job) -> None:
        """Says where it is no longer what was transcribed. Its text is whole all the same, even where the file has gone by now."""
        try:
            if await fingerprint(job.path) != job.fingerprint:
                self._tell(Note(job.id, "medium_changed_meanwhile", {"name": name_of(job.path)}))
        except MediumError:
            log.warning("the medium of job %s can't be read any more", job.id, exc_info=True)
            self._tell(Note(job.id, "medium_gone_meanwhile", {"name": name_of(job.path)}))

    async def _write(self, job: Job, mine: Ownership, document: Document, output: Output, windows: int) -> list[bytes]:
        """Writes the subtitles, save those that are there: a folder that is transcribed once more shall not fill with copies."""
        # One command's media may have names alike; what it has just written of one is not there to be replaced by another's.
        others = [file for file, medium in self._written.items() if medium != job.path]
        done = await asyncio.to_thread(write, document, Target(job, output, others), Layout(windows, output.rules, output.shots))
        if done.written != written_of(job):
            await mine.journal.remember(WRITTEN, done.written.encoded())
        for note in done.notes:
            self._tell(note)
        return done.files

    async def _halt(self, mine: Ownership, asked: JobState) -> JobState:
        """Leaves a job in the state that somebody asked for."""
        await self._set_state(mine, asked)
        if asked.ended:
            self._tell(JobEnded(mine.job_id, asked, ()))
        return asked

    async def _set_state(self, mine: Ownership, state: JobState) -> None:
        await mine.journal.set_state(state)
        self._tell(StateChanged(mine.job_id, state))

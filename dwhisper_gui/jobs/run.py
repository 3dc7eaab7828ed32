"""One go at a job, by its owner: from what the store has to all that can be done now."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import msgspec
from dwhisper_worker.contract import LANGUAGES, MODELS, Decoding, Span

from dwhisper_gui.core import plan
from dwhisper_gui.core.errors import DWhisperError, ExtractionFailed, MediumChanged, SoundEmpty, WorkerNonsense
from dwhisper_gui.core.events import Note
from dwhisper_gui.core.job import Job
from dwhisper_gui.core.language import contradiction, is_decided, vote
from dwhisper_gui.core.language_names import language_name
from dwhisper_gui.core.plan import Chunk, Edge, Part, PreparedPart
from dwhisper_gui.core.progress import Pace
from dwhisper_gui.core.waiting import unless
from dwhisper_gui.jobs.combining import LANGUAGE, NO_LANGUAGE, SHARES, UNREADABLE, unreadable_of
from dwhisper_gui.jobs.damage import inside, merged, readable, seconds, without
from dwhisper_gui.jobs.doubt import is_unsure
from dwhisper_gui.jobs.journal import StoreJournal
from dwhisper_gui.jobs.medium import KEY, Medium, medium_of, past_end, remembered
from dwhisper_gui.jobs.records import name_of
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.jobs.telling import TellingJournal
from dwhisper_gui.media.channels import CHANNELS, lone_channel
from dwhisper_gui.media.extract import Heard, Source, hear, measure_duration
from dwhisper_gui.media.joined import is_joined
from dwhisper_gui.media.places import has_more_places
from dwhisper_gui.media.prepare import audio_of, find_edge, language_clips, prepare_part
from dwhisper_gui.media.probe import choose_track, display_name, fingerprint, probe
from dwhisper_gui.runners.runner import ChunkAudio, CutClips, Runner, Task, Tell, setup_for
from dwhisper_gui.workers.standing import StandingWorker

log = logging.getLogger(__name__)

STEREO = 2
"""Channels."""
CLIPS = 6
"""Places in the medium that vote on its language,"""
FEW_CLIPS = 3
"""and those that are enough where they agree, or to say that it is not the one named."""
LEAST_PAST_SECONDS = 1.0
"""An end that was asked for may be a rounded one."""
LEAST_GAIN_SECONDS = 0.1
"""A part of which no more than this can be read anew stays as it is."""


class Run:
    """Of one job. It is over when `go` returns; another go makes another `Run`."""

    def __init__(self, job: Job, store: Store, journal: StoreJournal, ears: StandingWorker, runner: Runner, tell: Tell) -> None:
        self._job = job
        self._results = store.results(job.id)
        self._store = store
        self._stored = journal
        self._ears = ears
        self._runner = runner
        self._tell = tell
        self._known_edges: dict[float, Edge] = {}
        self._edges: dict[float, asyncio.Task[Edge]] = {}
        self._unreadable = unreadable_of(job)

    async def go(self, stop: asyncio.Event) -> None:
        """Transcribes what is not done. Returns when nothing is left, or soon after `stop` is set; raises `DWhisperError` where it
        can't go on. What is done is in the store at any moment."""
        try:
            medium = await self._medium()
            source = Source(self._job.path, medium.format, medium.track, medium.joined, medium.channel)
            parts = plan.parts(medium.whole)
            await unless(stop, self._read_again(source))
            await self._know_edges(medium, parts)
            pace = Pace(medium.whole.duration, (await self._store.progress_of(self._job.id)).medium_seconds_settled)
            journal = TellingJournal(self._job.id, self._stored, pace, self._tell)
            language = await unless(stop, self._language(journal, source, medium, parts))
            if language is None:
                return
            settled = await self._results.settled_parts()
            left = tuple(part.index for part in parts if part.index not in settled)
            task = Task(
                job=self._job.id,
                setup=setup_for(self._job.options),
                decoding=Decoding(language, self._job.options.translate, self._job.options.prompt, self._job.options.hotwords),
                parts=left,
                seconds={index: parts[index].nominal.duration for index in left},
                prepared=await self._open_chunks(journal, left),
                memory=await self._memory(),
                gave_up=any(one.failed for one in await self._results.missing()),
            )
            if task.parts and not stop.is_set():
                await self._runner.run(task, lambda index: self._prepare(journal, source, parts, index), journal, stop, self._tell)
                await unless(stop, self._doubt_language(source, medium, language))
            if not stop.is_set():
                await self._listen_elsewhere(source, medium)
        except ExtractionFailed as error:
            error.fields["job"] = self._job.id
            raise
        finally:
            for edge in self._edges.values():
                edge.cancel()
            await asyncio.gather(*self._edges.values(), return_exceptions=True)

    async def _medium(self) -> Medium:
        """As an earlier run found it, since that decided where the parts lie: a probe that ran out of time would say otherwise."""
        job = self._job
        await self._check_unchanged()
        known = remembered(job)
        if known is not None:
            return known
        info = await probe(self._ears, job.path)
        track = choose_track(info, job.options.track, job.path)
        duration = info.duration
        joined = info.leaps or await is_joined(job.path, info.format)
        if joined:  # what the header and the last packets say is of one of the recordings in it, or of none
            log.info("the clock of %r starts anew within it, or leaps", job.path)
            duration, track = None, replace(track, declared_end=None)
        if duration is None:
            duration = await measure_duration(Source(job.path, info.format, track.index, joined))
        if duration <= 0:
            raise SoundEmpty(path=display_name(job.path))
        if duration <= job.options.start:
            raise past_end(job.path, duration, job.options)
        medium = medium_of(info, track, duration, job.options, joined=joined)
        if track.channels == STEREO and not joined:  # whose every place would be read from the beginning
            medium = replace(medium, channel=await lone_channel(Source(job.path, info.format, track.index), self._ears, medium.whole))
        await self._stored.remember(KEY, medium.encoded())
        if medium.tracks > 1 and not job.options.track:
            names = ", ".join(f"{one.index + 1}: {one.language or '?'}{' ' + one.title if one.title else ''}" for one in info.tracks)
            self._tell(Note(job.id, "several_tracks", {"taken": str(track.index + 1), "tracks": names}))
        if medium.channel is not None:
            self._tell(Note(job.id, "channel_alone", {"channel": CHANNELS[medium.channel]}))
        if job.options.end is not None and job.options.end >= duration + LEAST_PAST_SECONDS:
            self._tell(Note(job.id, "ends_before", {"end": f"{duration:.3f}", "wanted": f"{job.options.end:.3f}"}))
        if medium.cut is not None:
            self._tell(Note(job.id, "medium_cut", {"start": f"{medium.cut.start:.3f}", "end": f"{medium.cut.end:.3f}"}))
        return medium

    async def _language(self, journal: TellingJournal, source: Source, medium: Medium, parts: list[Part]) -> str:
        """The one decided in an earlier run, or the user's, or the only one that the model knows, or by vote; `und` where nobody speaks."""
        decided = self._job.memory.get(LANGUAGE)
        if decided is not None:
            return decided
        options = self._job.options
        if options.language != "auto" or self._knows_one_language():
            named = options.language if options.language != "auto" else "en"
            await journal.remember(LANGUAGE, named)
            return named
        heard = await self._heard_in(source, medium, FEW_CLIPS)
        # A few seconds in a foreign language must not decide over hours: all of the few are needed.
        if (len(heard) < FEW_CLIPS or not is_decided(vote(heard))) and has_more_places(medium.whole, FEW_CLIPS):
            heard += await self._heard_in(source, medium, CLIPS)
        heard = heard or await self._detect(lambda: self._first_speech(journal, source, parts))
        if not heard:
            return NO_LANGUAGE
        shares = vote(heard)
        if not shares or shares[0][0] not in LANGUAGES:
            raise WorkerNonsense(detail="detect_language: no language that Whisper knows")
        await journal.remember(SHARES, msgspec.json.encode(shares).decode())
        await journal.remember(LANGUAGE, shares[0][0])
        return shares[0][0]

    async def _heard_in(self, source: Source, medium: Medium, places: int) -> tuple[dict[str, float], ...]:
        return await self._detect(lambda: language_clips(source, self._ears, medium.whole, places))

    async def _detect(self, cut: CutClips) -> tuple[dict[str, float], ...]:
        setup = setup_for(self._job.options)
        return await self._runner.detect_language(self._job.id, setup, cut, self._stored, await self._memory(), self._tell)

    async def _memory(self) -> Mapping[str, str]:
        """As it is now: runners remember what they need between one thing they are asked and the next."""
        return (await self._store.find_job(self._job.id)).memory

    async def _first_speech(self, journal: TellingJournal, source: Source, parts: list[Part]) -> list[bytes]:
        """Where the places listened to were silent: the first windows with speech, or else of loud sound, which may hide some. Preparing
        the parts on the way is no loss."""
        loud: list[bytes] = []
        for part in parts:
            here: list[bytes] = []
            async for chunk in self._prepare(journal, source, parts, part.index):
                if spoken := [audio.pcm for audio in chunk.windows if audio.window.maybe]:
                    return spoken
                here = here or [chunk.windows[0].pcm]
            loud = [*loud, *here][-CLIPS:]  # rather not those at the beginning, which may be music alone
        return loud

    async def _doubt_language(self, source: Source, medium: Medium, named: str) -> None:
        """Whoever names a language that nobody speaks should know. The text is kept as it is, and there even if listening fails."""
        if self._job.options.language == "auto" or self._knows_one_language() or not await is_unsure(self._results.windows()):
            return
        try:
            found = await self._heard_in(source, medium, FEW_CLIPS)
        except DWhisperError:
            log.exception("the language of job %s could not be checked", self._job.id)
            return
        heard = contradiction(named, vote(found))
        if heard is not None:
            name, spoken, asked = name_of(self._job.path), language_name(heard), language_name(named)
            self._tell(Note(self._job.id, "other_language", {"name": name, "heard": spoken, "named": asked, "code": heard}))

    def _knows_one_language(self) -> bool:
        model = MODELS.get(self._job.options.model)
        return model is not None and not model.multilingual

    async def _prepare(
        self, journal: TellingJournal, source: Source, parts: Sequence[Part], index: int
    ) -> AsyncGenerator[ChunkAudio, None]:
        """See `runner.Prepare`. A part that the store has is cut as it was then, whatever the VAD would say today."""
        part = parts[index]
        prepared = await self._results.part(part.index)
        heard: Heard | None = None
        if prepared is None:
            start, end = await asyncio.gather(self._edge(source, part.nominal.start), self._edge(source, part.nominal.end))
            fleet = await self._runner.fleet(setup_for(self._job.options))
            before, after = part.nominal.start - parts[0].nominal.start, parts[-1].nominal.end - part.nominal.end
            group = partial(plan.chunks, fleet=fleet, before=before, after=after)
            prepared, heard = await prepare_part(source, self._ears, part, start, end, group)
            # Before the part: where the program dies in between, the part is prepared anew.
            await self._note_unreadable(journal, heard.unreadable)
            await journal.part_prepared(prepared)
        else:
            journal.know(prepared)
        left = await self._open_chunks_of(prepared)
        if heard is None:
            if not left:
                return
            heard = await hear(source, prepared.span)
            # What is done was heard when it could be read.
            done = await self._results.windows_done(part.index)
            finished = [Span(window.start, window.end) for chunk in prepared.chunks for window in chunk.windows if window.index in done]
            await self._note_unreadable(journal, without(heard.unreadable, finished))
        for chunk in left:
            heard_in = [readable(window, heard.unreadable) for window in chunk.windows]
            yield ChunkAudio(chunk, tuple(audio_of(heard.pcm, prepared.span, window) for window in heard_in))

    async def _open_chunks(self, journal: TellingJournal, parts: Iterable[int]) -> dict[int, tuple[Chunk, ...]]:
        """Of the parts that the store has, the chunks that are open, with the windows that have no result."""
        found = {}
        for index in parts:
            prepared = await self._results.part(index)
            if prepared is not None:
                journal.know(prepared)
                found[index] = await self._open_chunks_of(prepared)
        return found

    async def _open_chunks_of(self, part: PreparedPart) -> tuple[Chunk, ...]:
        done = await self._results.windows_done(part.index)
        states = await self._results.chunk_states(part.index)
        left = [replace(chunk, windows=tuple(one for one in chunk.windows if one.index not in done)) for chunk in part.chunks]
        return tuple(chunk for chunk in left if chunk.windows and states[chunk.key] == "open")

    async def _read_again(self, source: Source) -> None:
        """What could not be read may have been a passing fault of a disk. A part of which more can be read by now is prepared anew: where
        there was silence is sound, so its windows lie elsewhere."""
        for index, span in (await self._results.prepared_parts()).items():
            before = inside(self._unreadable, span)
            if not before:
                continue
            try:
                heard = await hear(source, span)
            except ExtractionFailed:
                continue
            if seconds(before) - seconds(heard.unreadable) > LEAST_GAIN_SECONDS:
                log.info("part %d of job %s can be read by now", index, self._job.id)
                await self._stored.forget_part(index, UNREADABLE, self._damaged(without(self._unreadable, [span])))

    async def _check_unchanged(self) -> None:
        if await fingerprint(self._job.path) != self._job.fingerprint:
            raise MediumChanged(path=display_name(self._job.path))

    async def _note_unreadable(self, journal: TellingJournal, spans: Sequence[Span]) -> None:
        """Adds to what is known to be damaged."""
        if without(spans, self._unreadable):
            await self._check_unchanged()  # a disk that has gone is no damage of the file
            await journal.remember(UNREADABLE, self._damaged(merged((*self._unreadable, *spans))))

    def _damaged(self, spans: list[Span]) -> str:
        """Takes these for what could not be read from now on. Returns how they are remembered."""
        self._unreadable = spans
        return msgspec.json.encode(spans).decode()

    async def _know_edges(self, medium: Medium, parts: Iterable[Part]) -> None:
        """The range's own ends stay where they are. Where a part ends that the store has, the next one begins, and the other way round,
        whatever the VAD would say today: else something between them would be said twice, or never."""
        self._known_edges = {end: Edge(end, in_speech=False) for end in (medium.whole.start, medium.whole.end)}
        stored = await self._results.edges()
        for part in parts:
            if part.index in stored:
                start, end = stored[part.index]
                self._known_edges.setdefault(part.nominal.start, start)
                self._known_edges[part.nominal.end] = end

    async def _edge(self, source: Source, nominal: float) -> Edge:
        """The real edge near a nominal one. Neighbouring parts ask for the same: one that is given up must not take it from the other."""
        if nominal in self._known_edges:
            return self._known_edges[nominal]
        if nominal not in self._edges:
            self._edges[nominal] = asyncio.ensure_future(find_edge(source, self._ears, nominal))
        return await asyncio.shield(self._edges[nominal])

    async def _listen_elsewhere(self, source: Source, medium: Medium) -> None:
        """Where the track taken has no speech, and another has, the user should know."""
        if medium.tracks < 2 or await self._results.sure_speech():
            return
        for track in range(medium.tracks):
            if track == medium.track:
                continue
            if await language_clips(replace(source, track=track, channel=None), self._ears, medium.whole, CLIPS):
                self._tell(Note(self._job.id, "speech_on_other_track", {"taken": str(medium.track + 1), "other": str(track + 1)}))
                return

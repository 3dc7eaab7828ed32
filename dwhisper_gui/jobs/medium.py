"""What a job knows of its medium: found once when it begins, remembered for the result."""

from dataclasses import dataclass

import msgspec
from dwhisper_worker.contract import AudioTrack, MediumInfo, Span

from dwhisper_gui.core.errors import RangePastEnd
from dwhisper_gui.core.job import Job, Options
from dwhisper_gui.core.times import clock
from dwhisper_gui.jobs.records import recalled
from dwhisper_gui.media.probe import display_name

CUT_SECONDS = 1.0
"""A track that ends this much before its header says was cut; less is rounding."""
KEY = "medium"


@dataclass(frozen=True, slots=True)
class Medium:
    """A job's medium: which container, which of its tracks, which range of it, and what the file no longer has of that range. `joined`
    and `channel`: see `Source`."""

    format: str
    duration: float
    track: int
    tracks: int
    whole: Span
    cut: Span | None
    frame_rate: tuple[int, int] | None = None
    joined: bool = False
    channel: int | None = None

    def encoded(self) -> str:
        """For `Journal.remember` under `KEY`."""
        return msgspec.json.encode(self).decode()


def past_end(path: bytes, duration: float, options: Options) -> RangePastEnd:
    """The error of a range that begins when the medium has ended."""
    return RangePastEnd(path=display_name(path), duration=clock(duration), start=clock(options.start))


def remembered(job: Job) -> Medium | None:
    """What the job knows; None where it was never begun. Raises `JobDamaged`."""
    return recalled(job, KEY, Medium) if KEY in job.memory else None


def medium_of(info: MediumInfo, track: AudioTrack, duration: float, options: Options, *, joined: bool) -> Medium:
    """Puts together what the probe found and what the user asked for. `duration`: the probe's, or measured where it had none."""
    wanted_end = options.end if options.end is not None else float("inf")
    whole = Span(options.start, max(options.start, round(min(duration, wanted_end), 3)))
    cut = None
    if track.declared_end is not None and track.last_packet_end is not None:
        lost = Span(max(track.last_packet_end, options.start), round(min(track.declared_end, wanted_end), 3))
        if track.declared_end - track.last_packet_end > CUT_SECONDS and lost.duration > 0:
            cut = lost
    return Medium(info.format, duration, track.index, len(info.tracks), whole, cut, info.frame_rate, joined)

"""When cues come and go: on frames, by the rules, and (where they are known) with the shots of the picture.

How cues go with shots is Netflix's: “Subtitle Timing Guidelines”, section 2. Half a second is its 12 frames at 24 frames a second.
"""

import sys
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from dwhisper_gui.subtitles.frames import Frames
from dwhisper_gui.subtitles.rules import Rules

NEAR_SHOT_MILLISECONDS = 500
"""A cue that comes or goes nearer than this to a change of shots is moved."""
NEARER_MILLISECONDS = 292
"""Speech that begins so shortly before a shot (7 frames) is shown with it; else half a second before. The same for its end, behind it."""


@dataclass(frozen=True, slots=True)
class Sound:
    """When a cue's words are heard, and how long its text takes to read at the fastest; whole milliseconds."""

    start: int
    end: int
    reading: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Rules in frames."""

    frames: Frames
    shortest: int
    held: int
    """At least `shortest`."""
    longest: int
    gap: int
    shut: int
    off: int
    linger: int
    near_shot: int
    nearer_shot: int
    over: int
    """When the medium is."""

    @classmethod
    def of(cls, rules: Rules, frames: Frames, seconds: float | None = None) -> "Limits":
        """Those of a set of rules, and of a medium so many seconds long."""
        return cls(
            frames,
            shortest=max(1, frames.up(milliseconds(rules.shortest))),
            held=max(1, frames.up(milliseconds(max(rules.held, rules.shortest)))),
            longest=max(1, frames.down(milliseconds(rules.longest))),
            gap=frames.gap(rules.gap_frames),
            shut=frames.up(milliseconds(rules.shut)),
            off=max(frames.gap(rules.off_frames), frames.down(milliseconds(rules.off))),
            linger=frames.down(milliseconds(rules.linger)),
            near_shot=frames.nearest(NEAR_SHOT_MILLISECONDS),
            nearer_shot=frames.nearest(NEARER_MILLISECONDS),
            over=sys.maxsize if seconds is None else frames.down(milliseconds(seconds)),
        )


def milliseconds(seconds: float) -> int:
    """Whole ones."""
    return round(seconds * 1000)


def timed(sounds: Sequence[Sound], limits: Limits, shots: Sequence[float] = ()) -> list[tuple[int, int]]:
    """When each cue comes and goes, in milliseconds; in order, without overlap. `shots`: when each shot but the first begins, in
    seconds, in order."""
    frames = limits.frames
    cuts = [cut for shot in shots if (cut := frames.nearest(milliseconds(shot))) < limits.over]
    starts: list[int] = []
    for sound in sounds:
        # Only where many words have one time does a cue come more than a frame from its sound.
        starts.append(max(frames.nearest(sound.start), starts[-1] + 1 if starts else 0))
    if cuts:
        _start_with_shots(starts, sounds, limits, cuts)
    _make_room(starts, sounds, limits, cuts)
    return [
        (frames.milliseconds(start), frames.milliseconds(_end(sound, start, following, limits, cuts)))
        for sound, (start, following) in zip(sounds, zip_longest(starts, starts[1:]), strict=True)
    ]


def _start_with_shots(starts: list[int], sounds: Sequence[Sound], limits: Limits, cuts: Sequence[int]) -> None:
    """Moves cues to the shots they begin near to, where nobody loses time that is needed."""
    for at, start in enumerate(starts):
        if start != limits.frames.nearest(sounds[at].start):
            continue  # those before it have pushed it off its sound, and a shot would push it farther
        wanted = _with_shot(start, limits, cuts)
        earlier = wanted < start
        # What comes earlier takes time from the cue before it, which must have been heard; what comes later loses its own.
        whose, ends_at = (at - 1, start) if earlier else (at, starts[at + 1] if at + 1 < len(starts) else None)
        if whose < 0:
            starts[at] = wanted
            continue
        sound = sounds[whose]
        before = _room(sound, starts[whose], ends_at, limits)
        after = _room(sound, starts[whose], wanted, limits) if earlier else _room(sound, wanted, ends_at, limits)
        needed = _needed(sound, limits)
        if after >= min(before, needed) and not (earlier and limits.frames.down(sound.end) > wanted):
            starts[at] = wanted


def _with_shot(start: int, limits: Limits, cuts: Sequence[int]) -> int:
    """When a cue whose speech begins then had best come."""
    cut = _nearest(start, cuts)
    if cut is None or not -limits.near_shot < start - cut < limits.near_shot:
        return start
    if start >= cut - limits.nearer_shot:
        return cut
    return max(0, cut - limits.near_shot)


def _make_room(starts: list[int], sounds: Sequence[Sound], limits: Limits, cuts: Sequence[int]) -> None:
    """Has cues come as little before their sound, and the next ones as little after theirs, as gives those that lack it time to be read.
    None goes before it is heard, none loses time that it needs, and none that is near to a shot is moved."""
    earliest = _earliest(starts, sounds, limits, cuts)
    for at in reversed(range(len(starts))):
        sound, start, following = sounds[at], starts[at], starts[at + 1] if at + 1 < len(starts) else None
        # Twice, since one that is held only to be seen gains less at first.
        for _ in range(2):
            room = _room(sound, start, following, limits)
            wanted = max(earliest[at], start - max(0, _needed(sound, limits) - room))
            if _room(sound, wanted, following, limits) > room:
                start = wanted
        starts[at] = max(earliest[at], min(start, limits.frames.nearest(sound.start) + limits.off))
    latest = _latest_starts(starts, sounds, limits, cuts)
    for at, sound in enumerate(sounds[:-1]):
        ends = min(starts[at] + _needed(sound, limits), _latest(sound, starts[at], limits))
        starts[at + 1] = min(latest[at + 1], max(starts[at + 1], ends + limits.gap))


def _earliest(starts: Sequence[int], sounds: Sequence[Sound], limits: Limits, cuts: Sequence[int]) -> list[int]:
    """The earliest that each cue may come, those before it too."""
    found: list[int] = []
    for at, (start, sound) in enumerate(zip(starts, sounds, strict=True)):
        soonest = max(0, limits.frames.nearest(sound.start) - limits.off)
        if at:
            before = sounds[at - 1]
            used = max(1 - limits.gap, min(_needed(before, limits), _room(before, found[-1], start, limits)))
            soonest = max(soonest, found[-1] + used + limits.gap, limits.frames.down(before.end))
        found.append(soonest if soonest < start and _is_apart(soonest, start, limits, cuts) else start)
    return found


def _latest_starts(starts: Sequence[int], sounds: Sequence[Sound], limits: Limits, cuts: Sequence[int]) -> list[int]:
    """The latest that each cue may come, those after it too."""
    found: list[int] = []
    for at in reversed(range(len(starts))):
        sound, start = sounds[at], starts[at]
        room = _room(sound, start, found[-1] if found else None, limits)
        used = min(_needed(sound, limits), room)
        latest = min(limits.frames.nearest(sound.start) + limits.off, start + room - used)
        found.append(latest if latest > start and _is_apart(start, latest, limits, cuts) else start)
    return found[::-1]


def _is_apart(first: int, last: int, limits: Limits, cuts: Sequence[int]) -> bool:
    """Whether no cue that comes between two frames has to do with a shot."""
    at = bisect_left(cuts, first - limits.near_shot)
    return at == len(cuts) or cuts[at] > last + limits.near_shot


def _needed(sound: Sound, limits: Limits) -> int:
    """How long a cue must stay, as far as it may."""
    return min(limits.longest, max(limits.shortest, limits.frames.up(sound.reading)))


def _room(sound: Sound, start: int, following: int | None, limits: Limits) -> int:
    """For how long a cue could stay."""
    latest = _latest(sound, start, limits)
    return (latest if following is None else min(latest, following - limits.gap)) - start


def _latest(sound: Sound, start: int, limits: Limits) -> int:
    """When a cue must be gone, whatever follows."""
    heard = limits.frames.up(sound.end)
    latest = min(start + limits.longest, max(heard + limits.linger, start + limits.held))
    # What is said after the medium's end, since neither is known exactly, is shown nonetheless.
    return min(latest, max(limits.over, heard))


def _end(sound: Sound, start: int, following: int | None, limits: Limits, cuts: Sequence[int]) -> int:
    latest = max(start + 1, _latest(sound, start, limits))
    if following is not None:
        # Where there is hardly any time, the gap takes no more than half of it.
        latest = min(latest, following - min(limits.gap, (following - start) // 2))
    heard = limits.frames.up(sound.end)
    read = start + limits.frames.up(sound.reading)
    end = min(latest, max(heard, start + limits.held, read))
    if cuts:
        end = _end_with_shot(end, max(start + limits.shortest, min(end, read)), heard, latest, limits, cuts)
    if following is None:
        return end
    return _shut(end, max(heard, read, start + limits.shortest), start + limits.longest, latest, following, limits)


def _end_with_shot(end: int, soonest: int, heard: int, latest: int, limits: Limits, cuts: Sequence[int]) -> int:
    """When a cue had best go that could at `end`: just before a shot, or well behind its beginning."""
    cut = _nearest(end, cuts)
    if cut is None or not -limits.near_shot < end - cut < limits.near_shot:
        return end
    before, behind = cut - limits.gap, cut + limits.near_shot
    if end <= cut:
        return before if max(soonest, heard - limits.gap) <= before <= latest else end
    if soonest <= before and heard - cut <= limits.nearer_shot:
        return before
    return behind if behind <= latest else end


def _shut(end: int, needed: int, longest: int, latest: int, following: int, limits: Limits) -> int:
    """When a cue goes that could at `end`, so that the gap behind it is none that is to be shut, where that can be had."""
    if not limits.gap < following - end < limits.shut:
        return end
    shut, open_ = following - limits.gap, following - limits.shut
    if shut <= latest:
        return shut
    if open_ >= needed:
        return open_
    return shut if shut <= longest else end


def _nearest(frame: int, cuts: Sequence[int]) -> int | None:
    at = bisect_left(cuts, frame)
    return min(cuts[max(0, at - 1) : at + 1], key=lambda cut: abs(cut - frame), default=None)

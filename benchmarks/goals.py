"""What was aimed at, held against what was measured. Pure functions, so that the document can't say otherwise than its tables."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import systems
from media import HARD, TIMED

Entry = Mapping[str, Any]

TIMES_AS_FAST = {"tiny.en": 1.7, "base": 1.4}
"""As the fastest peer that gives word times."""
MOST_WER_ABOVE_BEST = 0.2
EDGES = {"after_pause": (0.08, 0.20), "running": (0.10, 0.30), "ends": (None, 0.30)}
"""Median and 95th percentile, seconds."""
SAID = {"after_pause": "onsets after a pause", "running": "onsets in running speech", "ends": "ends"}
LONGEST_CUE = 7.0


def rows(model: str, entries: Sequence[Entry]) -> list[tuple[str, str, str]]:
    """Each goal, what was seen, and whether that meets it, for the entries of one model."""
    ours = {one["medium"]: one for one in entries if one["system"] == systems.OURS}
    found = [*_speed(model, entries), *_words(entries)]
    for name, (median, high) in EDGES.items():
        off = [
            f"{medium} {one['score'][name]['median']:.2f} / {one['score'][name]['high']:.2f}"
            for medium, one in ours.items()
            if one["score"][name]["count"] and (one["score"][name]["high"] > high or (median and one["score"][name]["median"] > median))
        ]
        aim = f"{SAID[name]}: " + (f"median at most {median:.2f} s, " if median else "") + f"95th percentile at most {high:.2f} s"
        found.append((aim, "within, but for " + ", ".join(off) if off else "within, on every medium", _met(not off)))
    longest = max((one["score"]["longest_cue"] for one in ours.values()), default=0.0)
    found.append((f"no cue above {LONGEST_CUE:.0f} s", f"the longest has {longest:.1f} s", _met(longest <= LONGEST_CUE)))
    if "nonspeech" in ours:
        invented = ours["nonspeech"]["score"]["invented"]
        found.append(("no word in half an hour without speech", str(invented), _met(invented == 0)))
    return found


def _speed(model: str, entries: Sequence[Entry]) -> Iterator[tuple[str, str, str]]:
    ratios = {}
    below = []
    for medium in TIMED:
        here = [one for one in entries if one["medium"] == medium and one["system"] in systems.OTHERS and one["ratios"]]
        peers = {one["system"]: statistics.median(one["ratios"]) for one in here}
        timed = [ratio for name, ratio in peers.items() if systems.named(name).word_times]
        if timed:
            ratios[medium] = min(timed)
        below += [f"{systems.named(name).says} on {medium} {ratio:.2f}" for name, ratio in peers.items() if ratio < 1.0]
    if ratios:
        aim = TIMES_AS_FAST[model]
        seen = ", ".join(f"{medium} {ratio:.2f}" for medium, ratio in ratios.items())
        yield f"{aim} times as fast as the fastest with word times", seen, _met(min(ratios.values()) >= aim)
        yield "none is faster", "; ".join(below) or "none is", _met(not below)


def _words(entries: Sequence[Entry]) -> Iterator[tuple[str, str, str]]:
    compared = [one for one in entries if one["system"] in {systems.OURS, *systems.OTHERS}]
    measured = {medium: {one["system"]: _errors(one) for one in compared if one["medium"] == medium} for medium in (*TIMED, *HARD)}
    on_all = set.intersection(*(set(measured[medium]) for medium in TIMED))
    if systems.OURS in on_all:
        said = sum(next(one for one in entries if one["medium"] == medium)["score"]["words"] for medium in TIMED)
        pooled = {name: 100 * sum(measured[medium][name] for medium in TIMED) / said for name in on_all}
        best = min((wer, name) for name, wer in pooled.items() if name != systems.OURS)
        above = pooled[systems.OURS] - best[0]
        seen = f"{pooled[systems.OURS]:.2f} %, the best other ({systems.named(best[1]).says}) {best[0]:.2f} %"
        yield f"word errors at most {MOST_WER_ABOVE_BEST} points above the best", seen, _met(round(above, 3) <= MOST_WER_ABOVE_BEST)
    behind = []
    for medium in HARD:
        errors = measured[medium]
        better = {name: count for name, count in errors.items() if systems.OURS in errors and count < errors[systems.OURS]}
        behind += [f"{medium.removeprefix('hard-')} ({systems.named(name).says})" for name in sorted(better, key=better.__getitem__)[:1]]
    if any(systems.OURS in measured[medium] for medium in HARD):
        yield "the fewest word errors on each hard medium", "behind on " + ", ".join(behind) if behind else "on each", _met(not behind)


def _errors(entry: Entry) -> int:
    return int(sum(entry["score"][kind] for kind in ("substitutions", "deletions", "insertions")))


def _met(met: bool) -> str:
    return "met" if met else "missed"

"""What was aimed at, held against what was measured. Pure functions, so that the document can't say otherwise than its tables."""

from collections.abc import Iterator, Sequence

import systems
from media import HARD, TIMED
from pooling import Entry, leads, pooled, wer, wrong

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
        peers = leads([one for one in entries if one["medium"] == medium])
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
    rates = {name: wer(sums) for name, sums in pooled(compared, TIMED).items()}
    ours = rates.pop(systems.OURS, None)
    if ours is not None and rates:
        best = min(rates, key=rates.__getitem__)
        seen = f"{ours:.2f} %, the best other ({systems.named(best).says}) {rates[best]:.2f} %"
        yield (
            f"word errors at most {MOST_WER_ABOVE_BEST} points above the best",
            seen,
            _met(round(ours - rates[best], 3) <= MOST_WER_ABOVE_BEST),
        )
    measured = {medium: {one["system"]: wrong(one["score"]) for one in compared if one["medium"] == medium} for medium in HARD}
    held = {medium: errors for medium, errors in measured.items() if systems.OURS in errors and len(errors) > 1}
    behind = []
    for medium, errors in held.items():
        best = min(errors, key=errors.__getitem__)
        if errors[best] < errors[systems.OURS]:
            behind.append(f"{medium.removeprefix('hard-')} ({systems.named(best).says})")
    if held:
        goal = "the fewest word errors of all that were measured, on each hard medium"
        yield goal, "behind on " + ", ".join(behind) if behind else "on each", _met(not behind)


def _met(met: bool) -> str:
    return "met" if met else "missed"

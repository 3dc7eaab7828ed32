"""What was measured of several systems and media, taken together: errors, and how far this program leads. Pure functions."""

import statistics
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import systems

Entry = Mapping[str, Any]
"""One system with one model on one medium, as `recorded.json` has it."""


def wrong(score: Mapping[str, Any]) -> int:
    """Words that are not as they were said."""
    return int(score["substitutions"] + score["deletions"] + score["insertions"])


def wer(score: Mapping[str, Any]) -> float:
    """The word error rate, percent."""
    return float(100 * wrong(score) / max(1, score["words"]))


def pooled(entries: Sequence[Entry], media: Collection[str]) -> dict[str, dict[str, int]]:
    """The sums of the scores on these media, by system, of those that were measured on all of them."""
    found = {}
    for name in systems.NAMES:
        scores = [one["score"] for one in entries if one["system"] == name and one["medium"] in media]
        if scores and len(scores) == len(media):
            kinds = ("substitutions", "deletions", "insertions", "words", "invented")
            found[name] = {kind: sum(score[kind] for score in scores) for kind in kinds}
    return found


def leads(entries: Sequence[Entry]) -> dict[str, float]:
    """How many times as long as this program each other program took, by its own defaults; of one medium's entries."""
    return {one["system"]: statistics.median(one["ratios"]) for one in entries if one["system"] in systems.OTHERS and one["ratios"]}

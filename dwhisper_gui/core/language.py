"""Which language is spoken: decided once for a whole job, by vote."""

from collections.abc import Iterable, Mapping, Sequence

SHARE_WORTH_TELLING = 0.01
MAJORITY = 0.5
DECIDED = 0.8
"""With as much of the vote of a few clips as this a language is that of all of the recording."""
POSSIBLE = 0.05
"""With as much of the vote as this a language may be the one that is spoken. Whisper takes kin for each other (Croatian, Serbian), but
leaves each some share."""


def vote(probabilities: Iterable[Mapping[str, float]]) -> list[tuple[str, float]]:
    """Each clip votes with the probabilities it gives the languages, so that an unsure clip counts for less than a sure one.

    Returns the languages with their shares of the vote, the greatest first, those below 1 % left out; empty without clips."""
    totals: dict[str, float] = {}
    clips = 0
    for clip in probabilities:
        clips += 1
        for language, probability in clip.items():
            totals[language] = totals.get(language, 0.0) + probability
    ranked = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(language, round(total / clips, 4)) for language, total in ranked if total / clips >= SHARE_WORTH_TELLING]


def is_decided(shares: Sequence[tuple[str, float]]) -> bool:
    """Whether more clips would hardly say otherwise. `shares`: of `vote`."""
    return bool(shares) and shares[0][1] >= DECIDED


def contradiction(named: str, shares: Sequence[tuple[str, float]]) -> str | None:
    """The language that is spoken, by a vote, and not the one that was named; None: that may well be it. `shares`: of `vote`."""
    if not shares:
        return None
    first, share = shares[0]
    return first if share >= MAJORITY and dict(shares).get(named, 0.0) < POSSIBLE else None

"""Which language is spoken: decided once for a whole job, by vote."""

from collections.abc import Iterable, Mapping

SHARE_WORTH_TELLING = 0.01


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

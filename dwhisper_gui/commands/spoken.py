"""In which language a recording is, as people say it."""

from collections.abc import Iterable

from dwhisper_gui.core.language_names import language_name

LEAST_SHARE = 0.05
"""What got less of the vote is noise."""


def spoken(language: str, shares: Iterable[tuple[str, float]]) -> str:
    """The name of a language; with its share of the vote (from 0 to 1) and the others', where others got a share worth telling."""
    heard = [(code, share) for code, share in shares if share >= LEAST_SHARE]
    if len(heard) < 2:
        return language_name(language)
    return f"{language_name(language)} ({', '.join(f'{language_name(code)} {share:.0%}' for code, share in heard)})"

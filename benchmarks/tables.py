"""What was measured, as Markdown."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import goals
import pooling
import systems
from media import HARD, MEDIA, TIMED
from pooling import Entry, wer

BEGIN = "<!-- make bench writes from here -->"
END = "<!-- to here -->"


def into(document: str, part: str, begin: str = BEGIN, end: str = END) -> str:
    """The document with what is between the marks replaced; raises `ValueError` where it has none."""
    head, found, rest = document.partition(begin)
    _, closed, tail = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"There is no {begin} … {end} in the document.")
    return f"{head}{begin}\n{part.strip()}\n{end}{tail}"


def report(machine: Mapping[str, Any], entries: Sequence[Entry]) -> str:
    """All tables."""
    held = "; ".join(f"{name} {version}" for name, version in sorted(machine["versions"].items()))
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}.",
        f"{held}.",
    ]
    for model in dict.fromkeys(one["model"] for one in entries):
        of_model = [one for one in entries if one["model"] == model]
        lines += ["", f"## {model}", "", *table(("goal", "seen", ""), goals.rows(model, of_model))]
        for medium in (name for name in TIMED if any(one["medium"] == name for one in of_model)):
            here = [one for one in of_model if one["medium"] == medium]
            lines += ["", f"### `{medium}`, {here[0]['seconds']:.0f} s", "", *speed(here), "", *quality(here)]
        if pool := pooled(of_model):
            lines += ["", "### Errors pooled over these media", "", *pool]
        if hard := [one for one in of_model if one["medium"] in HARD]:
            lines += ["", "### Hard media: WER %, then deletions, then words invented where nobody speaks", "", *matrix(hard, _words)]
            lines += ["", "### Hard media: errors of onsets and of ends, s, 95th percentile (of how many)", "", *matrix(hard, _edges)]
        if unspoken := [one for one in of_model if one["medium"] == "nonspeech"]:
            lines += ["", f"### Music, noise, applause, typing, tones: {unspoken[0]['seconds']:.0f} s", "", *quality(unspoken)]
    return "\n".join(lines)


def speed(entries: Sequence[Entry]) -> list[str]:
    """Times and memory, a row for each system."""
    rows = []
    for one in entries:
        walls = ", ".join(f"{wall:.1f}" for wall in one["walls"])
        median = statistics.median(one["walls"])
        # A peer's ratio is how many times as long as ours it takes.
        each = ", ".join(f"{ratio:.2f}" for ratio in one["ratios"])
        paired = one["ratios"] and one["system"] != systems.OURS
        ratio = f"**{statistics.median(one['ratios']):.2f}** ({each})" if paired else ""
        # Systems may have been measured on different days, each beside runs of ours.
        beside = ", ".join(f"{wall / ratio:.1f}" for wall, ratio in zip(one["walls"], one["ratios"], strict=False)) if paired else ""
        cpu, memory = statistics.median(one["cpu"]), max(one["memory"]) / 1e6
        rows.append((_says(one), walls, f"{median:.1f}", f"{one['seconds'] / median:.1f}", beside, ratio, f"{cpu:.0f}", f"{memory:.0f}"))
    head = (
        "",
        "wall s, each run",
        "median s",
        "x realtime",
        "dwhisper in the same turns, s",
        "dwhisper is so many times as fast (each pair)",
    )
    return table((*head, "CPU s", "peak memory MB"), rows)


def quality(entries: Sequence[Entry]) -> list[str]:
    """Words and times, a row for each system."""
    rows = []
    for one in entries:
        score = one["score"]
        low, high = score["interval"]
        kinds = f"{score['substitutions']} / {score['deletions']} / {score['insertions']}"
        spreads = [_spread(score[name]) for name in ("after_pause", "running", "ends")]
        longest = f"{score['longest_cue']:.1f}"
        rows.append((_says(one), f"{wer(score):.2f} ({low:.2f}–{high:.2f})", kinds, *spreads, longest, str(score["invented"])))
    onset = "onset error s, median / p95 (of how many)"
    head = ("", "WER % (95 %)", "substituted / deleted / inserted", f"after a pause: {onset}", f"in running speech: {onset}")
    return table((*head, "end error s, median / p95 (of how many)", "longest cue s", "invented words"), rows)


def pooled(entries: Sequence[Entry]) -> list[str]:
    """All timed media together, of the systems that were measured on all of them; nothing where that is one medium."""
    media = {one["medium"] for one in entries if one["medium"] in TIMED}
    rows = []
    for name, sums in pooling.pooled(entries, media).items() if len(media) > 1 else ():
        kinds = f"{sums['substitutions']} / {sums['deletions']} / {sums['insertions']}"
        rows.append((systems.named(name).says, f"{wer(sums):.2f}", kinds, str(sums["invented"])))
    return table(("", "WER %", "substituted / deleted / inserted", "invented words"), rows) if rows else []


def matrix(entries: Sequence[Entry], cell: Callable[[Mapping[str, Any]], str]) -> list[str]:
    """A row for each system, a column for each medium, in each what `cell` says of the score."""
    media = [name for name in MEDIA if any(one["medium"] == name for one in entries)]
    rows = []
    for system in systems.ALL:
        found = {one["medium"]: one["score"] for one in entries if one["system"] == system.name}
        if found:
            rows.append((system.says, *(cell(found[name]) if name in found else "" for name in media)))
    return table(("", *(name.removeprefix("hard-") for name in media)), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    return [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *(f"| {' | '.join(row)} |" for row in rows)]


def _says(entry: Entry) -> str:
    return systems.named(entry["system"]).says


def _words(score: Mapping[str, Any]) -> str:
    return f"{wer(score):.1f}, {score['deletions']}, {score['invented']}"


def _edges(score: Mapping[str, Any]) -> str:
    spreads = [score[name] for name in ("after_pause", "running", "ends")]
    return ", ".join(f"{one['high']:.2f} ({one['count']})" if one["count"] else "–" for one in spreads)


def _spread(one: Mapping[str, Any]) -> str:
    return f"{one['median']:.2f} / {one['high']:.2f} ({one['count']})" if one["count"] else "–"

"""What came of a job, as sentences: of what state it is in, and how far its text can be trusted."""

from collections.abc import Callable, Iterable, Sequence

from dwhisper_worker.contract import LEFT_OUT, Span

from dwhisper_gui.core.errors import N_
from dwhisper_gui.core.job import JobState
from dwhisper_gui.core.times import clock
from dwhisper_gui.core.transcript import Transcript, unsure

MOST_RANGES = 5
"""Named in a sentence; the others are counted."""

_STATES = {
    JobState.DONE: N_("Done."),
    JobState.INCOMPLETE: N_("Incomplete: some of the text is missing."),
    JobState.FAILED: N_("Failed. “dwhisper jobs retry {job}” tries again."),
    JobState.CANCELLED: N_("Cancelled. What is done is kept; “dwhisper jobs retry {job}” goes on with it."),
    JobState.PAUSED: N_("Paused. “dwhisper jobs resume {job}” goes on with it."),
    JobState.QUEUED: N_("Stopped. What is done is kept; “dwhisper jobs resume {job}” or the same command goes on with it."),
    JobState.RUNNING: N_("Under way. “dwhisper jobs show {job}” shows how far it is."),
}
_MISSING = {
    "failed": N_("Missing, since every try failed: {ranges}. “dwhisper jobs retry {job}” tries these again."),
    "not_done": N_("Missing, since it is not done yet: {ranges}. “dwhisper jobs resume {job}” goes on."),
    "unreadable": N_(
        "Missing, since the file is damaged here: {ranges}. Another copy of it may have what was said; if only its disk had a bad moment,"
        " “dwhisper jobs retry {job}” reads it again."
    ),
    "cut": N_("Missing, since the file ends before: {ranges}."),
}
_UNHEARD = N_("Somebody speaks here, but no words were heard: {ranges}.")
_LEFT_OUT = N_("What the model made of the sound here was left out, since hardly anybody seems to speak: {ranges}.")
_FLAWED = N_("The text here may be wrong, since no decoding of it passed every check: {ranges}.")
_UNSURE = N_("The model is unsure of its text here: {ranges}.")
_SAMPLED = N_("The text here was found by chance (sampling), so another run may find another: {ranges}.")

Translate = Callable[[str], str]


def state_sentence(state: JobState, job: str, translate: Translate = str) -> str:
    """What a job in this state means for the user."""
    return translate(_STATES[state]).format(job=job)


def warnings(transcript: Transcript, job: str, translate: Translate = str) -> list[str]:
    """What is missing from a text and what of it is doubtful; empty: all is well."""
    found = []
    for reason, template in _MISSING.items():
        spans = [one.span for one in transcript.missing if one.reason == reason]
        if spans:
            found.append(translate(template).format(ranges=ranges(spans), job=job))
    doubts: Iterable[tuple[str, Sequence[Span]]] = (
        (_UNHEARD, transcript.unheard),
        (_LEFT_OUT, [window.span for window in transcript.flawed if LEFT_OUT in window.flaws]),
        (_FLAWED, [window.span for window in transcript.flawed if set(window.flaws) != {LEFT_OUT}]),
        (_UNSURE, unsure(transcript.segments)),
        (_SAMPLED, transcript.sampled),
    )
    found += [translate(template).format(ranges=ranges(spans)) for template, spans in doubts if spans]
    return found


def ranges(spans: Sequence[Span]) -> str:
    """The first few, and how many more there are."""
    named = ", ".join(f"{clock(span.start)}–{clock(span.end)}" for span in spans[:MOST_RANGES])
    return named if len(spans) <= MOST_RANGES else f"{named} (+{len(spans) - MOST_RANGES})"

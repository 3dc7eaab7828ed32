"""What a format writes down: a transcript laid out as cues, and what there is to say of its medium."""

from collections.abc import Sequence
from dataclasses import dataclass

from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.cues import Cue, cues
from dwhisper_gui.subtitles.frames import FrameRate
from dwhisper_gui.subtitles.rules import DEFAULT, Rules


@dataclass(frozen=True, slots=True)
class Document:
    """A transcript, the same as cues, and the name of its medium."""

    transcript: Transcript
    cues: tuple[Cue, ...]
    medium: str
    rules: Rules = DEFAULT
    frame_rate: FrameRate | None = None
    """None: the medium has no picture, or none with a steady rate is known; then the cues are on no frames."""
    shots: tuple[float, ...] = ()
    """When each shot but the first begins, in seconds, where the cues are to go with them."""


def document_of(
    transcript: Transcript, medium: str, rules: Rules = DEFAULT, frame_rate: FrameRate | None = None, shots: Sequence[float] = ()
) -> Document:
    """The transcript of a medium of that name, laid out by the rules."""
    laid_out = cues(transcript.segments, transcript.text_language, rules, frame_rate, shots, transcript.duration)
    return Document(transcript, tuple(laid_out), medium, rules, frame_rate, tuple(shots))

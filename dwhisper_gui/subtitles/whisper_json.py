"""JSON in openai-whisper's own layout (https://github.com/openai/whisper, transcribe.py and utils.py), so that existing tools read it.

What they don't know is in one more object, `dwhisper`, which they pass over. Like openai-whisper's it is pure ASCII, since some of
those tools open it in whatever encoding their system has.
"""

import json
from collections.abc import Iterable
from typing import Any

from dwhisper_worker.contract import Segment, Span

from dwhisper_gui.subtitles.document import Document

FRAMES_PER_SECOND = 100
"""Of Whisper's spectrogram: the unit of `seek`."""


def whisper_json(document: Document) -> bytes:
    """The whole transcript, word by word. Times in seconds, those of the medium."""
    transcript = document.transcript
    content = {
        "text": "".join(segment.text for segment in transcript.segments),
        "segments": [_segment(number, segment) for number, segment in enumerate(transcript.segments)],
        # As there: the language that was spoken, even of a translation.
        "language": transcript.language,
        "dwhisper": {
            "medium": document.medium,
            "duration": transcript.duration,
            "engine": transcript.engine,
            "model": transcript.model,
            "translated": transcript.translated,
            "language_shares": dict(transcript.language_shares),
            "complete": transcript.complete,
            "missing": [{**_span(one.span), "reason": one.reason} for one in transcript.missing],
            "unheard": _spans(transcript.unheard),
            "flawed": [{**_span(one.span), "flaws": list(one.flaws)} for one in transcript.flawed],
            "sampled": _spans(transcript.sampled),
        },
    }
    return json.dumps(content).encode("ascii")


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    return {
        "id": number,
        "seek": max(0, int(segment.start * FRAMES_PER_SECOND)),
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": [],  # they are the model's own numbers, of no use without it, and are not kept
        "temperature": segment.temperature,
        "avg_logprob": segment.mean_log_probability,
        "compression_ratio": segment.compression_ratio,
        "no_speech_prob": segment.no_speech_probability,
        "words": [{"word": word.text, "start": word.start, "end": word.end, "probability": word.probability} for word in segment.words],
    }


def _span(span: Span) -> dict[str, float]:
    return {"start": span.start, "end": span.end}


def _spans(spans: Iterable[Span]) -> list[dict[str, float]]:
    return [_span(span) for span in spans]

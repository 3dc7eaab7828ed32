"""Where speech is in a range, by a worker's voice activity detection."""

import math
from dataclasses import dataclass

from dwhisper_worker.contract import FIND_SPEECH, PEAKS_PER_SECOND, SAMPLE_RATE, SPEECH_FRAME_SECONDS, Span, SpeechRequest

from dwhisper_gui.core.errors import WorkerNonsense
from dwhisper_gui.core.plan import MAYBE_SPEECH, SURE_SPEECH, speech_spans
from dwhisper_gui.workers.asking import Asks


@dataclass(frozen=True, slots=True)
class Speech:
    """What `find_speech` found: see `SpeechReply`, and the ranges of the medium at both thresholds."""

    probabilities: bytes
    peaks: bytes
    maybe: tuple[Span, ...]
    sure: tuple[Span, ...]

    @property
    def sure_seconds(self) -> float:
        """How much sure speech there is."""
        return sum(span.duration for span in self.sure)


async def find_speech(worker: Asks, pcm: bytes, span: Span) -> Speech:
    """The speech in the sound of `span`. Raises what `ask` does, and `WorkerNonsense` where the answer is not as long as the sound."""
    if not pcm:
        return Speech(b"", b"", (), ())
    reply = await worker.ask(FIND_SPEECH, SpeechRequest(pcm))
    samples = len(pcm) // 2
    frames = math.ceil(samples / round(SPEECH_FRAME_SECONDS * SAMPLE_RATE))
    peaks = math.ceil(samples / (SAMPLE_RATE // PEAKS_PER_SECOND))
    if (len(reply.probabilities), len(reply.peaks)) != (frames, 2 * peaks):
        raise WorkerNonsense(detail=f"find_speech: {len(reply.probabilities)} frames of {frames}, {len(reply.peaks)} bytes of peaks")
    maybe, sure = (tuple(speech_spans(reply.probabilities, threshold, span)) for threshold in (MAYBE_SPEECH, SURE_SPEECH))
    return Speech(reply.probabilities, reply.peaks, maybe, sure)

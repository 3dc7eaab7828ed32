"""What an engine is to the rest of the worker: something that turns clips of up to 30 s into words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dwhisper_worker.contract import SAMPLE_RATE, Decoding, Word
from dwhisper_worker.errors import is_out_of_memory

Clip = NDArray[np.float32]
"""Mono samples at 16 kHz between -1 and 1; 30 s at most."""

CPU = "cpu"
PROMPT_TOKENS = 223
"""Whisper reads half of its 448 tokens as what came before; a prompt and hotwords share them."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: a beam at temperature 0, or sampling at a temperature above; with the user's prompt and hotwords, or without."""

    beam_size: int
    temperature: float = 0.0
    prompted: bool = True


@dataclass(frozen=True, slots=True)
class Decoded:
    """What an engine heard in one clip; the words' times are seconds from the clip's start."""

    words: tuple[Word, ...]
    mean_log_probability: float
    no_speech_probability: float
    temperature: float

    @property
    def text(self) -> str:
        """The words, joined."""
        return "".join(word.text for word in self.words)


class Engine(Protocol):
    """A loaded model. Its methods may be called from `threads` threads at once."""

    device: str
    compute_type: str
    threads: int
    batch: int
    """How many clips at once suit it."""
    multilingual: bool

    def padded(self, samples: int) -> int:
        """How many samples a clip of so many is decoded as: at least that. Clips of one batch are padded alike."""

    def decode(self, clips: Sequence[Clip], decoding: Decoding, effort: Effort) -> list[Decoded]:
        """One result a clip, in order, for clips that are `padded` alike. Other clips of the batch change nothing in a clip's result on a
        processor, and next to nothing on a GPU."""

    def detect_language(self, clips: Sequence[Clip]) -> list[dict[str, float]]:
        """For each clip the probability of each language; `{"en": 1.0}` where the model knows English only."""


def prove(engine: Engine) -> None:
    """Has it decode a second of silence: what a GPU lacks shows only when it computes, and its kernels are compiled then. Raises what the
    engine raises."""
    engine.decode([np.zeros(SAMPLE_RATE, np.float32)], Decoding("en"), Effort(beam_size=1))


def is_broken(engine: Engine, error: Exception) -> bool:
    """Whether, after an error, it decodes nothing any more: a GPU may stay so for its process, a processor does not."""
    if engine.device == CPU or is_out_of_memory(error):
        return False
    try:
        prove(engine)
    except Exception as again:  # whatever the library raises
        return not is_out_of_memory(again)
    return False

"""faster-whisper (CTranslate2): the default engine.

Its batched pipeline is not used: that one drops guards, second tries and what a decoding left unheard. What is used are its model,
features, tokenizer and alignment."""

import logging
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens, merge_punctuations

from dwhisper_worker.contract import SAMPLE_RATE, Code, Decoding, LoadRequest, Word
from dwhisper_worker.engines.engine import PROMPT_TOKENS, Clip, Decoded, Effort, Engine
from dwhisper_worker.engines.gpu import missing_library
from dwhisper_worker.errors import WorkerFailure
from dwhisper_worker.host import usable_cores
from dwhisper_worker.models import Weights

log = logging.getLogger(__name__)

CPU_BATCH = 4
CUDA_BATCH = 16
SILENCE_AFTER_SECONDS = 1.0
"""Whisper expects 30 s, but its encoder takes less: 20 s in less than half the time. It must see the speech end, else texts end in
loops (WER 38 % against 0.6 %); from 0.5 s of silence on nothing changes."""
LEAST_SECONDS = 15.0
"""The shortest length that clips are padded to. Windows of 4 s, padded to 5 s, fell into loops (WER 70 % against 2.1 % at 30 s); at 10 s
the model was less sure than at 15 s (benchmarks/variants.py, `plan.WINDOW_SECONDS=4,engine.LEAST_SECONDS=5`)."""
STEP_SECONDS = 5.0
"""Lengths that clips are padded to: few, so that there are others to fill a batch with."""
SAMPLES_TO_DRAW = 5
"""How many texts are sampled at a temperature above 0, the likeliest being kept (`best_of`)."""
PREPENDED = "\"'“¿([{-"
APPENDED = "\"'.。,，!！?？:：”)]}、"


def load(request: LoadRequest, weights: Weights) -> Engine:
    """Loads CTranslate2 weights; `auto` takes a CUDA device where there is one, and the type that suits the device."""
    device = request.device
    if device == "auto":
        device = "cuda:0" if ctranslate2.get_cuda_device_count() else "cpu"
    kind, _, number = device.partition(":")
    known = ["cpu", *(f"cuda:{i}" for i in range(ctranslate2.get_cuda_device_count()))]
    if f"{kind}:{number or 0}" not in known and device not in known:
        raise WorkerFailure(Code.DEVICE_UNKNOWN, device=device, known=", ".join(known))
    index = int(number or 0)
    if kind == "cuda" and (missing := missing_library()):
        log.warning("%s was not found", missing)  # CTranslate2 may be built for others: it says so where it can't do without
    can = ctranslate2.get_supported_compute_types(kind, index)
    compute_type = request.compute_type
    if compute_type == "auto":
        wanted = ("float16", "int8_float16", "float32") if kind == "cuda" else ("int8", "float32")
        compute_type = next(one for one in wanted if one in can)
    elif compute_type not in can:
        raise WorkerFailure(Code.COMPUTE_TYPE_UNKNOWN, compute_type=compute_type, device=device, known=", ".join(sorted(can)))
    threads = request.threads or (1 if kind == "cuda" else usable_cores())
    # One CTranslate2 thread for each of several workers beats many threads on one (measured: 6.7 s against 8.6 s on two cores).
    model = WhisperModel(
        str(weights.path),
        device=kind,
        device_index=index,
        compute_type=compute_type,
        cpu_threads=1,
        num_workers=threads,
        local_files_only=True,
    )
    return FasterWhisper(model, device, threads, CUDA_BATCH if kind == "cuda" else CPU_BATCH)


class FasterWhisper:
    """A model loaded once, decoding on several engine threads."""

    def __init__(self, model: Any, device: str, threads: int, batch: int) -> None:
        self.device = device
        self.compute_type = str(model.model.compute_type)
        self.threads = threads
        self.batch = batch
        self.multilingual = bool(model.model.is_multilingual)
        self._model = model
        self._hop = int(model.feature_extractor.hop_length)
        """Samples a frame of the spectrogram."""
        self._most_frames = int(model.feature_extractor.nb_max_frames)
        self._tokenizer = lru_cache(maxsize=8)(self._make_tokenizer)

    def padded(self, samples: int) -> int:
        """To the next step that leaves some silence after it; 30 s at most."""
        return self._frames(samples) * self._hop

    def decode(self, clips: Sequence[Clip], decoding: Decoding, effort: Effort) -> list[Decoded]:
        """Decodes without timestamp tokens, which lose what follows a pause, and aligns the words afterwards."""
        tokenizer = self._tokenizer(decoding.language, "translate" if decoding.translate else "transcribe")
        features = [self._features(clip) for clip in clips]
        encoded, apart = self._encoded([pad_or_trim(one, self._frames(len(clip))) for one, clip in zip(features, clips, strict=True)])
        prompt = self._prompt(tokenizer, decoding if effort.prompted else replace(decoding, prompt="", hotwords=""))
        drawn = {"beam_size": effort.beam_size}
        if effort.temperature > 0:
            drawn = {"beam_size": 1, "num_hypotheses": SAMPLES_TO_DRAW, "sampling_topk": 0}
        results = self._model.model.generate(
            encoded,
            [prompt] * len(clips),
            max_length=self._model.max_length,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            return_scores=True,
            return_no_speech_prob=True,
            sampling_temperature=effort.temperature,
            **drawn,
        )
        tokens = [[token for token in result.sequences_ids[0] if token < tokenizer.eot] for result in results]
        frames = [min(one.shape[-1], self._most_frames) for one in features]
        words: list[list[Word]] = []
        for one in apart:
            these = slice(len(words), len(words) + one.shape[0])
            words += self._aligned(tokenizer, tokens[these], one, frames[these])
        return [
            Decoded(
                words=tuple(heard),
                mean_log_probability=_mean_log_probability(result),
                no_speech_probability=result.no_speech_prob,
                temperature=effort.temperature,
            )
            for result, heard in zip(results, words, strict=True)
        ]

    def detect_language(self, clips: Sequence[Clip]) -> list[dict[str, float]]:
        """Whisper's own language tokens, clip by clip."""
        if not self.multilingual:
            return [{"en": 1.0} for _ in clips]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(self._languages, clips))

    def _languages(self, clip: Clip) -> dict[str, float]:
        encoded = self._model.encode(pad_or_trim(self._features(clip), self._frames(len(clip))))
        return {token[2:-2]: probability for token, probability in self._model.model.detect_language(encoded)[0]}

    def _frames(self, samples: int) -> int:
        steps = math.ceil((samples / SAMPLE_RATE + SILENCE_AFTER_SECONDS) / STEP_SECONDS)
        seconds = max(LEAST_SECONDS, steps * STEP_SECONDS)
        return min(self._most_frames, round(seconds * SAMPLE_RATE) // self._hop)

    def _features(self, clip: Clip) -> Any:
        return self._model.feature_extractor(clip)[..., :-1]

    def _encoded(self, features: Sequence[Any]) -> tuple[Any, list[Any]]:
        """All clips as one batch, and as what is aligned together. On a CPU each is encoded and aligned on its own: that is quicker (20 s
        of sound: encoded in 0.16 s against 0.25 s each in a batch; aligned in two thirds of the time), and in a batch word times depend
        on what else is in it."""
        if self.device != "cpu":
            together = self._model.encode(np.stack(features))
            return together, [together]
        apart = [self._model.encode(one[np.newaxis]) for one in features]
        if len(apart) == 1:
            return apart[0], apart
        return ctranslate2.StorageView.from_array(np.concatenate([np.array(one) for one in apart])), apart

    def _make_tokenizer(self, language: str, task: str) -> Any:
        return Tokenizer(self._model.hf_tokenizer, self.multilingual, task=task, language=language)

    def _prompt(self, tokenizer: Any, decoding: Decoding) -> list[int]:
        hotwords = tokenizer.encode(" " + decoding.hotwords.strip()) if decoding.hotwords.strip() else []
        before = tokenizer.encode(" " + decoding.prompt.strip()) if decoding.prompt.strip() else []
        hotwords = hotwords[:PROMPT_TOKENS]
        # The end of a prompt matters most, and hotwords come first: Whisper's own order.
        before = before[max(0, len(before) - (PROMPT_TOKENS - len(hotwords))) :] if len(hotwords) < PROMPT_TOKENS else []
        previous = [tokenizer.sot_prev, *hotwords, *before] if hotwords or before else []
        return [*previous, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def _aligned(self, tokenizer: Any, tokens: list[list[int]], encoded: Any, frames: list[int]) -> list[list[Word]]:
        words = []
        for alignment in self._model.find_alignment(tokenizer, tokens, encoded, frames):
            merge_punctuations(alignment, PREPENDED, APPENDED)
            words.append(
                [
                    Word(float(one["start"]), float(one["end"]), one["word"], round(float(one["probability"]), 4))
                    for one in alignment
                    if one["word"]
                ]
            )
        return words


def _mean_log_probability(result: Any) -> float:
    """As openai-whisper computes it: CTranslate2's mean leaves out the end-of-text token, which is counted there."""
    tokens = len(result.sequences_ids[0])
    return float(result.scores[0] * tokens / (tokens + 1))

"""openai-whisper (PyTorch): the reference that the default engine is held against."""

import threading
from collections.abc import Sequence
from typing import Any

import torch
import whisper
from whisper.audio import N_FRAMES, N_SAMPLES, log_mel_spectrogram, pad_or_trim

from dwhisper_worker.contract import Code, Decoding, LoadRequest, Word
from dwhisper_worker.engines.engine import Clip, Decoded, Effort, Engine
from dwhisper_worker.errors import WorkerFailure
from dwhisper_worker.models import Weights

SAMPLES_TO_DRAW = 5


def load(request: LoadRequest, weights: Weights) -> Engine:
    """Loads a `.pt` checkpoint: in float32 on a CPU, in float16 on CUDA."""
    device = request.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    known = ["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
    if device not in (*known, *(["cuda"] if torch.cuda.is_available() else [])):
        raise WorkerFailure(Code.DEVICE_UNKNOWN, device=device, known=", ".join(known))
    compute_type = "float32" if device == "cpu" else "float16"
    if request.compute_type not in ("auto", compute_type):
        raise WorkerFailure(Code.COMPUTE_TYPE_UNKNOWN, compute_type=request.compute_type, device=device, known=compute_type)
    return OpenAIWhisper(whisper.load_model(str(weights.path), device=device), device, compute_type)


class OpenAIWhisper:
    """One model; PyTorch uses all cores for one clip, so one engine thread is all it needs."""

    threads = 1
    batch = 1

    def __init__(self, model: Any, device: str, compute_type: str) -> None:
        self.device = device
        self.compute_type = compute_type
        self.multilingual = bool(model.is_multilingual)
        self._model = model
        # The word times hook into the model's attention layers, which serves one caller at a time.
        self._lock = threading.Lock()

    def padded(self, samples: int) -> int:
        """Always 30 s: openai-whisper knows no other length."""
        return max(samples, int(N_SAMPLES))

    def decode(self, clips: Sequence[Clip], decoding: Decoding, effort: Effort) -> list[Decoded]:
        """Its own `transcribe` with word times, guards off: they are the caller's."""
        with self._lock:
            return [self._decode_one(clip, decoding, effort) for clip in clips]

    def _decode_one(self, clip: Clip, decoding: Decoding, effort: Effort) -> Decoded:
        heard = whisper.transcribe(
            self._model,
            clip,
            language=decoding.language,
            task="translate" if decoding.translate else "transcribe",
            initial_prompt=_prompt(decoding) if effort.prompted else None,
            condition_on_previous_text=False,
            word_timestamps=True,
            temperature=(effort.temperature,),
            compression_ratio_threshold=None,
            logprob_threshold=None,
            no_speech_threshold=None,
            fp16=self.compute_type == "float16",
            beam_size=effort.beam_size if effort.temperature == 0 and effort.beam_size > 1 else None,
            best_of=SAMPLES_TO_DRAW if effort.temperature > 0 else None,
        )
        segments = heard["segments"]
        words = tuple(
            Word(float(word["start"]), float(word["end"]), word["word"], round(float(word["probability"]), 4))
            for segment in segments
            for word in segment["words"]
        )
        tokens = sum(len(segment["tokens"]) for segment in segments)
        return Decoded(
            words=words,
            mean_log_probability=sum(segment["avg_logprob"] * len(segment["tokens"]) for segment in segments) / tokens if tokens else 0.0,
            no_speech_probability=max((float(segment["no_speech_prob"]) for segment in segments), default=0.0),
            temperature=effort.temperature,
        )

    def detect_language(self, clips: Sequence[Clip]) -> list[dict[str, float]]:
        """Whisper's own language tokens, clip by clip."""
        if not self.multilingual:
            return [{"en": 1.0} for _ in clips]
        found = []
        with self._lock:
            for clip in clips:
                mel = pad_or_trim(log_mel_spectrogram(clip, self._model.dims.n_mels), N_FRAMES).to(self._model.device)
                _, probabilities = self._model.detect_language(mel)
                found.append({language: float(probability) for language, probability in probabilities.items()})
        return found


def _prompt(decoding: Decoding) -> str | None:
    """Hotwords stand before the prompt, in what the model takes for the text before: as faster-whisper has it."""
    return " ".join(text.strip() for text in (decoding.hotwords, decoding.prompt) if text.strip()) or None

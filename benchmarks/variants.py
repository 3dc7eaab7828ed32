"""Tries out the numbers of how speech is cut and decoded: the same media, in one process, with some of them changed.

    python benchmarks/variants.py [--model tiny.en] [--media clean hard-quiet …] [--variants as-is …]

A variant is a row of assignments to constants of the program, `plan.WINDOW_SECONDS=25,engine.STEP_SECONDS=10`; `as-is` changes nothing,
`spliced=19` has windows of 19 s from which the silences are cut out.
Prints a table for each medium: windows, decodings, seconds of the model alone, words and times.
"""

import argparse
import ast
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import media
import score
import systems
import tables
from dwhisper_worker import beginnings, guards, holes, levels, models, pieces, times, transcribe
from dwhisper_worker.contract import SAMPLE_RATE, Decoding, LoadRequest, Span, SpeechReply, TranscribeRequest, WindowAudio, WindowResult
from dwhisper_worker.engines import faster_whisper
from dwhisper_worker.speech import find_speech
from splicing import Spliced, spliced

from dwhisper_gui.core import plan, unvoiced
from dwhisper_gui.media.prepare import audio_of

MODULES: dict[str, ModuleType] = {
    "plan": plan,
    "unvoiced": unvoiced,
    "guards": guards,
    "pieces": pieces,
    "times": times,
    "holes": holes,
    "beginnings": beginnings,
    "levels": levels,
    "engine": faster_whisper,
}
AS_IS = "as-is"
SPLICED = "spliced="


@contextmanager
def changed(variant: str) -> Iterator[None]:
    """The constants of a variant, for a while. Raises `ValueError` where there is none of that name."""
    before: list[tuple[ModuleType, str, Any]] = []
    try:
        for assignment in () if variant == AS_IS or variant.startswith(SPLICED) else variant.split(","):
            name, _, value = assignment.partition("=")
            module, _, constant = name.partition(".")
            if not hasattr(MODULES.get(module), constant):
                raise ValueError(f"{name} is no constant of {', '.join(MODULES)}")
            before.append((MODULES[module], constant, getattr(MODULES[module], constant)))
            setattr(MODULES[module], constant, ast.literal_eval(value))
        yield
    finally:
        for owner, constant, old in reversed(before):
            setattr(owner, constant, old)


def pcm_of(medium: Path) -> bytes:
    """A medium's sound, as workers get it."""
    rate = str(SAMPLE_RATE)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(medium), "-f", "s16le", "-ac", "1", "-ar", rate, "pipe:1"]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def windows_of(variant: str, pcm: bytes, heard: SpeechReply) -> tuple[list[WindowAudio], list[Spliced]]:
    """A whole medium cut as one part; where a variant splices, how."""
    whole = Span(0.0, len(pcm) / 2 / SAMPLE_RATE)
    maybe, sure = (plan.speech_spans(heard.probabilities, threshold, whole) for threshold in (plan.MAYBE_SPEECH, plan.SURE_SPEECH))
    if variant.startswith(SPLICED):
        joined = spliced(pcm, maybe, sure, whole, float(variant.removeprefix(SPLICED)))
        return [one.audio for one in joined], joined
    windows = unvoiced.with_loud_sound(plan.windows(maybe, sure, heard.probabilities, whole), sure, heard.peaks, whole)
    return [audio_of(pcm, whole, window) for window in windows], []


def transcribed(transcriber: transcribe.Transcriber, windows: Sequence[WindowAudio]) -> list[WindowResult]:
    """All windows, in order."""
    results: list[WindowResult] = []
    ended = threading.Event()
    request = TranscribeRequest("all", Decoding("en"), tuple(windows))
    failed: list[BaseException] = []

    def done(outcome: object) -> None:
        if isinstance(outcome, BaseException):
            failed.append(outcome)
        ended.set()

    transcriber.submit(request, lambda event: results.append(event.window) if event.window else None, done)
    ended.wait()
    if failed:
        raise failed[0]
    return sorted(results, key=lambda result: result.index)


def row(variant: str, engine: Any, loaded: Any, pcm: bytes, heard: SpeechReply, script: score.Script) -> list[str]:
    """What a variant makes of a medium."""
    with changed(variant):
        windows, joined = windows_of(variant, pcm, heard)
        transcriber = transcribe.Transcriber(engine, loaded)
        began = time.monotonic()
        results = transcribed(transcriber, windows)
        seconds = time.monotonic() - began
        transcriber.close()
    times_of = [(one.begin, one.end) for one in joined] or [(float, float)] * len(windows)
    segments = [
        {"words": [{"word": word.text, "start": times_of[i][0](word.start), "end": times_of[i][1](word.end)} for word in segment.words]}
        for i, result in enumerate(results)
        for segment in result.segments
    ]
    made = score.score(script, segments, ())
    spoken = [(one.mean_log_probability, len(one.words)) for result in results for one in result.segments]
    mean = sum(probability * words for probability, words in spoken) / max(1, sum(words for _, words in spoken))
    decodings = sum(result.decodings for result in results)
    kinds = f"{made.substitutions} / {made.deletions} / {made.insertions}"
    spreads = [f"{one.median:.2f} / {one.high:.2f}" for one in (made.after_pause, made.running, made.ends)]
    counts = [str(len(windows)), str(decodings), f"{seconds:.1f}", f"{mean:.4f}"]
    return [variant, *counts, f"{made.wer:.2f}", kinds, *spreads, str(made.invented)]


HEAD = ("", "windows", "decodings", "s", "mean log p", "WER %", "sub / del / ins", "after a pause", "running", "ends", "invented")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Tries out the numbers of how speech is cut and decoded.")
    parser.add_argument("--model", choices=("tiny.en", "base"), default="tiny.en")
    parser.add_argument("--media", nargs="+", choices=sorted(media.MEDIA), default=list(media.TIMED))
    parser.add_argument("--variants", nargs="+", metavar="VARIANT", default=[AS_IS])
    asked = parser.parse_args()
    folder = systems.weights_of("dwhisper", asked.model)
    request = LoadRequest("faster-whisper", str(folder), str(media.CACHE), "auto", "auto", 0, "en", False)
    resolved = models.resolve(request.model, request.folder, request.engine, lambda _: None)
    first = transcribe.Transcriber.load(request, resolved)
    engine, loaded = first._engine, first.loaded
    first.close()
    for name in asked.media:
        medium = media.medium(name)
        pcm = pcm_of(medium)
        heard = find_speech(pcm)
        print(f"\n### `{name}`, {asked.model}\n", *tables.table(HEAD, []), sep="\n")
        for variant in asked.variants:
            made = row(variant, engine, loaded, pcm, heard, media.script(medium))
            print(f"| {' | '.join(made)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

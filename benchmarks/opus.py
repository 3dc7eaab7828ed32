"""What sending sound as Opus costs in words, and saves in bytes: the same windows, as they are and at several rates.

    python benchmarks/opus.py [--model tiny.en] [--media clean hard-quiet …] [--rates 16 24 32]

Chunks are encoded and decoded by what the program and its workers use. Prints a table for each medium.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace

import media
import score
import systems
import tables
import variants
from dwhisper_worker import models, sound, transcribe
from dwhisper_worker.contract import SAMPLE_RATE, LoadRequest, WindowAudio
from dwhisper_worker.speech import find_speech

from dwhisper_gui.media import encode
from dwhisper_gui.media.encode import encoded

WINDOWS = 4
"""In a chunk: Opus begins anew with each."""
HEAD = ("", "kbit/s of speech", "WER %", "sub / del / ins", "after a pause", "running", "ends")


async def carried(windows: Sequence[WindowAudio], kbit: int | None) -> tuple[list[WindowAudio], int]:
    """The windows as a worker gets them, and how many bytes that took; as FLAC where no rate is given."""
    arrived, size = [], 0
    encode.OPUS_KBIT = kbit or encode.OPUS_KBIT
    for start in range(0, len(windows), WINDOWS):
        chunk = windows[start : start + WINDOWS]
        sent = await encoded([one.pcm for one in chunk], lossless=kbit is None)
        size += len(sent.encoded)
        arrived += [replace(one, pcm=pcm) for one, pcm in zip(chunk, sound.clips(sent), strict=True)]
    return arrived, size


def row(transcriber: transcribe.Transcriber, windows: Sequence[WindowAudio], kbit: int | None, script: score.Script) -> list[str]:
    """What comes of a medium at a rate."""
    arrived, size = asyncio.run(carried(windows, kbit))
    seconds = sum(len(one.pcm) for one in windows) / 2 / SAMPLE_RATE
    results = variants.transcribed(transcriber, arrived)
    segments = [
        {"words": [{"word": word.text, "start": word.start, "end": word.end} for word in segment.words]}
        for result in results
        for segment in result.segments
    ]
    made = score.score(script, segments, ())
    spreads = [f"{one.median:.2f} / {one.high:.2f}" for one in (made.after_pause, made.running, made.ends)]
    kinds = f"{made.substitutions} / {made.deletions} / {made.insertions}"
    return ["FLAC" if kbit is None else f"Opus {kbit}", f"{8 * size / seconds / 1000:.1f}", f"{made.wer:.2f}", kinds, *spreads]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="What sending sound as Opus costs in words, and saves in bytes.")
    parser.add_argument("--model", choices=("tiny.en", "base"), default="tiny.en")
    parser.add_argument("--media", nargs="+", choices=sorted(media.MEDIA), default=list(media.TIMED))
    parser.add_argument("--rates", nargs="+", type=int, metavar="KBIT", default=[16, 24, 32])
    asked = parser.parse_args()
    folder = systems.weights_of("dwhisper", asked.model)
    request = LoadRequest("faster-whisper", str(folder), str(media.CACHE), "auto", "auto", 0, "en", False)
    transcriber = transcribe.Transcriber.load(request, models.resolve(request.model, request.folder, request.engine, lambda _: None))
    for name in asked.media:
        medium = media.medium(name)
        pcm = variants.pcm_of(medium)
        windows, _ = variants.windows_of(variants.AS_IS, pcm, find_speech(pcm))
        print(f"\n### `{name}`, {asked.model}\n", *tables.table(HEAD, []), sep="\n")
        for kbit in (None, *asked.rates):
            print(f"| {' | '.join(row(transcriber, windows, kbit, media.script(medium)))} |", flush=True)
    transcriber.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

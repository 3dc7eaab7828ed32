"""Makes media of any length in which known words are spoken at known times.

    python benchmarks/speech.py SECONDS OUTPUT.mp4

Sentences are drawn from a grammar, none twice, by a fixed seed; hibari-tts speaks them over faint room noise, with pauses of 0.3-1 s inside
a paragraph and 2-8 s between paragraphs. Beside the medium goes OUTPUT.json: [[start, end, sentence], ...], in seconds.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from hibari import SAMPLE_RATE, Hibari  # type: ignore[import-untyped]  # it ships no types


def _phrases(text: str) -> list[str]:
    return " ".join(text.split()).split(" / ")


WHO = _phrases("""
the editor of the morning paper / my grandmother / a retired engineer from Leeds / the committee / our neighbour
across the river / nobody in the village / the youngest of the three sisters / an inspector whom I had never met /
the captain / most of the audience / the woman at the ticket office / a doctor with cold hands / the mayor and her
husband / every farmer in the valley / the student in the last row / a journalist
""")
DID = _phrases("""
remembered / had written about / never forgave / was asked to explain / talked for an hour about / could not find /
laughed at / promised to repair / described in great detail / quietly ignored / argued over / had already sold /
carefully measured / was proud of / complained about / dreamed of
""")
WHAT = _phrases("""
the bridge that was washed away in spring / a letter with a foreign stamp / seven wooden boxes / the price of bread
and butter / an old photograph of the harbour / the recording of that evening / the noise from the factory / a
garden full of apple trees / the second chapter / the broken clock above the door / a map of the northern islands /
the silver cup / his collection of postcards / the vote on the new school / a very expensive violin / the weather on
the day of the wedding
""")
WHEN = _phrases("""
before the train arrived / although it was raining / on the fourteenth of November / while the others were asleep /
for reasons that were never clear / and then went home without a word / because somebody had to / in the summer of
nineteen sixty two / long after midnight / as far as I know / with the window wide open / in front of two hundred
people / which surprised us all / when the telephone rang again / after a cup of strong coffee / until the lights
went out
""")


def sentences(seed: int = 1) -> Iterator[str]:
    """Different sentences without end (there are 65,536), the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    seen: set[str] = set()
    while len(seen) < len(WHO) * len(DID) * len(WHAT) * len(WHEN):
        made = " ".join(chance.choice(phrases) for phrases in (WHO, DID, WHAT, WHEN))
        if made not in seen:
            seen.add(made)
            yield f"{made[0].upper()}{made[1:]}."


def make(seconds: float, output: Path, seed: int = 1) -> list[tuple[float, float, str]]:
    """Writes the medium and its script; returns the script."""
    chance, noise = random.Random(seed), np.random.default_rng(seed)  # noqa: S311 - not for secrets
    voice, texts = Hibari(), sentences(seed)
    encoder = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "pipe:0"]
    encoder += ["-c:a", "aac", "-b:a", "64k", str(output)]
    script: list[tuple[float, float, str]] = []
    samples = 0
    with subprocess.Popen(encoder, stdin=subprocess.PIPE) as running:
        assert running.stdin is not None  # noqa: S101 - it was given a pipe
        paragraph = 0
        while samples < seconds * SAMPLE_RATE:
            text = next(texts)
            spoken = np.asarray(voice(text, seed=seed), np.float32)
            loud = np.flatnonzero(np.abs(spoken) > 0.02)
            script.append(((samples + int(loud[0])) / SAMPLE_RATE, (samples + int(loud[-1])) / SAMPLE_RATE, text))
            paragraph = (paragraph + 1) % 6
            pause = chance.uniform(0.3, 1.0) if paragraph else chance.uniform(2.0, 8.0)
            sound = np.concatenate([spoken, np.zeros(int(pause * SAMPLE_RATE), np.float32)])
            sound += noise.normal(0, 0.0008, len(sound)).astype(np.float32)
            running.stdin.write((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
            samples += len(sound)
    if running.returncode:
        raise RuntimeError(f"ffmpeg ended with status {running.returncode}")
    output.with_suffix(".json").write_text(json.dumps(script))
    return script


if __name__ == "__main__":
    print(len(make(float(sys.argv[1]), Path(sys.argv[2]))), "sentences")

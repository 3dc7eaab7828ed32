"""Side by side with faster-whisper's batched pipeline with word times, from command to text, in turns.

    python benchmarks/against_faster_whisper.py MEDIUM.mp4 WEIGHTS [--runs 3]

MEDIUM.json beside the medium is its script (`speech.py`); WEIGHTS a folder of CTranslate2 weights. Prints wall times, their ratio pair by
pair, word error rates, and how far the first word of each sentence is from its onset.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DWHISPER = Path(sys.executable).with_name("dwhisper")

PEER = """
import json, sys
from faster_whisper import BatchedInferencePipeline, WhisperModel
pipeline = BatchedInferencePipeline(WhisperModel(sys.argv[2], device="cpu", compute_type="int8"))
segments, _ = pipeline.transcribe(sys.argv[1], batch_size=8, word_timestamps=True)
found = [{"text": s.text, "words": [{"start": w.start, "end": w.end, "word": w.word} for w in s.words]} for s in segments]
json.dump({"segments": found}, open(sys.argv[3], "w"))
"""


def timed(command: list[str], home: Path) -> float:
    """Wall seconds of a command. Raises `CalledProcessError`."""
    began = time.monotonic()
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "DWHISPER_HOME": str(home)}
    )
    return time.monotonic() - began


def plain(text: str) -> list[str]:
    """Words as they are compared: lower case, without punctuation, numbers as they are said here."""
    text = text.lower().replace("1962", "nineteen sixty two").replace("14th", "fourteenth").replace("neighbor", "neighbour")
    text = text.replace("7 wooden", "seven wooden").replace("200 people", "two hundred people").replace("harbor", "harbour")
    return re.sub(r"[^a-z0-9 ]", " ", text.replace("-", " ")).split()


def errors(said: list[str], heard: list[str]) -> int:
    """Levenshtein's distance in words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row = row, [i]
        for j, other in enumerate(heard):
            row.append(min(before[j] + (word != other), before[j + 1] + 1, row[j] + 1))
    return row[-1]


def main() -> None:
    """Prints the comparison as Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("medium", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    script = json.loads(asked.medium.with_suffix(".json").read_text())
    said = plain(" ".join(text for _, _, text in script))
    walls: dict[str, list[float]] = {"dwhisper": [], "faster-whisper": []}
    with tempfile.TemporaryDirectory() as place:
        ours, theirs = Path(place, f"{asked.medium.stem}.en.json"), Path(place, "peer.json")
        for run in range(asked.runs):
            command = [str(DWHISPER), "transcribe", str(asked.medium), "--model", str(asked.weights), "--format", "json"]
            walls["dwhisper"].append(timed([*command, "--output-dir", place, "--overwrite"], Path(place, f"home{run}")))
            peer = [sys.executable, "-c", PEER, str(asked.medium), str(asked.weights), str(theirs)]
            walls["faster-whisper"].append(timed(peer, Path(place)))
        ratios = [peer / own for own, peer in zip(walls["dwhisper"], walls["faster-whisper"], strict=True)]
        print("| | wall s, each run | median s | WER % | onset error s, median / 95th percentile |\n|---|---|---|---|---|")
        for name, path in (("dwhisper", ours), ("faster-whisper batched, word times", theirs)):
            segments = json.loads(path.read_text())["segments"]
            heard = plain(" ".join(segment["text"] for segment in segments))
            starts = [word["start"] for segment in segments for word in segment["words"]]
            off = sorted(min(abs(start - onset) for start in starts) for onset, _, _ in script)
            times = walls[name.split()[0]]
            runs = ", ".join(f"{wall:.1f}" for wall in times)
            wer = 100 * errors(said, heard) / len(said)
            late = f"{statistics.median(off):.2f} / {off[int(0.95 * len(off))]:.2f}"
            print(f"| {name} | {runs} | {statistics.median(times):.1f} | {wer:.2f} | {late} |")
    length = script[-1][1]
    print(f"\n{length:.0f} s of medium, {len(said)} words; {statistics.median(ratios):.2f} times as fast (each pair:", end=" ")
    print(", ".join(f"{ratio:.2f}" for ratio in ratios) + ")")


if __name__ == "__main__":
    main()

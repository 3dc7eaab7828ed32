"""faster-whisper as a script would use it. Run by its own environment's Python, by `benchmarks/systems.py`.

    python with_faster_whisper.py MEDIUM WEIGHTS OUTPUT.json OPTIONS

OPTIONS is JSON: {"batched": bool, "load": {...}, "transcribe": {...}}, the last two what its own functions are given.
"""

import json
import sys
from pathlib import Path

from faster_whisper import BatchedInferencePipeline, WhisperModel

medium, weights, output, given = sys.argv[1:]
options = json.loads(given)
model = WhisperModel(weights, device="cpu", compute_type="int8", **options["load"])
transcriber = BatchedInferencePipeline(model) if options["batched"] else model
segments = []
for segment in transcriber.transcribe(medium, **options["transcribe"])[0]:
    found = {"start": segment.start, "end": segment.end, "text": segment.text}
    if segment.words:
        found["words"] = [{"start": word.start, "end": word.end, "word": word.word} for word in segment.words]
    segments.append(found)
Path(output).write_text(json.dumps({"segments": segments}), encoding="utf-8")

"""The serial script that everybody begins with. Run by its own environment's Python, by `benchmarks/systems.py`.

python with_openai_whisper.py MEDIUM CHECKPOINT OUTPUT.json
"""

import json
import sys
from pathlib import Path

import whisper

medium, checkpoint, output = sys.argv[1:]
result = whisper.load_model(checkpoint).transcribe(medium)
Path(output).write_text(json.dumps({"segments": result["segments"]}), encoding="utf-8")

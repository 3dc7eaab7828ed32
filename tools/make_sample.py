#!/usr/bin/env python3
"""Makes resources/sample.mp4 from the LibriVox clips in Debian's package pocketsphinx-testdata.

    apt-get install ffmpeg pocketsphinx-testdata
    python3 tools/make_sample.py [FOLDER OF THE CLIPS]

Run only to change the sample: the file it makes is in the repository.
"""

import subprocess
import sys
from pathlib import Path

CLIPS = Path("/usr/share/pocketsphinx/test/data/librivox")
SAMPLE = Path(__file__).resolve().parent.parent / "resources" / "sample.mp4"

PAUSES = (0.5, 0.4, 0.4, 6.0, 0.4)
"""Seconds of silence before each clip; the long one shows that subtitles keep their times across it."""
SILENCE_AT_END = 1.0


def graph() -> str:
    """FFmpeg's filters: the clips with silence before each, and a plain card on which the waveform moves."""
    clips = "".join(f"[{i}:a]adelay={round(pause * 1000)}[clip{i}];" for i, pause in enumerate(PAUSES))
    names = "".join(f"[clip{i}]" for i in range(len(PAUSES)))
    return (
        f"{clips}{names}concat=n={len(PAUSES)}:v=0:a=1,apad=pad_dur={SILENCE_AT_END},aresample=48000,asplit[sound][drawn];"
        "[drawn]showwaves=size=640x120:mode=cline:rate=25:colors=0xf2c14e[wave];"
        "color=0x22313f:size=640x360:rate=25[card];"
        "[card][wave]overlay=y=120:shortest=1,format=yuv420p[picture]"
    )


def main() -> int:
    """Writes the sample; returns the exit status of ffmpeg."""
    clips = sorted((Path(sys.argv[1]) if len(sys.argv) > 1 else CLIPS).glob("*.wav"))
    if len(clips) != len(PAUSES):
        print(f"{len(PAUSES)} clips are needed, {len(clips)} are there.", file=sys.stderr)
        return 1
    inputs = [part for clip in clips for part in ("-i", str(clip))]
    video = ["-map", "[picture]", "-c:v", "libx264", "-preset", "veryslow", "-crf", "30"]
    audio = ["-map", "[sound]", "-c:a", "aac", "-b:a", "96k", "-metadata:s:a:0", "language=eng"]
    # Without the encoders' versions and dates, the same clips and ffmpeg give the same bytes.
    plain = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-movflags", "+faststart"]
    command = ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", graph(), *video, *audio, *plain, str(SAMPLE)]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

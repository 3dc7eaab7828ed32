"""Where the shots of a film begin, found by ffmpeg: a frame that differs much from the one before it, and more than that did."""

import asyncio
import re

from dwhisper_gui.core.errors import ShotsUnknown
from dwhisper_gui.media.ffmpeg import complaint, find_ffmpeg, shots_command, start_time
from dwhisper_gui.media.hanging import HUNG
from dwhisper_gui.media.joined import is_joined
from dwhisper_gui.media.probe import display_name
from dwhisper_gui.media.running import run_to_end

_LONGEST_LINE = 1024
_TIME = re.compile(rb"frame:\d+ +pts:\S+ +pts_time:(-?[\d.]+)")


async def find_shots(path: bytes, container: str) -> tuple[float, ...]:
    """When each shot but the first begins, in seconds of the medium, in order; all of it is decoded. Cancelling it ends ffmpeg at once.

    `container` is FFmpeg's name of it, as probed. Raises `ShotsUnknown` where the picture can't be read to its end, `FFmpegMissing`."""
    try:
        joined = await is_joined(path, container)
    except OSError as error:
        raise ShotsUnknown(path=display_name(path), detail=error.strerror or str(error)) from error
    command = shots_command(await asyncio.to_thread(find_ffmpeg), path, container, joined=joined)
    watch = _Watch()
    fault = await run_to_end(command, watch.received, watch.logged)
    if fault:
        raise ShotsUnknown(path=display_name(path), detail=fault if fault == HUNG else watch.complaint or fault)
    zero = 0.0 if joined else watch.zero
    return tuple(sorted({round(time - zero, 3) for time in watch.times if time > zero}))


class _Watch:
    """What ffmpeg tells while it runs."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.zero = 0.0
        self.complaint = ""
        self._rest = b""

    def received(self, output: bytes) -> None:
        *lines, rest = (self._rest + output).split(b"\n")
        self._rest = rest[:_LONGEST_LINE]
        self.times += [float(told[1]) for line in lines if (told := _TIME.match(line))]

    def logged(self, line: str) -> None:
        told = complaint(line)
        self.complaint = self.complaint or (told.text if told else "")
        start = start_time(line)
        if start is not None:
            self.zero = start

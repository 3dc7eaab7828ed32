"""Runs ffmpeg to decode one audio track, and tells each block of sound with its place in the medium."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from dwhisper_worker.contract import SAMPLE_RATE

from dwhisper_gui.core.errors import FFmpegMissing
from dwhisper_gui.media.blocks import Blocks
from dwhisper_gui.media.complaints import Complaints
from dwhisper_gui.media.ffmpeg import SHIFT_SECONDS, decode_command, find_ffmpeg, start_time
from dwhisper_gui.media.hanging import HUNG, ended
from dwhisper_gui.workers.pipes import Listener, Pipes, spawn

Take = Callable[[int, bytearray], bool]
"""Given blocks of mono 16-bit PCM at `SAMPLE_RATE`: how many samples after the medium's t = 0 a block begins, and the block. False: that
was the last one wanted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How ffmpeg ended. `failed`: it could not read all that was wanted, and `detail` says why. It may also complain of damage
    (`detail`), read on behind it, and not fail. `before_sound`: it complained of what can only be before the first sound there was.
    `hung`: it failed since it was ended as one that hangs, which says nothing of the file."""

    failed: bool
    detail: str = ""
    before_sound: bool = False
    hung: bool = False


async def decode(
    path: bytes, container: str, track: int, seek: float, take: Take, *, joined: bool = False, channel: int | None = None
) -> Outcome:
    """Decodes from `seek` seconds on, or some before, until the track's end or until `take` has enough. Cancelling it ends ffmpeg at
    once. Raises `FFmpegMissing`."""
    command = decode_command(await asyncio.to_thread(find_ffmpeg), path, container, track, seek, joined=joined, channel=channel)
    decoding = _Decoding(take, Complaints(container), 0.0 if joined else None)
    try:
        pipes = await spawn(command, Listener(decoding.received, decoding.logged, deaf=lambda _: None, over=decoding.over))
    except OSError as error:
        raise FFmpegMissing from error
    try:
        decoding.pipes = pipes
        pipes.close_input()
        if decoding.enough:  # it was quick
            pipes.kill()
        hung = not await ended(pipes)
    finally:
        pipes.kill()
        await asyncio.shield(pipes.ended)
        decoding.pipes = None  # these two hold each other, and megabytes of sound
    if hung:
        return Outcome(True, HUNG, hung=True)
    if decoding.nonsense:
        return Outcome(True, decoding.nonsense)
    said = decoding.complaints
    detail = said.lasting if said.lasting or decoding.heard else said.before_sound
    if decoding.enough or pipes.status == 0:
        return Outcome(False, detail, before_sound=bool(said.before_sound))
    return Outcome(True, detail or said.before_sound or pipes.fate())


class _Decoding:
    """What is known while ffmpeg runs."""

    def __init__(self, take: Take, complaints: Complaints, start: float | None) -> None:
        self.pipes: Pipes | None = None
        self.complaints = complaints
        self.heard = False
        self.enough = False
        self.nonsense = ""
        self._take = take
        self._blocks = Blocks()
        self._zero: int | None = None
        self._early: list[bytes] = []
        if start is not None:
            self._begin(start)

    def logged(self, line: str) -> None:
        """From standard error."""
        self.complaints.take(line)
        start = start_time(line)
        if start is not None and self._zero is None:
            self._begin(start)

    def received(self, output: bytes) -> None:
        """From standard output. What the times count from was said before any of it, but on another pipe."""
        if self._zero is None:
            self._early.append(output)
            return
        if self.enough:
            return
        try:
            for milliseconds, pcm in self._blocks.feed(output):
                self.heard = True
                if not self._take(milliseconds * SAMPLE_RATE // 1000 - self._zero, pcm):
                    self.enough = True
                    break
        except ValueError as error:
            self.nonsense, self.enough = str(error), True
        if self.enough and self.pipes is not None:
            self.pipes.kill()

    def over(self) -> None:
        """It has ended."""
        if self._zero is None and self._early:
            self._begin(0.0)

    def _begin(self, start: float) -> None:
        self._zero = round((start + SHIFT_SECONDS) * SAMPLE_RATE)
        early, self._early = self._early, []
        for output in early:
            self.received(output)

"""One child process and its three pipes: bytes go in and come out, lines of its log are passed on, its end is told once.

Everything here is a callback of the event loop: there is no task that could be left over, and nothing waits."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

SLICE_BYTES = 256 * 1024
"""A body is handed to the pipe in pieces of this size, as fast as the child reads, so that the loop never copies all of it at once."""
LONGEST_LINE_BYTES = 8 * 1024
LINES_KEPT = 20
DEAF_SECONDS = 0.5
"""Pipes close just before a process ends; one that is still there after this has closed them for another reason."""
PIPES_GRACE_SECONDS = 1.0
"""A process that has ended may have left its pipes to a process of its own; they are waited for no longer than this."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom a child's pipes tell what happens."""

    received: Callable[[bytes], None]
    """Bytes from its standard output."""
    logged: Callable[[str], None]
    """A line from its standard error."""
    deaf: Callable[[str], None]
    """It closed its standard `input` or `output`, and runs on."""
    over: Callable[[], None]
    """It has ended, and everything it wrote has been passed on. Told once."""


async def spawn(command: Sequence[str], listener: Listener, env: Mapping[str, str] | None = None) -> "Pipes":
    """A program that has been started. Raises `OSError`."""
    pipes = Pipes(listener)
    await pipes.start(command, env)
    return pipes


class Pipes(asyncio.SubprocessProtocol):
    """Of one program, which is to be started once."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._transport: asyncio.SubprocessTransport | None = None
        self._unsent: deque[memoryview] = deque()
        self._paused = False
        self._closing_input = False
        self._line = b""
        self._last_lines: deque[str] = deque(maxlen=LINES_KEPT)
        self.last_sign = asyncio.get_running_loop().time()
        """When it last wrote anything, its log included: the loop's time in seconds."""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Starts the program in a session of its own, so that Ctrl+C in a terminal does not reach it. It may have written and ended before
        this returns. Raises `OSError`."""
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        await asyncio.get_running_loop().subprocess_exec(
            lambda: self, *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, **apart
        )

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._transport is not None  # noqa: S101 - spawn returns once the connection is made
        return self._transport.get_pid()

    @property
    def running(self) -> bool:
        """Whether the process has not ended, as far as the loop has heard."""
        return self._transport is not None and self.status is None

    @property
    def status(self) -> int | None:
        """Its exit status; below 0 the signal that ended it; None while it runs."""
        return self._transport.get_returncode() if self._transport else None

    @property
    def last_words(self) -> str:
        """The last line of its log; empty where there is none."""
        return self._last_lines[-1] if self._last_lines else ""

    def fate(self) -> str:
        """How it ended, and the last it said."""
        status = self.status
        if status is None:
            how = "it did not end"
        elif status < 0:
            how = _signal_name(-status)
        else:
            how = f"exit status {status}"
        return f"{how}; its last words: {self.last_words}" if self.last_words else how

    # --- to the child

    def write(self, *pieces: bytes) -> None:
        """Queues bytes for its standard input; returns at once. They are written as fast as the child reads."""
        for piece in pieces:
            whole = memoryview(piece)
            self._unsent.extend(whole[at : at + SLICE_BYTES] for at in range(0, len(whole), SLICE_BYTES))
        self._pump()

    def close_input(self) -> None:
        """Closes its standard input once everything queued is written."""
        self._closing_input = True
        self._pump()

    def kill(self) -> None:
        """Ends the process and those it started, at once. Harmless where it has ended."""
        self._unsent.clear()
        if self._transport is None or not self.running:
            return
        try:
            if sys.platform == "win32":
                self._transport.kill()
            else:
                # Not the transport's kill: that one polls first, and so can take the exit status away from asyncio.
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # it has just ended (macOS says the latter then), and the loop will hear of it

    def _input(self) -> asyncio.WriteTransport | None:
        if self._transport is None:
            return None
        pipe = cast("asyncio.WriteTransport | None", self._transport.get_pipe_transport(0))
        return None if pipe is None or pipe.is_closing() else pipe

    def _pump(self) -> None:
        pipe = self._input()
        if pipe is None:
            self._unsent.clear()
            return
        while self._unsent and not self._paused:
            pipe.write(self._unsent.popleft())
        if self._closing_input and not self._unsent:
            pipe.close()

    # --- from the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.SubprocessProtocol`, here and below."""
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pause_writing(self) -> None:
        """The pipe is full."""
        self._paused = True

    def resume_writing(self) -> None:
        """The child has read."""
        self._paused = False
        self._pump()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Standard output (1) or error (2)."""
        self.last_sign = asyncio.get_running_loop().time()
        if fd == 1:
            self._listener.received(data)
        else:
            self._log(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """One of its pipes was closed, by either side."""
        if fd == 0:
            self._unsent.clear()
        if fd == 1 or (fd == 0 and not self._closing_input):
            asyncio.get_running_loop().call_later(DEAF_SECONDS, self._still_deaf, "output" if fd else "input")

    def process_exited(self) -> None:
        """The process is no more; what it wrote may still be on its way."""
        asyncio.get_running_loop().call_later(PIPES_GRACE_SECONDS, self._cut)

    def connection_lost(self, exc: Exception | None) -> None:
        """The process is no more, and all of its pipes are closed."""
        if self._transport is not None:
            self._transport.close()  # or it warns that nobody did
        if self._line:
            self._log(b"\n")
        if not self.ended.done():
            self.ended.set_result(None)
        self._listener.over()

    def _still_deaf(self, pipe: str) -> None:
        if self.running:
            self._listener.deaf(pipe)

    def _cut(self) -> None:
        if self._transport is None or self.ended.done():
            return
        pipe = self._input()
        if pipe is not None:
            pipe.abort()  # closing it would wait for somebody to read what is buffered
        self._transport.close()

    def _log(self, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\n")
        if len(self._line) > LONGEST_LINE_BYTES:
            lines.append(self._line)
            self._line = b""
        for encoded in lines:
            line = encoded.decode(errors="replace").rstrip()
            if line:
                self._last_lines.append(line)
                self._listener.logged(line)


def _signal_name(number: int) -> str:
    try:
        return f"signal {signal.Signals(number).name}"
    except ValueError:
        return f"signal {number}"

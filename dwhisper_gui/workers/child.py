"""A worker as a child process: requests go in, their answers come back. Knows calls, not what they are for."""

import asyncio
import itertools
import logging
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from dwhisper_worker import contract
from dwhisper_worker.contract import HELLO, SHUTDOWN, Call, Code, Envelope, Failure, HelloReply, HelloRequest, Nothing

from dwhisper_gui.core.errors import (
    ContractMismatch,
    DWhisperError,
    NoWorker,
    WorkerDied,
    WorkerError,
    WorkerHung,
    WorkerMissing,
    WorkerNonsense,
    from_failure,
)
from dwhisper_gui.workers.frames import Deframer, Nonsense, decoded, frame
from dwhisper_gui.workers.pipes import Listener, Pipes

log = logging.getLogger(__name__)
worker_log = logging.getLogger("dwhisper.worker")
"""What workers say on their standard error."""

START_SECONDS = 60.0
"""For the first answer of a worker; the imports before it take half a minute from a slow disk."""
CLOSE_SECONDS = 2.0
REAP_SECONDS = 5.0
"""A killed process is gone in milliseconds, unless the system holds it in a call that can't be interrupted."""

Q = TypeVar("Q")
R = TypeVar("R")
E = TypeVar("E")

_HELLO_AS_SENT = Call(HELLO.name, HelloRequest, dict, Nothing)
"""Another version's answer may have other fields: what is looked at first is which version it is."""


def worker_command(setting: Sequence[str]) -> list[str]:
    """How to start a worker: the words of the setting, or the one that comes with this program where there are none."""
    if setting:
        return list(setting)
    if getattr(sys, "frozen", False):
        return [sys.executable, "--worker"]
    # -P: without it, -m would import from the user's current folder before the installed packages.
    return [sys.executable, "-P", "-m", "dwhisper_worker", "--stdio"]


@dataclass(slots=True)
class _Asked(Generic[R, E]):
    """A request that has no answer yet. Its future is cancelled where nobody waits for one any more."""

    call: Call[Any, R, E]
    answer: asyncio.Future[R]
    on_event: Callable[[E], None] | None


class Worker:
    """Made by `Worker.start`, to be ended with `close`. Belongs to the loop it was started in."""

    def __init__(self, command: Sequence[str], name: str) -> None:
        self.name = name
        self._command = tuple(command)
        self._numbers = itertools.count(1)
        self._asked: dict[int, _Asked[Any, Any]] = {}
        self._frames = Deframer()
        self._failure: WorkerError | None = None
        self._closing = False
        self._pipes = Pipes(Listener(self._received, self._logged, self._deaf, self._over))
        self._hello: HelloReply

    @classmethod
    async def start(cls, command: Sequence[str], *, name: str, env: Mapping[str, str] | None = None) -> "Worker":
        """Starts a worker and greets it. Raises `WorkerMissing` where there is no such program or it ends without an answer,
        `ContractMismatch`, `WorkerHung`, `NoWorker`, `WorkerNonsense`, and `WorkerDied` where it is killed meanwhile."""
        worker = cls(command, name)
        try:
            await worker._pipes.start(command, env)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise WorkerMissing(command=shlex.join(command), detail=reason) from error
        try:
            async with asyncio.timeout(START_SECONDS):
                worker._hello = await worker._greet()
        except BaseException as error:
            worker.kill()
            await worker._reaped()
            if isinstance(error, TimeoutError):
                raise WorkerHung(seconds=START_SECONDS) from error
            raise
        log.info("%s is worker %d: %s", name, worker.pid, shlex.join(command))
        return worker

    @property
    def pid(self) -> int:
        """Its process."""
        return self._pipes.pid

    @property
    def hello(self) -> HelloReply:
        """What it said of itself when it was started."""
        return self._hello

    @property
    def last_sign(self) -> float:
        """When it was last heard of, its log included: the loop's time in seconds."""
        return self._pipes.last_sign

    @property
    def alive(self) -> bool:
        """Whether it makes sense to ask it something."""
        return self._failure is None and not self._closing and self._pipes.running

    @property
    def in_flight(self) -> int:
        """How many requests it has not answered yet, those that nobody waits for included."""
        return len(self._asked)

    async def ask(self, call: Call[Q, R, E], request: Q, on_event: Callable[[E], None] | None = None) -> R:
        """Sends a request and waits for its answer; what happens on the way goes to `on_event`.

        Raises the error that a refusal stands for; `WorkerDied`; `WorkerNonsense`; or what `kill` was given. Any number may wait at
        once. Cancelling this tells the worker nothing: it goes on, and its answer is dropped when it comes."""
        if self._failure is not None:
            raise _again(self._failure)
        if self._closing:
            raise WorkerDied(detail="it was asked to end")
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._send(call, request, answer, on_event)
        return await answer

    def kill(self, reason: WorkerError | None = None) -> None:
        """Ends it at once; whoever waits for an answer gets `reason`. Harmless where it has ended."""
        self._give_up(reason or WorkerDied(detail="it was ended on purpose"))
        self._pipes.kill()

    async def close(self) -> None:
        """Asks it to end, and ends it where it has not within 2 s. When this returns, there is no such process any more."""
        try:
            if self.alive:
                self._closing = True
                unheard: asyncio.Future[Nothing] = asyncio.get_running_loop().create_future()
                unheard.cancel()
                self._send(SHUTDOWN, Nothing(), unheard, None)
            self._pipes.close_input()
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.ended()
        except TimeoutError:
            log.warning("%s did not end when it was asked to", self.name)
        finally:
            self.kill()
            await self._reaped()

    async def ended(self) -> None:
        """Returns when its process has ended."""
        await asyncio.shield(self._pipes.ended)

    async def _reaped(self) -> None:
        try:
            async with asyncio.timeout(REAP_SECONDS):
                await self.ended()
        except TimeoutError:
            log.error("worker %s (%d) was killed and has not ended", self.name, self.pid)

    async def _greet(self) -> HelloReply:
        try:
            sent = await self.ask(_HELLO_AS_SENT, HelloRequest())
        except WorkerDied as error:
            await self._reaped()
            if self._pipes.status is not None and self._pipes.status >= 0:
                # Not a worker at all, or one that lacks something: the next would do the same.
                raise WorkerMissing(command=shlex.join(self._command), detail=self._pipes.fate()) from error
            raise
        except WorkerNonsense as error:
            raise NoWorker(command=shlex.join(self._command), detail=error.fields["detail"]) from error
        theirs = sent.get("contract")
        if theirs != contract.VERSION:
            raise ContractMismatch(ours=str(contract.VERSION), theirs=str(theirs))
        try:
            return msgspec.convert(sent, HelloReply)
        except msgspec.ValidationError as error:
            raise WorkerNonsense(detail=f"hello: {error}") from error

    def _send(self, call: Call[Q, R, E], request: Q, answer: asyncio.Future[R], on_event: Callable[[E], None] | None) -> None:
        number = next(self._numbers)
        pieces = frame(number, call.name, msgspec.msgpack.encode(request))
        self._asked[number] = _Asked(call, answer, on_event)
        self._pipes.write(*pieces)

    def _received(self, output: bytes) -> None:
        try:
            for envelope in self._frames.feed(output):
                if self._failure is not None:
                    return
                self._take(envelope)
        except Nonsense as error:
            self.kill(WorkerNonsense(detail=str(error)))

    def _logged(self, line: str) -> None:
        worker_log.info("%s: %s", self.name, line)

    def _deaf(self, pipe: str) -> None:
        self.kill(WorkerDied(detail=f"it closed its {pipe}"))

    def _over(self) -> None:
        self._give_up(WorkerDied(detail=self._pipes.fate()))

    def _take(self, envelope: Envelope) -> None:
        asked = self._asked.get(envelope.id)
        if asked is None:
            raise Nonsense(f"an answer to a request that was not made ({envelope.id})")
        if envelope.kind == contract.EVENT:
            if not asked.answer.done():
                self._tell(asked, envelope.body)
            return
        if envelope.kind == contract.REPLY:
            reply = decoded(envelope.body, asked.call.reply)
            if not asked.answer.done():
                asked.answer.set_result(reply)
        elif envelope.kind == contract.FAILURE:
            error = self._refusal(asked.call.name, decoded(envelope.body, Failure))
            if not asked.answer.done():
                asked.answer.set_exception(error)
        else:
            raise Nonsense(f"a message of the kind {envelope.kind!r}")
        del self._asked[envelope.id]

    def _tell(self, asked: _Asked[R, E], body: bytes) -> None:
        if asked.on_event is None:
            return
        event = decoded(body, asked.call.event)
        try:
            asked.on_event(event)
        except Exception as error:
            asked.answer.set_exception(error)

    def _refusal(self, call: str, failure: Failure) -> DWhisperError:
        error = from_failure(failure)
        level = logging.ERROR if failure.code == Code.INTERNAL else logging.INFO
        log.log(level, "%s: %s was refused: %s %s\n%s", self.name, call, failure.code, failure.fields, failure.traceback)
        return error

    def _give_up(self, failure: WorkerError) -> None:
        if self._failure is not None:
            return
        self._failure = failure
        if not self._closing:
            log.warning("%s: %s", self.name, failure)
        waiting, self._asked = self._asked, {}
        for asked in waiting.values():
            if not asked.answer.done():
                asked.answer.set_exception(_again(failure))


def _again(error: WorkerError) -> WorkerError:
    """A copy: raising one exception in several places would mix their tracebacks."""
    return type(error)(**error.fields)

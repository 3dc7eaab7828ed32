"""`dwhisper-worker --conductor`: tasks from a Conductor server, results to it.

A thread asks for chunks of each model, another for questions after the language; each lease is a thread of its own (`held.py`), and the
windows of all are in the engine's batches together. One thread gives the server signs of life, and lets go of what is no longer ours; one
shows that the worker is there. The main thread waits for signals and watches the engine.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dwhisper_worker import models
from dwhisper_worker.answers import Answers
from dwhisper_worker.contract import LoadRequest
from dwhisper_worker.errors import AGAIN_STATUS, WorkerFailure
from dwhisper_worker.held import Held, Served
from dwhisper_worker.identity import Identity, computer, take
from dwhisper_worker.pace import MOST_LEASES, Pace, wanted
from dwhisper_worker.patience import Line, delays
from dwhisper_worker.presence import presence, sharing
from dwhisper_worker.refusals import why
from dwhisper_worker.signs import Signs
from dwhisper_worker.tasks import DETECT_LANGUAGE, PRESENCE_SECONDS, TRANSCRIBE_CHUNK, Invitation, serving
from dwhisper_worker.transcribe import Transcriber
from dwhisper_worker.trouble import ServerTrouble
from dwhisper_worker.watch import Watch

if TYPE_CHECKING:
    from dwhisper_worker.server import Lease, Server

log = logging.getLogger(__name__)


_TICK_SECONDS = 0.25
_POLL_SECONDS = 1.0
_SOON_SECONDS = 0.1
"""The least for which this server lets a question wait."""
_FULL_SECONDS = 0.5
_MOST_SHARING = 20
_ASKING_AT_ONCE = 8
_LAST_WORDS_SECONDS = 5.0
_MOST_SILENT_SECONDS = 3.0
_ASKING = "asking-for-"


class Shift:
    """What is held now, and the threads that see to it."""

    def __init__(self, server: "Server", served: Iterable[Served], grace: float, broken: threading.Event) -> None:
        """`broken` is set when an engine decodes nothing any more."""
        self._server = server
        self._served = tuple(served)
        self._grace = grace
        self._broken = broken
        self._line = Line(server.url)
        self._held: dict[str, Held] = {}
        self._answers = Answers()
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._calls = ThreadPoolExecutor(8, thread_name_prefix="call")
        self._workers = {one.serving.domain: 1 for one in self._served}
        self._signals = 0

    def run(self) -> int:
        """Serves until SIGTERM or SIGINT (status 0), or until an engine hangs or is broken (`AGAIN_STATUS`). To be called from the main
        thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)
        for one in self._served:
            self._start(f"{_ASKING}chunks", partial(self._poll, one, TRANSCRIBE_CHUNK))
            self._start(f"{_ASKING}languages", partial(self._poll, one, DETECT_LANGUAGE))
        self._start("beat", self._beat)
        self._start("presence", self._show)
        log.info("serving %s", ", ".join(one.serving.domain for one in self._served))
        watches = [Watch(one.transcriber) for one in self._served]
        before = time.monotonic()
        while not self._signals:
            time.sleep(_TICK_SECONDS)
            elapsed, before = time.monotonic() - before, time.monotonic()
            for one in self._served:
                one.pace.at_work(one.transcriber.busy_seconds)
            hangs = [watch.hangs(elapsed) for watch in watches]  # all are asked, since each keeps count
            if any(hangs) or self._broken.is_set():
                state = "hangs" if any(hangs) else "is broken"
                log.critical("the engine %s; leaving, so that another worker does what it had in hand", state)
                self._stopping.set()
                self._give_back(self._each(), unless_begun=any(hangs))
                return AGAIN_STATUS
        self._stop()
        return 0

    def _signalled(self, *_: object) -> None:
        # Nothing more: a lock taken here might be held by the very code that was interrupted.
        self._signals += 1

    def _start(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _each(self) -> list[Held]:
        with self._changed:
            return list(self._held.values())

    # --- taking --------------------------------------------------------------------------------------------------------

    def _poll(self, served: Served, kind: str) -> None:
        waits = delays(lambda: self._line.refused)
        while not self._stopping.is_set():
            try:
                leases, asked = self._ask(served, kind)
                self._line.fine()
                waits = delays(lambda: self._line.refused)
            except ServerTrouble as error:
                self._line.broken(error)
                self._stopping.wait(next(waits))
                continue
            except Exception:
                log.exception("asking for tasks failed")  # whatever it is: without this thread the worker would seem to have nothing to do
                self._stopping.wait(next(waits))
                continue
            for lease in leases:
                held = Held(lease, asked, served, self._server, self._line, self._answers, self._notice)
                with self._changed:
                    # A server may hand out twice what it takes for stale.
                    if lease.task in self._held:
                        continue
                    self._held[lease.task] = held
                threading.Thread(target=self._work, args=(held,), name=held.label, daemon=True).start()

    def _ask(self, served: Served, kind: str) -> "tuple[list[Lease], float]":
        """Leases, and when they could have been had: waiting for a task to be there is no part of the round trip."""
        poll, asked = self._server.poll, time.monotonic()
        if kind == DETECT_LANGUAGE:
            # Its questions are few, and a chunk's first window can wait as long as this.
            found = poll(kind, served.serving.domain, served.worker, 1, _SOON_SECONDS)
            if not found:
                # The more workers, the less often each needs to ask: together they ask as often as one or two.
                self._stopping.wait(_FULL_SECONDS * max(1, min(_MOST_SHARING, self._workers[served.serving.domain] // 2)))
            return found, asked
        mine = [held for held in self._each() if held.served is served]
        if len(mine) >= MOST_LEASES:
            # What is done can't be delivered just now: more would be lost with this worker.
            with self._changed:
                self._changed.wait(_FULL_SECONDS)
            return [], asked
        at_engine = sum(held.waits_for_engine for held in mine)
        if not at_engine:
            # One, since the server waits for as many as it is asked for, although there are some.
            return poll(kind, served.serving.domain, served.worker, 1, _POLL_SECONDS), time.monotonic()
        room = 0
        if at_engine < served.pace.target:
            queued = self._server.queued(kind, served.serving.domain)
            room = wanted(served.pace, at_engine, queued, self._workers[served.serving.domain])
        if not room:
            with self._changed:
                # It is woken when its engine has less to do; until then many workers had better not ask twice a second each.
                self._changed.wait(_FULL_SECONDS * max(1, self._workers[served.serving.domain] // _ASKING_AT_ONCE))
            return [], asked
        return poll(kind, served.serving.domain, served.worker, room, _SOON_SECONDS), asked

    def _notice(self) -> None:
        """The engine has less to do than before."""
        with self._changed:
            self._changed.notify_all()

    def _work(self, held: Held) -> None:
        held.work()
        with self._changed:
            del self._held[held.lease.task]
            self._changed.notify_all()

    # --- signs of life -------------------------------------------------------------------------------------------------

    def _beat(self) -> None:
        signs = Signs(self._server, self._calls)
        waits = delays()
        while not self._stopping.is_set() or self._each():
            time.sleep(_TICK_SECONDS)
            try:
                signs.give(self._each())
                waits = delays()
            except ServerTrouble as error:
                self._line.broken(error)
                # Not for long: once the server is back, it asks at once who is still alive.
                time.sleep(min(_MOST_SILENT_SECONDS, next(waits)))
            except Exception:
                log.exception("a sign of life was not given")  # without this thread all leases would be lost
                time.sleep(min(_MOST_SILENT_SECONDS, next(waits)))

    def _show(self) -> None:
        waits = delays(lambda: self._line.refused)
        while not self._stopping.is_set():
            try:
                for one in self._served:
                    self._server.show(one.worker, presence(one, [held.label for held in self._each() if held.served is one]))
                seen = self._server.workers()
                self._workers = {one.serving.domain: max(1, sharing(one, seen)) for one in self._served}
                waits, pause = delays(lambda: self._line.refused), PRESENCE_SECONDS
            except ServerTrouble as error:
                self._line.broken(error)
                pause = next(waits)
            except Exception:
                log.exception("this worker was not shown")
                pause = next(waits)
            self._stopping.wait(pause)

    # --- the end -------------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        log.info("taking no more; what is begun has %.0f s", self._grace)
        now = time.monotonic()
        deadline = now + self._grace
        at_least = now + 2 * _POLL_SECONDS
        self._stopping.set()
        self._notice()
        self._give_back(self._each(), unless_begun=True)
        # Those that ask may yet come back with a lease, which is lost time for its chunk if nobody says so.
        while self._signals < 2 and (
            (self._each() and time.monotonic() < deadline) or (self._asking() and time.monotonic() < max(deadline, at_least))
        ):
            time.sleep(_SOON_SECONDS)
            self._give_back(self._each(), unless_begun=True)
        self._give_back(self._each(), unless_begun=False)
        self._sign_off()

    def _sign_off(self) -> None:
        """Shows that the workers have ended, so that nobody counts on them for the next half minute. Waits for the server, but not long."""
        calls = [self._calls.submit(self._server.show, one.worker, presence(one, (), ended=True)) for one in self._served]
        wait(calls, _LAST_WORDS_SECONDS)

    def _asking(self) -> bool:
        return any(thread.is_alive() for thread in self._threads if thread.name.startswith(_ASKING))

    def _give_back(self, held: list[Held], *, unless_begun: bool) -> None:
        """Gives back what can be let go. Waits for the server, but not for long."""
        returned = [one for one in held if one.let_go(unless_begun=unless_begun)]
        calls = [self._calls.submit(one.give_back) for one in returned]
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        for one, call in zip(returned, calls, strict=True):
            with suppress(ServerTrouble, TimeoutError):
                call.result(max(0.0, deadline - time.monotonic()))
                log.info("%s was given back", one.label)


def serve(invitation: Invitation, requests: Iterable[LoadRequest], grace: float, folder: Path) -> int:
    """Loads the models, then serves the pool. Returns the exit status: 1 where a model can't be loaded."""
    from dwhisper_worker.server import Server

    try:
        server = Server(invitation)
    except OSError as error:  # ssl.SSLError is one
        log.critical("the certificate of the server’s authority can’t be used: %s", error)
        return 1
    identities: list[Identity] = []
    served: list[Served] = []
    broken = threading.Event()
    try:
        for request in requests:
            # A name for each model: the server notes one domain a worker.
            identities.append(take(folder))
            served.append(_served(invitation, request, identities[-1].name, broken.set))
    except WorkerFailure as failure:
        log.critical("%s can’t be served: %s", request.model, why(failure))
        return 1
    return Shift(server, served, grace, broken).run()


def _served(invitation: Invitation, request: LoadRequest, worker: str, on_broken: Callable[[], None]) -> Served:
    weights = models.resolve(request.model, request.folder, request.engine)
    transcriber = Transcriber.load(request, weights, on_broken)
    return Served(
        worker=worker,
        host=computer(),
        serving=serving(invitation.pool, invitation.pool_key, request.engine, request.model),
        pool_key=invitation.pool_key,
        request=request,
        weights=weights,
        transcriber=transcriber,
        pace=Pace(transcriber.windows_at_once),
    )

"""A TCP proxy that can be cut and mended, and that may be a slow line."""

import contextlib
import queue
import socket
import threading
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

PIECE = 4096


class Proxy:
    """Passes bytes on, both ways, each so many seconds late and so many bits in a second (0: at once). `url` is the server's, seen through
    it."""

    def __init__(self, url: str, delay: float = 0.0, bits: float = 0.0) -> None:
        parts = urlsplit(url)
        self._to = (parts.hostname or "", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}{parts.path}"
        self._delay = delay
        self._line = _Line(bits), _Line(bits)
        self._open = threading.Event()
        self._open.set()
        self._passing = threading.Event()
        self._passing.set()
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._mending: threading.Timer | None = None

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._mending is not None:
            self._mending.cancel()
            self._mending.join()
        self._listener.shutdown(socket.SHUT_RDWR)
        self.cut()
        self._passing.set()
        for thread in self._threads:
            thread.join()
        for end in (self._listener, *self._ends):
            end.close()

    def cut(self, seconds: float | None = None, *, silently: bool = False) -> None:
        """Breaks all connections and takes no others; or, silently, nothing comes through any more, as where a cable is pulled. It is
        mended by itself after so many seconds."""
        if silently:
            self._passing.clear()
        else:
            self._open.clear()
            for end in list(self._ends):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        if seconds is not None:
            self._mending = threading.Timer(seconds, self.mend)
            self._mending.start()

    def mend(self) -> None:
        self._open.set()
        self._passing.set()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._open.is_set():
                near.close()
                continue
            try:
                far = socket.create_connection(self._to)
            except OSError:  # the server itself is away
                near.close()
                continue
            for end in (near, far):  # else small pieces wait for what the other side says to those before, 40 ms each
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._ends += [near, far]
            for source, target, line in ((near, far, self._line[0]), (far, near, self._line[1])):
                late: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
                self._begin(threading.Thread(target=self._take, args=(source, late)))
                self._begin(threading.Thread(target=self._give, args=(target, late, line)))

    def _begin(self, thread: threading.Thread) -> None:
        self._threads.append(thread)
        thread.start()

    def _take(self, source: socket.socket, late: "queue.SimpleQueue[tuple[float, bytes]]") -> None:
        some = b"begun"
        while some:
            try:
                some = source.recv(PIECE)
            except OSError:
                some = b""
            late.put((time.monotonic() + self._delay, some))

    def _give(self, target: socket.socket, late: "queue.SimpleQueue[tuple[float, bytes]]", line: "_Line") -> None:
        with contextlib.suppress(OSError):
            while True:
                due, some = late.get()
                _wait_until(due)
                if not some:
                    break
                line.carry(len(some))
                self._passing.wait()
                target.sendall(some)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


class _Line:
    """All connections share it."""

    def __init__(self, bits: float) -> None:
        self._bits = bits
        self._free = 0.0
        self._lock = threading.Lock()

    def carry(self, size: int) -> None:
        """Returns when so many bytes are through."""
        if self._bits:
            with self._lock:
                self._free = max(self._free, time.monotonic()) + 8 * size / self._bits
                through = self._free
            _wait_until(through)


def _wait_until(moment: float) -> None:
    if (rest := moment - time.monotonic()) > 0:
        time.sleep(rest)

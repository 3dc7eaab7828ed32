"""A Hugging Face Hub of our own: the few endpoints that the real client asks, serving real weights, with faults on request."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BLOCK = 1 << 16


@dataclass
class Hub:
    """`files` by name; the rest is what goes wrong."""

    files: dict[str, bytes]
    endpoint: str = ""
    altered: str | None = None
    """This file arrives with another byte in it than its hash says."""
    cuts: list[int] = field(default_factory=list)
    """How many bytes of model.bin each answer brings before the connection ends, in turn; then none is cut."""
    pause: threading.Event | None = None
    """Half of model.bin is sent; the rest waits for this."""
    missing: bool = False
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path, and Range header of each."""


@contextmanager
def serving(weights: Path, without: str = "") -> Iterator[Hub]:
    hub = Hub({path.name: path.read_bytes() for path in weights.iterdir() if path.is_file() and path.name != without})
    hub.files["README.md"] = b"not wanted"
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hub
    finally:
        if hub.pause:
            hub.pause.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *arguments: object) -> None:
        pass

    def _answer(self, body: bool) -> None:
        path = urlsplit(self.path).path
        self.hub.requests.append((self.command, path, self.headers.get("Range", "")))
        if self.hub.missing:
            self._send(404, {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}, b"")
        elif path.startswith("/api/") and "/tree/" in path:
            self._send_json([{"type": "file", "path": name, **self._facts(name)} for name in self.hub.files])
        elif path.startswith("/api/"):
            siblings = [{"rfilename": name, "blobId": self._facts(name)["oid"], **self._facts(name)} for name in self.hub.files]
            repository = "/".join(path.split("/")[3:5])
            self._send_json({"id": repository, "modelId": repository, "sha": COMMIT, "siblings": siblings})
        else:
            self._send_file(path.rpartition("/")[2], body)

    def _facts(self, name: str) -> dict[str, object]:
        content = self.hub.files[name]
        facts: dict[str, object] = {
            "size": len(content),
            "oid": hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest(),
        }
        if name == "model.bin":
            digest = hashlib.sha256(content).hexdigest()
            facts["lfs"] = {"oid": digest, "sha256": digest, "size": len(content), "pointerSize": 134}
        return facts

    def _send_file(self, name: str, body: bool) -> None:
        content = self.hub.files[name]
        if name == self.hub.altered:
            content = content[:1000] + bytes([content[1000] ^ 1]) + content[1001:]
        begin = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if begin:
            headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        cut = self.hub.cuts.pop(0) if body and name == "model.bin" and self.hub.cuts else None
        self._send(206 if begin else 200, headers, content[begin:], body=body, cut=cut, slow=name == "model.bin")

    def _send_json(self, value: object) -> None:
        self._send(200, {"Content-Type": "application/json"}, json.dumps(value).encode())

    def _send(
        self, status: int, headers: dict[str, str], content: bytes, *, body: bool = True, cut: int | None = None, slow: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if not body:
            return
        try:
            for at in range(0, len(content) if cut is None else cut, BLOCK):
                if slow and self.hub.pause and at >= len(content) // 2:
                    self.hub.pause.wait()
                self.wfile.write(content[at : at + BLOCK])
        except OSError:
            pass  # the client went away, which some tests make it do
        if cut is not None:
            self.close_connection = True

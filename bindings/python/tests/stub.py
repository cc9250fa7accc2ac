"""A server of the tests' own, which answers as it is told and remembers what it was asked."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "fbsrv_secret"


class Stub(ThreadingHTTPServer):
    """Answers `/api/v1/snapshot` with `snapshot`, or with `status` alone."""

    daemon_threads = True
    snapshot: object
    status = 200
    revision = 0

    def __init__(self, snapshot: object) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.answers: list[int] = []
        self.hanging = threading.Event()
        self.changed = threading.Condition()
        self.put(snapshot)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def put(self, snapshot: object) -> None:
        with self.changed:
            self.snapshot = snapshot
            self.revision += 1
            self.changed.notify_all()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stub

    def do_GET(self) -> None:
        stub = self.server
        stub.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if stub.status == 0:
            stub.hanging.set()
            self.rfile.read(1)  # until the client goes
            self.close_connection = True
        elif stub.status != 200:
            self._answer(stub.status, json.dumps({"error": {"code": "TEST", "message": "as told"}}).encode())
        elif self.path == "/api/v1/stream":
            self._stream()
        else:
            text = json.dumps(stub.snapshot).encode()
            tag = f'"{hashlib.sha256(text).hexdigest()[:16]}"'
            if self.headers["If-None-Match"] == tag:
                self._answer(304, b"", tag)
            else:
                self._answer(200, gzip.compress(text), tag)

    def _answer(self, status: int, body: bytes, tag: str | None = None) -> None:
        self.server.answers.append(status)
        self.send_response(status)
        if tag:
            self.send_header("ETag", tag)
        if status == 200:
            self.send_header("Content-Encoding", "gzip")
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        stub = self.server
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.close_connection = True
        told = 0
        while stub.status == 200:
            with stub.changed:
                if stub.revision == told:
                    stub.changed.wait(timeout=0.5)
                told, is_new = stub.revision, stub.revision > told
            event = f'event: snapshot\nid: {told}\ndata: {{"revision": {told}}}\n\n' if is_new else ":\n\n"
            try:
                self.wfile.write(event.encode())
            except OSError:
                return

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def serving(snapshot: object) -> Iterator[Stub]:
    with Stub(snapshot) as stub:
        thread = threading.Thread(target=stub.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield stub
        finally:
            stub.shutdown()
            thread.join()

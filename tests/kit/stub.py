"""A server that answers as it is told and remembers what it was asked: a thread for each connection."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from answers import Answer
from connection import Connection, Request

SNAPSHOT, STREAM = "/api/v1/snapshot", "/api/v1/stream"
ERROR = '{"error": {"code": "TEST", "message": "as told"}}'


@dataclass
class Route:
    answers: list[Answer]
    later: Answer | None = None
    """The answer to all but the first request of a connection, if it is another one."""

    def choose(self, is_later: bool) -> Answer:
        if is_later and self.later is not None:
            return self.later
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Stub:
    def __init__(self, port: int = 0, certificate: str | None = None, key: str | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self._tls: ssl.SSLContext | None = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate, key)
        port = self._listener.getsockname()[1]
        self.facts = {"port": port, "url": f"http{'s' if self._tls else ''}://127.0.0.1:{port}"}
        self._lock = threading.Lock()
        self._routes = {"*": Route([Answer(404)]), STREAM: Route([Answer(events=True)])}
        self._refusal: Answer | None = None
        self._delay = 0.0
        self._revision = 0
        self._requests: list[Request] = []
        self._in_flight = 0
        self._open: list[Connection] = []
        threading.Thread(target=self._accept, daemon=True).start()

    # The commands.

    def answer(self, answers: list[dict[str, Any]], path: str = "*", later: dict[str, Any] | None = None) -> None:
        """Gives requests for a path these answers, one after the other, and the last to all that follow."""
        made = [Answer(**answer) for answer in answers]
        with self._lock:
            self._routes[path] = Route(made, Answer(**later) if later else None)

    def snapshot(self, text: str, etag: str | None = None, gzip: bool = True) -> None:
        """Serves a snapshot by its entity tag from now on, and tells the open streams of a new revision."""
        etag = etag or f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
        made = Answer(body=text, etag=etag, gzip=gzip)
        with self._lock:
            self._routes["*"] = Route([made])
            self._revision += 1
            for stream in self._streams():
                stream.push(self._event())

    def status(self, status: int) -> None:
        """Answers everything with this status and an error, until it is 200 again; 0 is no answer at all."""
        with self._lock:
            if status == 200:
                self._refusal = None
            else:
                self._refusal = Answer(status, body=ERROR) if status else Answer(steps=[{"hold": True}])
                for stream in self._streams():
                    stream.cut()

    def delay(self, seconds: float) -> None:
        """Waits between the head and the body of every answer from now on."""
        self._delay = seconds

    def event(self, text: str) -> int:
        """Sends a text over the open streams; how many there are."""
        with self._lock:
            streams = self._streams()
            for stream in streams:
                stream.push(text)
            return len(streams)

    def requests(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(request) for request in self._requests]

    def count(self, head: str = "", status: int | None = None) -> int:
        """How many requests had this text in their heads, and were answered with this status."""
        with self._lock:
            return sum(head in one.head and status in (None, one.status) for one in self._requests)

    def forget(self) -> None:
        """Forgets the requests so far."""
        with self._lock:
            self._requests.clear()

    def cut(self) -> None:
        """Cuts all connections."""
        with self._lock:
            for connection in self._open:
                connection.cut()

    def end(self) -> None:
        # A thread that waits for a connection does not hear of a close alone.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    # Connections.

    def _accept(self) -> None:
        number = 0
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=self._serve, args=(accepted, number), daemon=True).start()

    def _serve(self, accepted: socket.socket, number: int) -> None:
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with accepted, suppress(OSError):
            connected = self._tls.wrap_socket(accepted, server_side=True) if self._tls else accepted
            connection = Connection(connected, number)
            with self._lock:
                self._open.append(connection)
            try:
                while (request := connection.read()) and self._take(connection, request):
                    pass
            finally:
                with self._lock:
                    self._open.remove(connection)
                connection.cut()
                connection.close()

    def _take(self, connection: Connection, request: Request) -> bool:
        """Answers a request; whether the connection stays open."""

        def note(status: int, sent: int) -> None:
            with self._lock:
                request.status, request.sent = status, sent

        is_counted = not request.target.startswith(STREAM)
        with self._lock:
            answer = self._choose(request, is_later=connection.requests > 1)
            self._in_flight += is_counted
            request.in_flight = self._in_flight
            self._requests.append(request)
            if answer.events:
                connection.open_stream(answer)
                if self._revision:
                    connection.push(self._event())
        try:
            if answer.events:
                connection.hold()
                return False
            return connection.answer(answer, request, self._delay, note)
        finally:
            with self._lock:
                self._in_flight -= is_counted

    def _choose(self, request: Request, is_later: bool) -> Answer:
        candidates = (request.target, request.target.partition("?")[0], request.method, "*")
        route = next(self._routes[path] for path in candidates if path in self._routes)
        return self._refusal or route.choose(is_later)

    def _streams(self) -> list[Connection]:
        return [connection for connection in self._open if connection.is_stream]

    def _event(self) -> str:
        data = json.dumps({"revision": self._revision})
        return f"event: snapshot\nid: {self._revision}\ndata: {data}\n\n"

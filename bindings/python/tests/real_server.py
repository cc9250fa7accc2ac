"""The real server, whose binary FLAGBIT_SERVER names, and a relay that keeps what clients and it say to each other.

Needs the standard library alone: what tests and measures other languages' clients takes it, too.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Answer = dict[str, Any]

PATIENCE = 60.0
"""Seconds, longer than anything takes."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class RealServer:
    """On a port and a database that it keeps when it is started again. Signs up, so that there is a project."""

    def __init__(self, folder: Path, *options: str) -> None:
        # A KeyError where it is not set: tests of the real server are not skipped in silence.
        self._binary = os.environ["FLAGBIT_SERVER"]
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FLAGBIT_")}
        listen = ["--listen", f"127.0.0.1:{self.port}", "--metrics-listen", "off"]
        database = ["--database", f"sqlite://{self._folder}/flagbit.db"]
        with (self._folder / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                [self._binary, "serve", *listen, *database, *self._options], env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server does not start: {(self._folder / 'server.log').read_text()}")
            time.sleep(0.01)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def sign_up(self) -> None:
        account = self.ask("POST", "/signup", {"email": "dev@shop.example"})
        self.api_key: str = account["api_key"]
        self.key: str = account["server_key"]
        self.project: int = account["project"]["id"]

    def ask(self, method: str, path: str, body: object = None, key: str | None = None) -> Answer:
        """One call of the API; without a key with the account's, once there is one."""
        key = key or getattr(self, "api_key", None)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                read: Answer = json.loads(answer.read() or b"{}")
                return read
        except urllib.error.HTTPError as error:
            with error:
                raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def of_project(self, method: str, path: str, body: object = None) -> Answer:
        return self.ask(method, f"/projects/{self.project}{path}", body)

    def create(self, key: str, enabled: bool) -> None:
        """A flag that answers everybody alike."""
        self.of_project("POST", "/flags", {"key": key, "enabled": enabled, "default_enabled": True})

    def switch(self, key: str, enabled: bool) -> None:
        self.of_project("PATCH", f"/flags/{key}", {"enabled": enabled})

    def revoke(self) -> None:
        """Its first server key."""
        keys = self.of_project("GET", "/keys")["keys"]
        found = next(key["id"] for key in keys if key["kind"] == "server" and key["revoked_at"] is None)
        self.of_project("DELETE", f"/keys/{found}")

    def kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """As a service manager does; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(PATIENCE)


@contextmanager
def real_server(folder: Path, *options: str) -> Iterator[RealServer]:
    server = RealServer(folder, *options)
    try:
        server.start()
        server.sign_up()
        yield server
    finally:
        server.kill()


class Relay:
    """A port in front of a server that keeps what goes through it."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._streams: list[tuple[bytearray, bytearray]] = []
        self._sockets = [self._listener]
        self._threads: list[threading.Thread] = []
        self._run(self._accept)

    def _run(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._behind))
            self._sockets += [near, far]
            asked, answered = bytearray(), bytearray()
            self._streams.append((asked, answered))
            self._run(_copy, near, far, asked)
            self._run(_copy, far, near, answered)

    def requests(self) -> list[str]:
        """The heads of all requests; those of a connection are together."""
        return [head.decode() for asked, _ in list(self._streams) for head in bytes(asked).split(b"\r\n\r\n")[:-1]]

    def answers(self) -> list[tuple[int, str]]:
        """The status and the head of all answers."""
        heads = re.compile(rb"HTTP/1\.1 (\d+) ?[^\r]*\r\n.*?\r\n\r\n", re.DOTALL)
        return [
            (int(match[1]), match[0].decode())
            for _, answered in list(self._streams)
            for match in heads.finditer(bytes(answered))
        ]

    def close(self) -> None:
        for thread in self._threads:
            # A thread that waits for a socket does not hear of a close alone.
            for one in self._sockets:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            thread.join()
        for one in self._sockets:
            one.close()


def _copy(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            kept += piece
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def relay(server: RealServer) -> Iterator[Relay]:
    between = Relay(server.port)
    try:
        yield between
    finally:
        between.close()

"""The real server, whose binary FLAGBIT_SERVER names. It keeps its port and its database when it is started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds, longer than anything takes."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


class RealServer:
    def __init__(self, options: list[str] | None = None, database: str | None = None, port: int = 0) -> None:
        if not os.environ.get("FLAGBIT_SERVER"):
            # Tests of the real server are not skipped in silence.
            raise RuntimeError("FLAGBIT_SERVER must name the server's binary, such as server/target/debug/flagbit")
        self._folder = tempfile.TemporaryDirectory(prefix="flagbit-kit-")
        self._log = Path(self._folder.name, "server.log")
        self._file = Path(self._folder.name, "flagbit.db")
        port = port or free_port()
        self._url = f"http://127.0.0.1:{port}"
        self._command = [os.environ["FLAGBIT_SERVER"], "serve", "--listen", f"127.0.0.1:{port}"]
        self._command += ["--database", database or f"sqlite://{self._file}"]
        self._command += (
            options if options and "--metrics-listen" in options else ["--metrics-listen", "off", *(options or [])]
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._account: dict[str, Any] = {}
        self.facts: dict[str, Any] = {"port": port, "url": self._url, "log": str(self._log)}
        self.start()

    # The commands.

    def start(self) -> int:
        """Starts the server, also again, and waits until it is ready; its process id."""
        self.kill()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FLAGBIT_")}
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                self._command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the server does not start: {self._log.read_text()}")
            time.sleep(0.01)
        self.facts["pid"] = self._process.pid
        return self._process.pid

    def sign_up(self, email: str = "dev@shop.example") -> dict[str, Any]:
        """Makes an account with a project; its keys. Later commands are about the first account."""
        account: dict[str, Any] = self.ask("POST", "/signup", {"email": email})
        self._account = self._account or account
        return account

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """One call of the API, without a key with the account's; an error unless its status is one of success."""
        key = key or self._account.get("api_key")
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            with error:
                raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def create(self, flag: dict[str, Any]) -> Any:
        return self._of_project("POST", "/flags", flag)

    def change(self, key: str, fields: dict[str, Any]) -> Any:
        return self._of_project("PATCH", f"/flags/{key}", fields)

    def revoke(self) -> None:
        """Revokes the project's first server key that is not revoked yet."""
        keys = self._of_project("GET", "/keys")["keys"]
        found = next(key["id"] for key in keys if key["kind"] == "server" and key["revoked_at"] is None)
        self._of_project("DELETE", f"/keys/{found}")

    def set_aside(self, key: str) -> None:
        """Gives a flag with the operator `eq` one that the server would refuse, as an older database may have it."""
        if self._process is not None and self._process.poll() is None:
            raise RuntimeError("the server runs: kill or stop it first")
        with sqlite3.connect(self._file) as database:
            like = "UPDATE flag_states SET state = replace(state, '\"eq\"', '\"like\"')"
            changed = database.execute(f"{like} WHERE flag_id = (SELECT id FROM flags WHERE key = ?)", [key]).rowcount
        database.close()
        if changed != 1:
            raise RuntimeError(f"{changed} states of {key} were changed")

    def kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """Ends the server as a service manager does; its exit code."""
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError("the server does not run")
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE)

    def end(self) -> None:
        self.kill()
        self._folder.cleanup()

    def _of_project(self, method: str, path: str, body: Any = None) -> Any:
        if not self._account:
            raise RuntimeError("sign up first")
        return self.ask(method, f"/projects/{self._account['project']['id']}{path}", body)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

"""The kit for Python's tests and for scripts. Each server has a kit process of its own, which ends with it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

Answer = dict[str, Any]
Own = TypeVar("Own", bound="Kit")

KEY = "fbsrv_secret"
PROGRAM = Path(__file__).with_name("kit.py")


class Kit:
    """A kit process and one server in it."""

    def __init__(self, kind: str, **settings: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._lock = threading.Lock()
        self._number: int | None = None
        try:
            facts = self.do(kind, **settings)
        except BaseException:
            self.close()
            raise
        self.facts: dict[str, Any] = facts
        self._number = facts["number"]
        self.url: str = facts["url"]
        self.port: int = facts["port"]

    def do(self, command: str, **settings: object) -> Any:
        """Sends a command; what the answer has."""
        target = {} if self._number is None else {"on": self._number}
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps({"do": command, **target, **settings}) + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline() or '{"error": "the kit has ended"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]

    def close(self) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(20)

    def __enter__(self: Own) -> Own:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()


class Stub(Kit):
    """Serves a snapshot, or answers as it is told."""

    def __init__(self, snapshot: object) -> None:
        super().__init__("stub")
        self.put(snapshot)

    def put(self, snapshot: object) -> None:
        self.do("snapshot", text=json.dumps(snapshot))

    def tell(self, status: int) -> None:
        """Answers with this status until it is 200 again; 0 is no answer at all."""
        self.do("status", status=status)

    @property
    def requests(self) -> list[tuple[str, dict[str, str]]]:
        """The paths and the headers, by lower-case names."""
        return [(request["path"], request["headers"]) for request in self.do("requests")]

    @property
    def answers(self) -> list[int]:
        return [request["status"] for request in self.do("requests")]

    def wait_for_request(self, seconds: float) -> bool:
        """Waits for a request; False if none came in time."""
        deadline = time.monotonic() + seconds
        while not self.do("count"):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True


class RealServer(Kit):
    """The real server with an account and a project."""

    def __init__(self, *options: str, port: int = 0, database: str | None = None) -> None:
        super().__init__("server", options=options, port=port, database=database)
        account = self.do("sign_up")
        self.api_key: str = account["api_key"]
        self.key: str = account["server_key"]
        self.project: int = account["project"]["id"]

    def ask(self, method: str, path: str, body: object = None, key: str | None = None) -> Answer:
        """One call of the API; without a key with the account's."""
        answer: Answer = self.do("ask", method=method, path=path, body=body, key=key)
        return answer

    def of_project(self, method: str, path: str, body: object = None) -> Answer:
        return self.ask(method, f"/projects/{self.project}{path}", body)

    def import_flags(self, document: object) -> None:
        """Makes the flags and segments those of a document, and confirms how many leave."""
        tried = self.of_project("PUT", "/snapshot?dry_run=true", document)
        self.of_project("PUT", f"/snapshot?removes={tried['removes']}", document)

    def create(self, key: str, enabled: bool) -> None:
        """Creates a flag that answers everybody the same."""
        self.do("create", flag={"key": key, "enabled": enabled, "default_enabled": True})

    def switch(self, key: str, enabled: bool) -> None:
        self.do("change", key=key, fields={"enabled": enabled})

"""Lets clients follow a busy server, and compares what both use after a quarter of the time and at the end.

    soak.py SECONDS

Memory may grow by what an allocator keeps; threads and descriptors must not grow. The server's binary is named by
FLAGBIT_SERVER, the library by FLAGBIT_LIBRARY_PATH.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/kit"))
from flagbit_kit import RealServer  # noqa: E402

import flagbit  # noqa: E402

CLIENTS = 8
FLAGS = 50
SHORT_LIVED_EVERY = 20
"""Changes between two clients that are opened and closed again."""
ALLOWED_GROWTH = 1.10
ALLOWED_BYTES = 8 << 20
"""What an allocator may keep, besides a tenth."""
TOLERATED = 2
"""Threads and descriptors that come and go: a connection that just opens, a thread that just ends."""
PAUSE = 0.02


@dataclass(frozen=True)
class Usage:
    memory: int
    threads: int
    descriptors: int

    @classmethod
    def of(cls, pid: int) -> Usage:
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        memory = int(status["VmRSS"].split()[0]) << 10
        return cls(memory, int(status["Threads"]), len(os.listdir(f"/proc/{pid}/fd")))

    def __str__(self) -> str:
        return f"{self.memory / (1 << 20):.1f} MiB, {self.threads} threads, {self.descriptors} descriptors"

    def grew_to(self, later: Usage) -> list[str]:
        grew = []
        if later.memory > self.memory * ALLOWED_GROWTH + ALLOWED_BYTES:
            grew.append("memory")
        if later.threads > self.threads + TOLERATED:
            grew.append("threads")
        if later.descriptors > self.descriptors + TOLERATED:
            grew.append("descriptors")
        return grew


class Load:
    """Changes flags, evaluates them, and opens and closes clients and connections, until it is ended."""

    def __init__(self, server: RealServer) -> None:
        self._server = server
        self._ended = threading.Event()
        self.clients = [flagbit.Client(server.url, server_key=server.key, stream=True) for _ in range(CLIENTS)]
        self.evaluations = 0
        self.changes = 0
        self._error: BaseException | None = None
        self._threads = [threading.Thread(target=self._guard, args=(work,)) for work in (self._evaluate, self._change)]

    def __enter__(self) -> Load:
        for client in self.clients:
            client.wait_until_ready(30)
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for one in self._threads:
            one.join()
        for client in self.clients:
            client.close()

    def check(self) -> None:
        if self._error is not None:
            raise self._error

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            while not self._ended.wait(PAUSE):
                work()
        except BaseException as error:  # noqa: BLE001, given on by check
            self._error = error

    def _evaluate(self) -> None:
        user = flagbit.Context({"user_id": f"usr_{self.evaluations}", "plan": "pro", "roles": ["a", "b"]})
        for client in self.clients:
            for flag in range(FLAGS):
                client.evaluate(f"f{flag}", user)
                self.evaluations += 1
            client.explain("f0", user)

    def _change(self) -> None:
        self._server.switch(f"f{random.randrange(FLAGS)}", enabled=random.random() < 0.5)
        self.changes += 1
        if self.changes % SHORT_LIVED_EVERY == 0:
            with flagbit.Client(self._server.url, server_key=self._server.key, stream=True) as client:
                client.wait_until_ready(30)
            urllib.request.urlopen(f"{self._server.url}/readyz", timeout=30).close()


def soak(seconds: float) -> int:
    with RealServer("--key-requests-per-second", "0") as server:
        for flag in range(FLAGS):
            server.create(f"f{flag}", enabled=True)
        pids = {"server": int(server.facts["pid"]), "clients": os.getpid()}
        with Load(server) as load:
            begin = time.monotonic()
            usages: list[dict[str, Usage]] = []
            for part in range(1, 5):
                time.sleep(max(0.0, begin + seconds * part / 4 - time.monotonic()))
                load.check()
                usages.append({name: Usage.of(pid) for name, pid in pids.items()})
                elapsed = time.monotonic() - begin
                for name, usage in usages[-1].items():
                    print(f"soak: {elapsed:6.0f} s, {name}: {usage}", flush=True)
            late = [client.status().state for client in load.clients if client.status().state != "ready"]
        grew = [f"{name}: {what}" for name in pids for what in usages[0][name].grew_to(usages[-1][name])]
        print(f"soak: {load.changes} changes, {load.evaluations} evaluations by {CLIENTS} clients in {seconds:.0f} s")
        problems = grew + [f"a client is {state}" for state in late]
        if load.changes == 0 or load.evaluations == 0:
            problems.append("nothing was changed or evaluated")
        print(f"soak: {'FAILED, grew or stopped: ' + '; '.join(problems) if problems else 'nothing grew'}")
        return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(soak(float(sys.argv[1])))

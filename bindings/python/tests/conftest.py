from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import flagbit

REPOSITORY = Path(__file__).resolve().parents[3]
# The servers of the tests.
sys.path.insert(0, str(REPOSITORY / "tests/kit"))

# scripts/test/python.sh runs all tests in both ways.
if "FLAGBIT_TEST_WAY" in os.environ:
    assert flagbit.native == (os.environ["FLAGBIT_TEST_WAY"] == "native")

SNAPSHOT = {
    "revision": "r1",
    "flags": [
        {"key": "always", "enabled": True, "default_enabled": True},
        {"key": "pro", "enabled": True, "rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]},
        {"key": "broken", "enabled": True, "rules": [{"operator": "percent", "value": 101}]},
        {"key": "off", "enabled": False},
    ],
}


def snapshot(**flags: bool) -> dict[str, object]:
    """A snapshot of flags that answer everybody the same."""
    return {"flags": {key: {"enabled": True, "default_enabled": on} for key, on in flags.items()}}


def eventually(condition: Callable[[], object], seconds: float = 10.0) -> bool:
    """Waits for a condition, and returns whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def listener_threads() -> int:
    return sum(thread.name == "flagbit-listeners" for thread in threading.enumerate())


@pytest.fixture
def client() -> Iterator[flagbit.Client]:
    with flagbit.Client.from_snapshot(SNAPSHOT) as client:
        yield client

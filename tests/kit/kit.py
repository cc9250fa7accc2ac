"""Stub servers and real servers for the tests of every language: `python3 tests/kit/kit.py`.

Reads one command a line from standard input, a JSON object, and writes one answer a line: {"ok": ...} or
{"error": "..."}. Ends when standard input closes, and ends all that it started. README.md has the commands.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from typing import Any, Protocol

from real import RealServer
from relay import Relay
from stub import Stub


class Running(Protocol):
    facts: dict[str, Any]

    def end(self) -> None: ...


class Kit:
    """Everything that runs, by the numbers that the answers to `stub`, `server` and `relay` gave."""

    def __init__(self) -> None:
        self._running: dict[int, Running] = {}
        self._makers: dict[str, Callable[..., Running]] = {"stub": Stub, "server": RealServer, "relay": Relay}

    def obey(self, command: dict[str, Any]) -> Any:
        do = command.pop("do", None)
        if make := self._makers.get(do):
            made = make(**command)
            number = len(self._running) + 1
            self._running[number] = made
            return {"number": number, **made.facts}
        number = command.pop("on", len(self._running))
        if number not in self._running:
            raise ValueError(f"nothing has the number {number}")
        method = getattr(self._running[number], str(do), None)
        if str(do).startswith("_") or not callable(method):
            raise ValueError(f"{type(self._running[number]).__name__} has no command {do!r}")
        return method(**command)

    def end(self) -> None:
        for one in self._running.values():
            one.end()


def main() -> None:
    kit = Kit()
    # Ctrl-C ends the test, whose end closes standard input. A signal that ends the kit alone ends its servers, too.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        for line in sys.stdin:
            answer: dict[str, Any]
            try:
                answer = {"ok": kit.obey(json.loads(line))}
            except Exception as error:  # Whatever a command does wrong, the test that sent it is told.
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)  # noqa: T201
    finally:
        kit.end()


if __name__ == "__main__":
    main()

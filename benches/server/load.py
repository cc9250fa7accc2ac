"""Loads servers with wrk in turn. A server that is slow, fails or ends gets remarks; the others are measured all the same."""

import json
import os
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from servers import Ask, Server

CONNECTIONS = 32
# An answer that takes longer counts as missing. wrk waits two seconds unless told otherwise.
TIMEOUT_SECONDS = 10
TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """A server could not be measured. The message says why."""


@dataclass
class Figures:
    """The figures of one server: one of each round, or None for a round that failed."""

    server: Server
    evaluations: list[dict[str, float] | None] = field(default_factory=list)
    unchanged: list[dict[str, float] | None] = field(default_factory=list)
    memory: float | None = None
    memory_after: float | None = None
    remarks: list[str] = field(default_factory=list)

    def remark(self, text: str) -> None:
        if text not in self.remarks:
            self.remarks.append(text)


def processor_seconds(server: Server) -> float:
    """The processor time that a server's process has used."""
    # The name may contain anything, also spaces and parentheses.
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def wrk(server: Server, ask: Ask, seconds: int, work: Path) -> dict[str, float]:
    """A load of one request for so long."""
    status, _, body = ask.send()
    if status != ask.status:
        raise Failure(f"answers {status}: {body[:80]!r}")
    (work / "headers").write_text("".join(f"{name}: {value}\n" for name, value in ask.headers.items()))
    (work / "body").write_text(ask.body)
    environment = os.environ | {
        "WRK_METHOD": ask.method,
        "WRK_STATUS": str(ask.status),
        "WRK_HEADERS": str(work / "headers"),
        "WRK_BODY": str(work / "body"),
    }
    script = str(Path(__file__).parent / "wrk.lua")
    limits = [f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", f"{TIMEOUT_SECONDS}s"]
    begin = processor_seconds(server)
    ran = subprocess.run(
        ["wrk", "-t1", *limits, "-s", script, ask.url], env=environment, capture_output=True, text=True,
        timeout=seconds + 3 * TIMEOUT_SECONDS, check=False,
    )  # fmt: skip
    used = processor_seconds(server) - begin
    if ran.returncode != 0:
        raise Failure(f"wrk ended with {ran.returncode}: {(ran.stderr or ran.stdout).strip()[:80]!r}")
    result = json.loads(ran.stdout.splitlines()[-1])
    if result["requests"] == 0:
        raise Failure(f"gives no answer within {TIMEOUT_SECONDS} s")
    return result | {"cpu_us": used * 1e6 / result["requests"]}


def attempt(
    figures: Figures, what: str, ask: Callable[[], Ask], seconds: int, work: Path
) -> dict[str, float] | None:
    """One load. What goes wrong becomes a remark."""
    try:
        result = wrk(figures.server, ask(), seconds, work)
    except (Failure, OSError, ValueError, IndexError, HTTPException, subprocess.SubprocessError) as error:
        figures.remark(f"{what}: {error}")
        return None
    if result["failed"] > 0:
        figures.remark(f"{what}: some answers failed or took longer than {TIMEOUT_SECONDS} s")
    return result


def load(servers: list[Server], rounds: int, seconds: int, work: Path) -> list[Figures]:
    """Each server's figures; they take turns, so that a slow minute of the machine is everybody's."""
    all_figures = [Figures(server, memory=server.memory()) for server in servers]
    for _ in range(rounds):
        for figures in all_figures:
            figures.evaluations.append(attempt(figures, "evaluations", figures.server.evaluation, seconds, work))
        for figures in all_figures:
            ask = lambda server=figures.server: server.snapshot().unchanged()
            figures.unchanged.append(attempt(figures, "304s", ask, seconds, work))
    for figures in all_figures:
        figures.memory_after = figures.server.memory()
    return all_figures


def median(results: list[dict[str, float] | None], name: str) -> float | None:
    found = [result[name] for result in results if result is not None]
    return statistics.median(found) if found else None

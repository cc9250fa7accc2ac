#!/usr/bin/env python3
"""Measures FlagBit's server and others in one run, and writes the table into docs/benchmarks.md.

`--short` only shows that everything works, and prints the table. See scripts/bench/server.sh.
"""

import json
import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

import flags
import postgres
from load import Figures, load, median
from servers import ROOT, FlagBit, GoFeatureFlag, NotStarted, Server, UnleashEdge, free_port

sys.path.insert(0, str(ROOT / "benches"))
from ratios import RUNS, shown  # noqa: E402

SHORT = "--short" in sys.argv
SECONDS, ROUNDS, WRITES = (1, 1, 3) if SHORT else (6, RUNS, 100)
WORK = ROOT / "build/server-bench"
PEERS = (GoFeatureFlag, UnleashEdge)
MISSING = "-"


def appears(write: Callable[[bool], None], reads: Callable[[], bool], writes: int) -> dict[str, float]:
    """Milliseconds from the beginning of a write to its appearance in another replica."""
    times = []
    for number in range(writes):
        value = number % 2 == 0
        begin = time.monotonic()
        write(value)
        while reads() != value:
            if time.monotonic() - begin > 30:
                raise TimeoutError("a write does not appear within 30 s")
        times.append((time.monotonic() - begin) * 1000)
    return {"median": statistics.median(times), "worst": max(times)}


def flagbit_replicas() -> dict[str, float]:
    with postgres.database(free_port()) as url:
        first = FlagBit(WORK / "first", url)
        second = FlagBit(WORK / "second", url, first.account)
        try:
            key = f"flags/{flags.MIDDLE}"

            def write(value: bool) -> None:
                status, _, body = first.manage(first.account, "PATCH", key, json.dumps({"enabled": value})).send()
                assert status == 200, body

            def reads() -> bool:
                return json.loads(second.evaluation().send()[2])["reason"] != "disabled"

            return appears(write, reads, WRITES)
        finally:
            first.stop()
            second.stop()


def file_replicas(kind: type[GoFeatureFlag] | type[UnleashEdge], text: Callable[[int], str], field: str) -> dict[str, float]:
    """Measures a server that has no replicas, but several processes that read one file every second."""
    (WORK / "shared").mkdir(exist_ok=True)
    file = WORK / "shared" / kind.__name__
    texts = {True: text(100), False: text(0)}
    file.write_text(texts[True])
    second = kind(WORK / "file-second", file)
    try:

        def write(value: bool) -> None:
            other = file.with_suffix(".new")
            other.write_text(texts[value])
            other.rename(file)

        def reads() -> bool:
            return json.loads(second.evaluation().send()[2])[field]

        return appears(write, reads, 3 if SHORT else 20)
    finally:
        second.stop()


def number(value: float | None, digits: int) -> str:
    return MISSING if value is None else f"{value:,.{digits}f}"


def times(above: list, below: list, field: str) -> str:
    """How many times as much the first has in each round in which both have something."""
    pairs = zip(above, below, strict=True)
    ratios = [one[field] / other[field] for one, other in pairs if one and other and one[field] > 0 < other[field]]
    return shown(ratios) if ratios else MISSING


def loaded(ours: list, theirs: list) -> list[str]:
    """The cells of one kind of load: a higher rate is better, and less processor time."""
    return [
        number(median(theirs, "rate"), 0),
        times(ours, theirs, "rate"),
        number(median(theirs, "cpu_us"), 1),
        times(theirs, ours, "cpu_us"),
    ]


def cells(ours: Figures, theirs: Figures) -> list[str]:
    milliseconds = [median(theirs.evaluations, field) for field in ("p50_us", "p99_us")]
    return [
        *loaded(ours.evaluations, theirs.evaluations),
        *(number(value and value / 1000, 2) for value in milliseconds),
        *loaded(ours.unchanged, theirs.unchanged),
        number(theirs.memory, 0),
        number(theirs.memory_after, 0),
    ]


COLUMNS = [
    "server", "evaluations/s", "times", "CPU, µs each", "times", "p50, ms", "p99, ms",
    "304s/s", "times", "CPU, µs each", "times", "memory, MiB", "after the load",
    "write seen by another replica, ms: median / worst", "remarks",
]  # fmt: skip


def table(rows: list[list[str]]) -> str:
    lines = [COLUMNS, ["---"] * len(COLUMNS), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def replicas(of: Callable[[], dict[str, float]], remarks: list[str]) -> str:
    try:
        seen = of()
    except (NotStarted, OSError, ValueError, KeyError, HTTPException) as error:
        remarks.append(f"replicas: {error}")
        return MISSING
    return f"{seen['median']:.0f} / {seen['worst']:.0f}"


REPLICAS: dict[str, Callable[[], dict[str, float]]] = {
    FlagBit.name: flagbit_replicas,
    GoFeatureFlag.name: lambda: file_replicas(GoFeatureFlag, flags.go_feature_flag, "value"),
    UnleashEdge.name: lambda: file_replicas(UnleashEdge, flags.unleash, "enabled"),
}


def measure() -> list[list[str]]:
    """The rows of the table. A peer that cannot be measured has a row that says so."""
    servers: list[Server] = []
    missing: dict[str, str] = {}
    try:
        servers.append(FlagBit(WORK / "FlagBit"))
        for kind in PEERS:
            try:
                servers.append(kind(WORK / kind.__name__))
            except (NotStarted, OSError) as error:
                missing[kind.name] = str(error)
        ours, *theirs = load(servers, ROUNDS, SECONDS, WORK)
    finally:
        for server in servers:
            server.stop()
    rows = []
    for figures in (ours, *theirs):
        seen = replicas(REPLICAS[figures.server.name], figures.remarks)
        rows.append([figures.server.name, *cells(ours, figures), seen, "; ".join(figures.remarks) or MISSING])
    empty = [MISSING] * (len(COLUMNS) - 2)
    return rows + [[name, *empty, reason] for name, reason in missing.items()]


def main() -> None:
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    text = table(measure())
    print(text)
    if not SHORT:
        document = ROOT / "docs/benchmarks.md"
        marked = re.compile(r"(<!-- servers -->\n).*?(<!-- /servers -->)", re.S)
        document.write_text(marked.sub(lambda match: f"{match.group(1)}\n{text}\n\n{match.group(2)}", document.read_text()))


if __name__ == "__main__":
    main()

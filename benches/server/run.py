#!/usr/bin/env python3
"""Measures FlagBit's server and others in one run, and writes the table into docs/benchmarks.md.

`--short` only shows that everything works, and prints the table. See scripts/bench/server.sh.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import flags
import postgres
from servers import ROOT, Ask, FlagBit, GoFeatureFlag, Server, UnleashEdge, free_port

SHORT = "--short" in sys.argv
SECONDS, ROUNDS, WRITES = (1, 1, 3) if SHORT else (10, 3, 100)
CONNECTIONS = 32
WORK = ROOT / "build/server-bench"


def wrk(ask: Ask) -> dict[str, float]:
    """A load on one request. Fails if any answer is wrong."""
    status, _, body = ask.send()
    assert status == ask.status, (ask.url, status, body[:200])
    (WORK / "headers").write_text("".join(f"{name}: {value}\n" for name, value in ask.headers.items()))
    (WORK / "body").write_text(ask.body)
    environment = os.environ | {
        "WRK_METHOD": ask.method,
        "WRK_STATUS": str(ask.status),
        "WRK_HEADERS": str(WORK / "headers"),
        "WRK_BODY": str(WORK / "body"),
    }
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(Path(__file__).parent / "wrk.lua"), ask.url]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    result = json.loads(output.splitlines()[-1])
    assert result["failed"] == 0, (ask.url, result, output)
    return result


def median_of(results: list[dict[str, float]], field: str) -> float:
    return statistics.median(result[field] for result in results)


def load(servers: list[Server]) -> dict[str, dict[str, float]]:
    """Each server's figures; they take turns, so that a slow minute of the machine is everybody's."""
    evaluations: dict[str, list] = {server.name: [] for server in servers}
    unchanged: dict[str, list] = {server.name: [] for server in servers}
    fresh = {server.name: server.memory() for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            evaluations[server.name].append(wrk(server.evaluation()))
        for server in servers:
            unchanged[server.name].append(wrk(server.snapshot().unchanged()))
    return {
        server.name: {
            "evaluations": median_of(evaluations[server.name], "rate"),
            "p50": median_of(evaluations[server.name], "p50_us"),
            "p99": median_of(evaluations[server.name], "p99_us"),
            "unchanged": median_of(unchanged[server.name], "rate"),
            "memory": fresh[server.name],
            "memory_after": server.memory(),
        }
        for server in servers
    }


def appears(write: Callable[[bool], None], reads: Callable[[], bool], writes: int) -> dict[str, float]:
    """Milliseconds from the beginning of a write to its appearance in another replica."""
    times = []
    for number in range(writes):
        value = number % 2 == 0
        begin = time.monotonic()
        write(value)
        while reads() != value:
            assert time.monotonic() - begin < 30, "the write does not appear"
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


def table(results: dict[str, dict[str, float]], replicas: dict[str, dict[str, float]]) -> str:
    ours = results["FlagBit"]
    lines = [
        "| server | evaluations/s | times | p50, ms | p99, ms | 304s/s | times | memory, MiB | after the load | "
        "write seen by another replica, ms: median / worst |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, result in results.items():
        seen = replicas[name]
        cells = [
            name,
            f"{result['evaluations']:,.0f}",
            f"{ours['evaluations'] / result['evaluations']:.1f}",
            f"{result['p50'] / 1000:.2f}",
            f"{result['p99'] / 1000:.2f}",
            f"{result['unchanged']:,.0f}",
            f"{ours['unchanged'] / result['unchanged']:.1f}",
            f"{result['memory']:.0f}",
            f"{result['memory_after']:.0f}",
            f"{seen['median']:.0f} / {seen['worst']:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    servers: list[Server] = []
    try:
        for kind in (FlagBit, GoFeatureFlag, UnleashEdge):
            servers.append(kind(WORK / kind.__name__))
        results = load(servers)
    finally:
        for server in servers:
            server.stop()
    replicas = {
        "FlagBit": flagbit_replicas(),
        GoFeatureFlag.name: file_replicas(GoFeatureFlag, flags.go_feature_flag, "value"),
        UnleashEdge.name: file_replicas(UnleashEdge, flags.unleash, "enabled"),
    }
    text = table(results, replicas)
    print(text)
    if not SHORT:
        document = ROOT / "docs/benchmarks.md"
        marked = re.compile(r"(<!-- servers -->\n).*?(<!-- /servers -->)", re.S)
        document.write_text(marked.sub(lambda match: f"{match.group(1)}\n{text}\n\n{match.group(2)}", document.read_text()))


if __name__ == "__main__":
    main()

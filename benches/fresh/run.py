#!/usr/bin/env python3
"""run.py RESULTS DOCUMENT [--short] [--writes]: measures clients of the server whose binary FLAGBIT_SERVER names, and
puts the tables between the markers of DOCUMENT. `--short` only shows that everything works, and prints the tables
instead. `--writes` measures writes to 10,000 flags alone, and prints the tables.

Each table has a server and a database of its own, on the loopback.
"""
import contextlib
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "benches"), str(ROOT / "benches/server"), str(ROOT / "tests/kit")]
import postgres  # noqa: E402
import report  # noqa: E402
from flagbit_kit import RealServer  # noqa: E402
from servers import free_port  # noqa: E402

COUNTRIES = ["AU", "BR", "CA", "CN", "DE", "IN", "JP", "MX", "NZ", "ZA"]
FLIPPED = {"key": "flipped", "enabled": False, "default_enabled": True}
HEADERS = {
    "flips": "| milliseconds until a change is seen | changes | p50 | p99 | max |\n|---|---|---|---|---|",
    "imports": "| milliseconds | imports | an import, p50 | another write meanwhile, p50 | max |\n|---|---|---|---|---|",
    "swaps": "| nanoseconds of one evaluation | millions | p50 | p99 | p99.9 | max, µs | over 50 µs |\n"
             "|---|---|---|---|---|---|---|",
    "cost": "| what | measured |\n|---|---|",
}


def many_flags(count):
    """The peers are measured with the same flags: three rules each."""
    rules = [
        {"attribute": "country", "operator": "in", "value": COUNTRIES},
        {"attribute": "plan", "operator": "eq", "value": "pro"},
        {"operator": "percent", "value": 30},
    ]
    return [{"key": f"flag_{number}", "enabled": True, "rules": rules} for number in range(count - 1)] + [FLIPPED]


@contextlib.contextmanager
def server(flags, processor=None, database=None):
    """Starts a server with these flags, and returns what the measuring program must know of it."""
    with RealServer("--log-level", "warn", database=database) as one:
        if processor is not None:
            # All its threads.
            subprocess.run(["taskset", "-acp", str(processor), str(one.facts["pid"])], check=True, stdout=subprocess.DEVNULL)
        one.of_project("PUT", "/snapshot", {"flags": flags})
        yield {"BENCH_URL": one.url, "BENCH_SERVER_KEY": one.key, "BENCH_API_KEY": one.api_key,
               "BENCH_PROJECT": str(one.project)}


def measure(variables, what, *count):
    command = ["cargo", "bench", "--quiet", "--bench", "fresh", "--", what, *map(str, count)]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | variables, stdout=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(f"measuring {what} failed")
    return run.stdout.strip()


def writes(flips, imports):
    """Returns the tables of writes to 10,000 flags."""
    with server(many_flags(10_000)) as large:
        yield "flips", measure(large, "streaming", flips).replace("| streaming", "| streaming, 10,000 flags")
    with server([]) as empty:
        yield "imports", measure(empty, "imports", imports).replace("| an import", "| SQLite: an import")
    with postgres.database(free_port()) as url, server([], database=url) as empty:
        yield "imports", measure(empty, "imports", imports).replace("| an import", "| PostgreSQL: an import")


def tables(short, only_writes):
    """Returns the name and the rows of each table."""
    if only_writes:
        yield from writes(*((20, 2) if short else (500, 10)))
        return
    flips, polls, seconds, clients, refreshes = (20, 3, 2, 10, 200) if short else (500, 30, 30, 50, 10_000)
    with server([FLIPPED]) as small:
        yield "flips", measure(small, "streaming", flips)
        yield "flips", measure(small, "polling", polls)
    yield from writes(flips, 2 if short else 10)
    with server(many_flags(10_000), processor=1) as large:
        yield "swaps", measure(large, "swaps", seconds)
    with server([FLIPPED]) as small:
        costs = [["wire"], ["polling-clients", clients], ["streaming-clients", clients], ["refreshes", refreshes]]
        for what, *count in costs:
            yield "cost", measure(small, what, *count)


def main():
    results, document = map(pathlib.Path, sys.argv[1:3])
    parts = {"fresh-machine": report.machine(results)}
    only_writes = "--writes" in sys.argv
    for name, rows in tables("--short" in sys.argv, only_writes):
        print(f"{name}:\n{rows}", flush=True)
        parts[name] = f"{parts.get(name, HEADERS[name])}\n{rows}"
    if "--short" not in sys.argv and not only_writes:
        report.put(document, parts)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""report.py RESULTS DOCUMENT: put what the measuring programs printed between the document's markers, with the goals.

Each program ran several times, in turn with the others. Times in the tables are "median / minimum": the median of the
runs' medians, and the smallest minimum. Ratios are those of one run, with their spread over all runs.
"""
import datetime
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

from ratios import RUNS, at_least, goal, goals_table, shown

ALLOCATING = "built in the call"
FLAGBIT, UNLEASH, EPPO, DATALOGIC = "FlagBit", "unleash-yggdrasil", "eppo_core", "datalogic-rs"
# Node's GrowthBook, by the same subtraction: the leanest that we have measured in any language.
LEANEST_MIB = 14


def cells_of(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def tables(text):
    """The Markdown tables of a text, each {first cell of a row: {column: cell}}."""
    for block in text.strip().split("\n\n"):
        header, _, *rows = map(cells_of, block.splitlines())
        yield {row[0]: dict(zip(header, row)) for row in rows}


def merged(texts):
    """One text of the same tables from several runs."""
    lines = zip(*(text.strip().splitlines() for text in texts), strict=True)
    return "\n".join(merged_line(same) for same in lines)


def merged_line(lines):
    if len(set(lines)) == 1:
        return lines[0]
    return f"| {' | '.join(map(merged_cell, zip(*map(cells_of, lines), strict=True)))} |"


def merged_cell(cells):
    if len(set(cells)) == 1:
        return cells[0]
    middle, *least = zip(*(map(float, cell.split("/")) for cell in cells), strict=True)
    return " / ".join(f"{value:.1f}" for value in (statistics.median(middle), *map(min, least)))


def row(table, name):
    return next(cells for first, cells in table.items() if first.startswith(name))


def median(cells, column):
    return float(cells[column].split("/")[0])


def ratio(table, peer, column):
    """How many times as fast as a peer FlagBit is."""
    return median(row(table, peer), column) / median(row(table, FLAGBIT), column)


def goals(rust, c, peers):
    """The goals, from each run's texts of the programs."""
    evaluations, percentages, loads = zip(*map(tables, peers), strict=True)
    counts = [cells["allocations"] for name, cells in next(tables(c[0])).items() if ALLOCATING not in name]
    allocating = len(counts) - counts.count("0")
    yield "no allocation in an evaluation", f"{allocating} of {len(counts)} kinds allocate", "**no**" if allocating else "yes"

    for peer in (UNLEASH, EPPO):
        ratios = [min(ratio(run, peer, f"prebuilt, {flags}") for flags in (100, 10_000)) for run in evaluations]
        yield at_least(3, f"the three rules, prebuilt context: at least 3 times as fast as {peer}", ratios)
    ratios = [min(ratio(run, DATALOGIC, f"prebuilt, {flags}") for flags in (100, 10_000)) for run in evaluations]
    yield at_least(1, f"the three rules, prebuilt context: no slower than {DATALOGIC}", ratios)

    block = "one raw SHA-256 block, laid out in the call"
    ratios = [median(row(run, FLAGBIT), "ns") / median(row(run, block), "ns") for run in percentages]
    yield goal(f"a percentage: under 1.5 times {block}", ratios, lambda times: times < 1.5, "times", 2)

    yield at_least(
        7, f"loading 10,000 flags: at least 7 times as fast as {EPPO}", [ratio(run, EPPO, "load, ms") for run in loads]
    )
    memory = [[(name, float(cells["memory, MiB"])) for name, cells in run.items()] for run in loads]
    least = min(LEANEST_MIB, *(used for run in memory for name, used in run if not name.startswith(FLAGBIT)))
    ours = [used for run in memory for name, used in run if name.startswith(FLAGBIT)]
    words = f"10,000 flags: less memory than any peer ({least:.0f} MiB at best)"
    yield goal(words, ours, lambda used: used < least, "MiB")

    sizes = [list(tables(text))[1] for text in rust]
    growth = [median(run["100000"], "one flag, ns") / median(run["100"], "one flag, ns") for run in sizes]
    words = "one evaluation costs the same at 100 and at 100,000 flags (within 10%)"
    yield goal(words, growth, lambda times: times < 1.1, "times", 2)


def peers_with_ratios(texts):
    """The tables of the peers, and each time of an evaluation as a multiple of FlagBit's."""
    first, *rest = merged(texts).split("\n\n")
    runs = [next(tables(text)) for text in texts]
    columns = [column for column in row(runs[0], FLAGBIT) if column != "peer"]
    lines = [
        f"| {name} | {' | '.join(shown([ratio(run, name, column) for run in runs]) for column in columns)} |"
        for name in runs[0]
    ]
    ratios = [f"| times FlagBit's median | {' | '.join(columns)} |", "|---|" + "---|" * len(columns), *lines]
    return "\n\n".join([first, "\n".join(ratios), *rest])


def machine(results):
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    compiler = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    load = (results / "load").read_text().strip()
    return (f"{os.cpu_count()} cores of {cpu.group(1) if cpu else platform.machine()}; "
            f"{system}; rustc {compiler}; load average at the start {load}; {datetime.date.today()}.")


def put(document, parts):
    """Each part between the markers of its name."""
    text = document.read_text()
    for name, part in parts.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.S)
        text = marked.sub(lambda match: f"{match.group(1)}\n{part}\n\n{match.group(2)}", text)
    document.write_text(text)


def main():
    results, document = map(pathlib.Path, sys.argv[1:])
    of = lambda name: [(results / f"{name}-{run}.md").read_text().strip() for run in range(1, RUNS + 1)]
    rust, c, peers = map(of, ("rust", "c", "peers"))
    parts = {
        "machine": machine(results),
        "goals": goals_table(goals(rust, c, peers)),
        "peers": peers_with_ratios(peers),
        "c": merged(c),
        "rust": merged(rust),
        "model": merged(of("model")),
    }
    put(document, parts)
    print(parts["goals"])


if __name__ == "__main__":
    main()

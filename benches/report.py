#!/usr/bin/env python3
"""report.py RESULTS DOCUMENT: put what the measuring programs printed between the document's markers, with the goals.

Times in the tables are "median / minimum"; goals are judged by medians.
"""
import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys

ALLOCATING = "built in the call"
FLAGBIT, UNLEASH, EPPO, DATALOGIC = "FlagBit", "unleash-yggdrasil", "eppo_core", "datalogic-rs"
# Node's GrowthBook, by the same subtraction: the leanest that we have measured in any language.
LEANEST_MIB = 14


def tables(text):
    """The Markdown tables of a text, each {first cell of a row: {column: cell}}."""
    for block in text.strip().split("\n\n"):
        header, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        yield {row[0]: dict(zip(header, row)) for row in rows}


def row(table, name):
    return next(cells for first, cells in table.items() if first.startswith(name))


def median(cells, column):
    return float(cells[column].split("/")[0])


def goals(rust, c, peers):
    """Goal, what was measured, whether it holds."""
    _, sizes = tables(rust)
    (c_cells,) = tables(c)
    evaluations, percentages, loads = tables(peers)
    ours = {column: median(row(evaluations, FLAGBIT), column) for column in ("prebuilt, 100", "prebuilt, 10000")}

    counts = [cells["allocations"] for name, cells in c_cells.items() if ALLOCATING not in name]
    allocating = len(counts) - counts.count("0")
    yield "no allocation in an evaluation", f"{allocating} of {len(counts)} kinds allocate", allocating == 0

    for peer, least, words in ((UNLEASH, 3, "at least 3 times as fast as"), (EPPO, 3, "at least 3 times as fast as"),
                               (DATALOGIC, 1, "no slower than")):
        ratio = min(median(row(evaluations, peer), column) / time for column, time in ours.items())
        yield f"prebuilt context: {words} {peer}", f"{ratio:.1f} times as fast", ratio >= least

    percentage = median(row(percentages, FLAGBIT), "ns")
    for block in ("laid out in the call", "laid out before"):
        name = f"one raw SHA-256 block, {block}"
        ratio = percentage / median(row(percentages, name), "ns")
        yield f"a percentage: under 1.5 times {name}", f"{ratio:.2f} times", ratio < 1.5

    load = median(row(loads, EPPO), "load, ms") / median(row(loads, FLAGBIT), "load, ms")
    yield f"loading 10,000 flags: at least 7 times as fast as {EPPO}", f"{load:.1f} times as fast", load >= 7
    memory = {name: float(cells["memory, MiB"]) for name, cells in loads.items()}
    mine = row(loads, FLAGBIT)["memory, MiB"]
    others = [used for name, used in memory.items() if not name.startswith(FLAGBIT)]
    least = min(LEANEST_MIB, *others)
    yield f"10,000 flags: less memory than any peer ({least:.0f} MiB at best)", f"{mine} MiB", float(mine) < least

    growth = median(row(sizes, "100000"), "one flag, ns") / median(sizes["100"], "one flag, ns")
    yield "one evaluation costs the same at 100 and at 100,000 flags (within 10%)", f"{growth:.2f} times", growth < 1.1


def goals_table(texts):
    lines = [f"| {goal} | {measured} | {'yes' if holds else '**no**'} |" for goal, measured, holds in goals(*texts)]
    return "\n".join(["| goal | measured | holds |", "|---|---|---|", *lines])


def peers_with_ratios(text):
    """The table of evaluations, each time also as a multiple of FlagBit's."""
    first, *rest = text.strip().split("\n\n")
    evaluations = next(tables(first))
    ours = row(evaluations, FLAGBIT)
    columns = [column for column in ours if column != "peer"]
    ratio = lambda cells, column: f"{median(cells, column) / median(ours, column):.1f}"
    lines = [f"| {name} | {' | '.join(ratio(cells, column) for column in columns)} |"
             for name, cells in evaluations.items()]
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
    rust, c, peers = texts = [(results / f"{name}.md").read_text().strip() for name in ("rust", "c", "peers")]
    parts = {"machine": machine(results), "goals": goals_table(texts), "peers": peers_with_ratios(peers),
             "c": c, "rust": rust, "model": (results / "model.md").read_text().strip()}
    put(document, parts)
    print(parts["goals"])


if __name__ == "__main__":
    main()

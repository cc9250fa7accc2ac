#!/usr/bin/env python3
"""Measures the Python, Go and Node bindings and their peers, and writes the tables into docs/benchmarks.md.

All programs run at once, and one at a time takes a short sample, so that a bad minute of the machine falls on all. They
are started anew for each of several runs: a process keeps what its compiler and its memory happened to become.
`--short` only shows that everything works, and prints the tables. See scripts/bench/languages.sh.
"""

import os
import statistics
import subprocess
import sys

from program import BUILD, DATA, HERE, PEERS, PLAIN, Program
from workload import write

sys.path.insert(0, str(HERE.parent))
from ratios import RUNS, at_least, goals_table, shown
from report import machine, put

SHORT = "--short" in sys.argv
ROUNDS, MILLISECONDS = (3, 1) if SHORT else (12, 10)
CELLS = ("dict", "prebuilt", "on", "off")
# How many times as fast as which peer, with what cell of ours. These peers have no prebuilt context: their cell is
# always the plain one.
GOALS = (
    ("Python", "dict", 3, "eppo"),
    ("Python", "prebuilt", 4, "eppo"),
    ("Go", "dict", 5, "growthbook"),
    ("Node", "dict", 2, "flagd"),
    ("Node", "prebuilt", 4, "flagd"),
)
VERSIONS = {"Python": [BUILD / "python/bin/python", "-V"], "Node": ["node", "-v"], "Go": ["go", "version"]}


def run():
    """One run of all programs."""
    programs = {language: [Program(language, peer) for peer in peers] for language, peers in PEERS.items()}
    for _ in range(ROUNDS):
        for language in programs:
            for cell in CELLS:
                for program in programs[language]:
                    if cell in program.samples:
                        program.sample(cell, MILLISECONDS)
    for each in programs.values():
        for program in each:
            program.end()
    return programs


def number(value):
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.1f}"


def medians(programs, cell):
    """The median of each run; none if the program does not have the cell."""
    return [statistics.median(program.samples[cell]) for program in programs if cell in program.samples]


def time(programs, cell):
    least = [min(program.samples[cell]) for program in programs if cell in program.samples]
    return f"{number(statistics.median(medians(programs, cell)))} / {number(min(least))}" if least else "-"


def ratios(programs, cell, ours, our_cell):
    return [theirs / mine for theirs, mine in zip(medians(programs, cell), medians(ours, our_cell), strict=True)]


def table(corner, columns, rows):
    lines = [[corner, *columns], ["---"] * (len(columns) + 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables(language, runs):
    columns = [PLAIN[language], *CELLS[1:]]
    peers = list(zip(*(programs[language] for programs in runs), strict=True))
    times, multiples = [], []
    for programs in peers:
        times.append([programs[0].name, *(time(programs, cell) for cell in CELLS), str(programs[0].on["dict"])])
        found = (ratios(programs, cell, peers[0], cell) for cell in CELLS)
        multiples.append([programs[0].name, *(shown(each, 2) if each else "-" for each in found)])
    first = table(f"{language}, ns", [*columns, "on of 1,000"], times)
    return f"{first}\n\n{table('times the median of FlagBit', columns, multiples)}"


def goals(runs):
    for language, cell, least, peer in GOALS:
        peers = dict(zip(PEERS[language], zip(*(programs[language] for programs in runs), strict=True), strict=True))
        theirs = peers[peer]
        shape = PLAIN[language] if cell == "dict" else cell
        words = f"{language}, {shape}: at least {least} times as fast as {theirs[0].name} with its {PLAIN[language]}"
        yield at_least(least, words, ratios(theirs, "dict", peers["flagbit"], cell))


def version(language):
    said = subprocess.run(VERSIONS[language], capture_output=True, text=True, check=True).stdout
    return f"{language} {said.replace('go version go', '').replace(language, '').split()[0].lstrip('v')}"


def main():
    write(DATA)
    (BUILD / "load").write_text(f"{os.getloadavg()[0]:.2f}")
    runs = [run() for _ in range(1 if SHORT else RUNS)]
    parts = {f"in-{language.lower()}": tables(language, runs) for language in PEERS}
    parts["in-goals"] = goals_table(goals(runs))
    sys.stdout.write("\n\n".join(parts.values()) + "\n")
    if not SHORT:
        parts["in-machine"] = f"{', '.join(map(version, PEERS))}; {machine(BUILD)}"
        put(HERE.parents[1] / "docs/benchmarks.md", parts)


if __name__ == "__main__":
    main()

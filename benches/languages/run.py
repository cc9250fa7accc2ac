#!/usr/bin/env python3
"""Measures the Python, Go and Node bindings and their peers, and writes the tables into docs/benchmarks.md.

All programs run at once, and one at a time takes a short sample, so that a bad minute of the machine falls on all.
`--short` only shows that everything works, and prints the tables. See scripts/bench/languages.sh.
"""

import os
import statistics
import subprocess
import sys

from program import BUILD, DATA, HERE, PEERS, PLAIN, Program
from workload import write

sys.path.insert(0, str(HERE.parent))
from report import machine, put

SHORT = "--short" in sys.argv
ROUNDS, MILLISECONDS = (3, 1) if SHORT else (60, 10)
CELLS = ("dict", "prebuilt", "on", "off")
VERSIONS = {"Python": [BUILD / "python/bin/python", "-V"], "Node": ["node", "-v"], "Go": ["go", "version"]}


def measure(programs):
    for _ in range(ROUNDS):
        for language in programs:
            for cell in CELLS:
                for program in programs[language]:
                    if cell in program.samples:
                        program.sample(cell, MILLISECONDS)


def number(value):
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.1f}"


def time(samples):
    return f"{number(statistics.median(samples))} / {number(min(samples))}" if samples else "-"


def ratio(samples, ours):
    return f"{statistics.median(samples) / statistics.median(ours):.2f}" if samples else "-"


def table(corner, columns, rows):
    lines = [[corner, *columns], ["---"] * (len(columns) + 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables(language, programs):
    columns = [PLAIN[language], *CELLS[1:]]
    ours = programs[0].samples
    times, ratios = [], []
    for program in programs:
        samples = {cell: program.samples.get(cell) for cell in CELLS}
        times.append([program.name, *(time(samples[cell]) for cell in CELLS), str(program.on["dict"])])
        ratios.append([program.name, *(ratio(samples[cell], ours[cell]) for cell in CELLS)])
    first = table(f"{language}, ns", [*columns, "on of 1,000"], times)
    return f"{first}\n\n{table('times the median of FlagBit', columns, ratios)}"


def version(language):
    said = subprocess.run(VERSIONS[language], capture_output=True, text=True, check=True).stdout
    return f"{language} {said.replace('go version go', '').replace(language, '').split()[0].lstrip('v')}"


def main():
    write(DATA)
    (BUILD / "load").write_text(f"{os.getloadavg()[0]:.2f}")
    programs = {language: [Program(language, peer) for peer in peers] for language, peers in PEERS.items()}
    measure(programs)
    for each in programs.values():
        for program in each:
            program.end()
    parts = {f"in-{language.lower()}": tables(language, each) for language, each in programs.items()}
    sys.stdout.write("\n\n".join(parts.values()) + "\n")
    if not SHORT:
        parts["in-machine"] = f"{', '.join(map(version, PEERS))}; {machine(BUILD)}"
        put(HERE.parents[1] / "docs/benchmarks.md", parts)


if __name__ == "__main__":
    main()

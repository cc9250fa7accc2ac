#!/usr/bin/env python3
"""report.py RESULTS RUNS [--short]: puts what programs printed into docs/benchmarks.md; `--short` prints it instead.

The first line of each language is the SDK with a provider that does nothing: its own share. What a provider adds, and
its ratio to FlagBit's, are those of one run; medians over all runs are shown.
"""

import json
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benches"))
from ratios import goal, goals_table, shown  # noqa: E402
from report import machine, put  # noqa: E402

OURS = "FlagBit"
WITHOUT_RULES = "; a flag without rules"


def read(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        # The SDK's share varies more than providers differ, so these were measured without it.
        line["added"] = line.get("alone", line["ns"] - lines[0]["ns"])
    return lines


def named(lines, start, end=""):
    return next(line for line in lines if line["name"].startswith(start) and line["name"].endswith(end))


def table(language, runs):
    rows = [f"| {language}, ns | a call | the provider | times FlagBit's |", "| --- | --- | --- | --- |"]
    for same in zip(*runs, strict=True):
        call, added = (statistics.median(line[field] for line in same) for field in ("ns", "added"))
        ratios = [line["added"] / named(lines, OURS)["added"] for line, lines in zip(same, runs, strict=True)]
        rows.append(f"| {same[0]['name']} | {call:,.0f} | {added:,.0f} | {shown(ratios, 2)} |")
    return "\n".join(rows)


def goals(python):
    peer = "openfeature-provider-flagd"
    added = [[named(lines, name, WITHOUT_RULES)["added"] for name in (OURS, peer)] for lines in python]
    words = "Python, a flag without rules: the provider adds at most half of what flagd's adds"
    yield goal(words, [ours / theirs for ours, theirs in added], lambda ratio: ratio <= 0.5, "times flagd's", 2)


def main():
    results, count = Path(sys.argv[1]), int(sys.argv[2])
    runs = {
        language: [read(results / f"{language.lower()}-{run}.jsonl") for run in range(1, count + 1)]
        for language in ("Python", "Go", "Node")
    }
    parts = {f"openfeature-{language.lower()}": table(language, each) for language, each in runs.items()}
    parts["openfeature-goals"] = goals_table(goals(runs["Python"]))
    if "--short" in sys.argv:
        sys.stdout.write("\n\n".join(parts.values()) + "\n")
    else:
        put(ROOT / "docs/benchmarks.md", {"openfeature-machine": machine(results), **parts})


if __name__ == "__main__":
    main()

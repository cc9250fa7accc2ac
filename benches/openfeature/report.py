#!/usr/bin/env python3
"""report.py RESULTS [--short]: puts what the programs printed into docs/benchmarks.md; `--short` prints the tables instead.

The first line of each language is the SDK with a provider that does nothing: its own share.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benches"))
from report import machine, put  # noqa: E402


def rules(line):
    """Whether it is a call through the SDK about the flag with rules."""
    return line.get("flag", "flag_0") == "flag_0" and line.get("through_sdk", True)


def table(language, lines):
    own, ours = lines[0]["ns"], next(line["ns"] for line in lines if line["name"].startswith("FlagBit"))
    rows = [f"| {language}, ns | a call | beyond the SDK | times FlagBit's |", "| --- | --- | --- | --- |"]
    for line in lines:
        beyond = line["ns"] - own
        ratio = f"{beyond / (ours - own):.2f}" if beyond > 0 else "-"
        rows.append(f"| {line['name']} | {line['ns']:,.0f} | {beyond:,.0f} | {ratio} |")
    return "\n".join(rows)


def main():
    results = Path(sys.argv[1])
    parts = {}
    for language in ("Python", "Go", "Node"):
        lines = map(json.loads, (results / f"{language.lower()}.jsonl").read_text().splitlines())
        parts[f"openfeature-{language.lower()}"] = table(language, list(filter(rules, lines)))
    if "--short" in sys.argv:
        sys.stdout.write("\n\n".join(parts.values()) + "\n")
    else:
        put(ROOT / "docs/benchmarks.md", {"openfeature-machine": machine(results), **parts})


if __name__ == "__main__":
    main()

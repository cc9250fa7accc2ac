#!/usr/bin/env python3
"""report.py RESULTS [--short]: puts what the programs printed into docs/benchmarks.md; `--short` prints it instead.

The first line of each language is the SDK with a provider that does nothing: its own share.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benches"))
from report import machine, put  # noqa: E402


def table(language, lines):
    own = lines[0]["ns"]
    for line in lines:
        # The SDK's share varies more than providers differ, so these were measured without it.
        line["added"] = line.get("alone", line["ns"] - own)
    ours = next(line["added"] for line in lines if line["name"].startswith("FlagBit"))
    rows = [f"| {language}, ns | a call | the provider | times FlagBit's |", "| --- | --- | --- | --- |"]
    for line in lines:
        ratio = f"{line['added'] / ours:.2f}"
        rows.append(f"| {line['name']} | {line['ns']:,.0f} | {line['added']:,.0f} | {ratio} |")
    return "\n".join(rows)


def main():
    results = Path(sys.argv[1])
    parts = {}
    for language in ("Python", "Go", "Node"):
        lines = (results / f"{language.lower()}.jsonl").read_text().splitlines()
        parts[f"openfeature-{language.lower()}"] = table(language, list(map(json.loads, lines)))
    if "--short" in sys.argv:
        sys.stdout.write("\n\n".join(parts.values()) + "\n")
    else:
        put(ROOT / "docs/benchmarks.md", {"openfeature-machine": machine(results), **parts})


if __name__ == "__main__":
    main()

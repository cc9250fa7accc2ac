"""Compares counted instructions with benches/instructions.json: compare.py COUNTS FEATURES LIBRARY_BYTES.

The table's "before" is the cost of the base hot paths before typed flags, segments and the rest were added: a flag that
uses none of them must not pay for them. The "before" of a call that came later is its first count. Counts repeat exactly on one build. But another compiler makes other code, and
on another processor the libraries choose other code. So the tolerance is wider if the compiler or the processor differs
from those that the table was measured with.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).parent.parent / "instructions.json"
TOLERANCE = 0.04
# Reading 1,000 flags allocates, and hashes with seeds of its own: a little less steady.
LOAD_TOLERANCE = 0.05
# Another compiler or processor than the table's.
FOREIGN_TOLERANCE = 0.25
LEAST = 3
# The stripped library is smaller than this.
LIBRARY_BYTES = 5_000_000


def read_counts(path):
    """Case to instructions a call: the smallest of the rounds, each the difference of many calls and few."""
    counts, few, name = {}, None, None
    for line in Path(path).read_text().splitlines():
        if dump := re.fullmatch(r"desc: Trigger: Client Request: (.*)\|(\d+)\|(few|many)", line):
            name, calls, step = dump[1], int(dump[2]), dump[3]
        elif line.startswith("totals: ") and name is not None:
            total = int(line.removeprefix("totals: "))
            if step == "few":
                few = (calls, total)
            else:
                a_call = round((total - few[1]) / (calls - few[0]))
                counts[name] = min(counts.get(name, a_call), a_call)
            name = None
    return counts


def allowed(name, before, foreign):
    share = FOREIGN_TOLERANCE if foreign else LOAD_TOLERANCE if name.startswith("load") else TOLERANCE
    return before + max(LEAST, int(before * share))


def main():
    counts, features, library_bytes = read_counts(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    table = json.loads(TABLE.read_text())
    version = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    measured_with = {"processor": features, "rustc": version}
    if features.split()[0] != table["measured_with"]["processor"].split()[0]:
        print(f"instructions: counted on {features}, which cannot be compared with the table's {table['measured_with']}")
        return
    if os.environ.get("UPDATE_INSTRUCTIONS"):
        for name, count in counts.items():
            table["cases"].setdefault(name, {"before": count})["now"] = count
        table["library_bytes"]["now"] = library_bytes
        TABLE.write_text(json.dumps(table, indent=2) + "\n")
    if set(counts) != set(table["cases"]):
        sys.exit(f"the cases differ from {TABLE.name}'s: {sorted(set(counts) ^ set(table['cases']))}")

    foreign = measured_with != table["measured_with"]
    over = []
    print(f"{'instructions a call':42} {'before':>10} {'now':>10} {'difference':>11} {'':>8}")
    for name, count in counts.items():
        before = table["cases"][name]["before"]
        beyond = count > allowed(name, before, foreign)
        over += [name] if beyond else []
        share = (count - before) / before
        print(f"{name:42} {before:>10,} {count:>10,} {count - before:>+11,} {share:>+8.1%}", "OVER" * beyond)
    growth = library_bytes - (before := table["library_bytes"]["before"])
    too_large = library_bytes >= LIBRARY_BYTES
    print(f"{'bytes of the stripped library':42} {before:>10,} {library_bytes:>10,} {growth:>+11,}", "OVER" * too_large)

    if foreign:
        print(f"counted with {measured_with}, the table with {table['measured_with']}: {FOREIGN_TOLERANCE:.0%} allowed")
    if too_large:
        print(f"the library has {library_bytes:,} bytes: less than {LIBRARY_BYTES:,} are allowed")
    if over:
        print(f"{len(over)} of {len(counts)} cases take more instructions than is allowed after {table['commit']}")
    if over or too_large:
        sys.exit(1)
    print(f"instructions: {len(counts)} cases, none above what {table['commit']} took by more than the tolerance")


main()

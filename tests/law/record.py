"""Writes answers.jsonl: what the reader of boolean flags answers for the generated snapshots.

To record again, after a change of generate.py, in a clone that has the old commit:

    git worktree add build/law/old db2a1af
    build/law/old/scripts/library.sh
    python3 tests/law/record.py build/law/old/build/lib/libflagbit.so
"""

import json
import sys
from pathlib import Path

import generate
from library import Library

ANSWERS = Path(__file__).parent / "answers.jsonl"
OLD_ABI = 0 << 16 | 1


def main():
    library = Library(sys.argv[1])
    if library.abi != OLD_ABI:
        sys.exit("this is not the old library: its ABI is not 0.1")
    lines = []
    for seed in range(generate.BATCHES):
        cases, digest = generate.batch(seed)
        answers = " ".join(library.answers(case) for case in cases)
        lines.append(json.dumps({"seed": seed, "snapshots": digest, "answers": answers}) + "\n")
    ANSWERS.write_text("".join(lines))


if __name__ == "__main__":
    main()

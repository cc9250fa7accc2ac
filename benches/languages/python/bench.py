#!/usr/bin/env python3
"""bench.py PEER FOLDER: one evaluator of flags, measured when it is told to.

Says first, as a line of JSON, its name and how many of the 1,000 users are on in each cell. Then answers each line
`CELL MILLISECONDS` of standard input with nanoseconds an evaluation, sampled for that long.
"""

import gc
import importlib
import json
import os
import sys
from pathlib import Path
from time import perf_counter_ns

# The library prepares a context at its 16th question, so all have been asked more often than that.
WARM = 20


def sample(loop, items, milliseconds):
    begin, passes = perf_counter_ns(), 0
    while True:
        loop(items)
        passes += 1
        passed = perf_counter_ns() - begin
        if passed >= milliseconds * 1e6:
            return passed / passes / len(items)


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main():
    peer, folder = importlib.import_module(f"peers.{sys.argv[1]}"), Path(sys.argv[2])
    users = json.loads((folder / "users.json").read_text())
    cells = peer.cells((folder / f"{sys.argv[1]}.json").read_text(), users)
    on = {name: [loop(items) for _ in range(WARM)][-1] for name, (loop, items) in cells.items()}
    say(json.dumps({"name": peer.NAME, "on": on}))
    # Loaded objects are never collected, so the collector need not look at them, as in a server that has started.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        name, milliseconds = line.split()
        sample(*cells[name], float(milliseconds) / 10)  # fills the caches, which other programs have emptied
        say(sample(*cells[name], float(milliseconds)))
    os._exit(0)  # some keep threads that would not end


if __name__ == "__main__":
    main()

"""The programs that are measured: one process for each evaluator, which waits until it is asked for a sample."""

import json
import os
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build/languages"
DATA = BUILD / "data"

# The first of each language is FlagBit; the others were the fastest of their language.
PEERS = {
    "Python": ("flagbit", "eppo", "statsig", "growthbook"),
    "Go": ("flagbit", "growthbook", "launchdarkly", "statsig_go"),
    "Node": ("flagbit", "flagd", "configcat", "eppo"),
}
# The forms in which a caller has a user, before any evaluator has seen it.
PLAIN = {"Python": "dict", "Go": "map", "Node": "object"}


def command(language, peer):
    if language == "Python":
        return [BUILD / "python/bin/python", HERE / "python/bench.py", peer, DATA]
    if language == "Go":
        return [BUILD / "peers-go", peer, DATA]
    return ["node", HERE / "node/bench.mjs", peer, DATA]


class Program:
    def __init__(self, language, peer):
        self.language = language
        # Each is asked as in production; else one of them logs each flag that is off.
        modules = BUILD / ("node-flagbit" if peer == "flagbit" else "node")
        environment = os.environ | {"NODE_ENV": "production", "FLAGBIT_BENCH_MODULES": str(modules)}
        self.process = subprocess.Popen(
            command(language, peer), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        ready = json.loads(self.line())
        self.name, self.on = ready["name"], ready["on"]
        self.samples = {cell: [] for cell in self.on}
        self.check()

    def check(self):
        """The rules were understood: 500 are on by the plan and about 150 by the percentage."""
        rules = [self.on[cell] for cell in ("dict", "prebuilt") if cell in self.on]
        understood = len(set(rules)) == 1 and 600 < rules[0] < 700
        if not understood or self.on["on"] != 1_000 or self.on["off"] != 0:
            raise SystemExit(f"{self.language}, {self.name}: these are on: {self.on}")

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.language}: {self.process.args} ended with {self.process.wait()}")
        return line

    def sample(self, cell, milliseconds):
        self.process.stdin.write(f"{cell} {milliseconds}\n")
        self.process.stdin.flush()
        self.samples[cell].append(float(self.line()))

    def end(self):
        self.process.stdin.close()
        self.process.wait()

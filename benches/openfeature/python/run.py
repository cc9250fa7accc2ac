#!/usr/bin/env python3
"""Measures what a provider adds to a boolean call of OpenFeature with a context, for FlagBit and its peers.

Prints lines of JSON: who answers, of a flag with three rules or of one with none, and the median of nanoseconds a call.
All are in one process, and one at a time takes a short sample, so that a bad minute of the machine falls on all.
`--short` only shows that everything works. Needs what requirements.txt has, and the package flagbit.
"""

import gc
import importlib.util
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from openfeature import api
from openfeature.evaluation_context import EvaluationContext

LANGUAGES = Path(__file__).resolve().parents[2] / "languages"
sys.path.insert(0, str(LANGUAGES))

from providers import ALL, users  # noqa: E402
from workload import ON, write  # noqa: E402

# It has the name of many others.
_spec = importlib.util.spec_from_file_location("bench", LANGUAGES / "python/bench.py")
bench = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bench)

ROUNDS, MILLISECONDS = (2, 2) if "--short" in sys.argv else (12, 20)
FLAGS = ("flag_0", ON)


def asking(ask, key):
    def loop(contexts):
        on = 0
        for context in contexts:
            if ask(key, False, context):
                on += 1
        return on

    return loop


def cells(data):
    """Returns, for each provider and each flag, the loop and the objects that it goes over."""
    people = users(data)
    attributes = [{key: user[key] for key in ("plan", "country", "version")} for user in people]
    contexts = [EvaluationContext(user["id"], more) for user, more in zip(people, attributes, strict=True)]
    found = {}
    for make in ALL:
        name, provider = make(data)
        api.set_provider_and_wait(provider, name)
        for flag in FLAGS:
            found[name, flag] = asking(api.get_client(name).get_boolean_value, flag), contexts
    return found


def check(name, flag, on):
    """The rules were understood: 500 are on by the plan and about 150 by the percentage."""
    if "memory" not in name and not (600 < on < 700 if flag == FLAGS[0] else on == 1_000):
        raise SystemExit(f"{name}: of {flag} {on} of 1,000 are on")


def main():
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        write(data)
        found = cells(data)
        for (name, flag), (loop, items) in found.items():
            check(name, flag, [loop(items) for _ in range(bench.WARM)][-1])
        # Loaded objects are never collected, so the collector need not look at them, as in a server that has started.
        gc.collect()
        gc.freeze()
        samples = {cell: [] for cell in found}
        for _ in range(ROUNDS):
            for cell, asked in found.items():
                samples[cell].append(bench.sample(*asked, MILLISECONDS))
        for (name, flag), times in samples.items():
            shown = name if flag == FLAGS[0] else f"{name}; a flag without rules"
            line = {"name": shown, "ns": round(statistics.median(times))}
            sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    os._exit(0)  # some keep threads that would not end


if __name__ == "__main__":
    main()

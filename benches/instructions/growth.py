"""Checks that reading, asking, explaining and comparing a snapshot takes instructions linear in its size, whatever its shape.

growth.py write FOLDER    writes each shape in two sizes, and prints the files' names
growth.py check COUNTS    compares the counts of the two
"""

import json
import re
import sys
from pathlib import Path

SMALL, TIMES = 48 << 10, 4
# Tables grow in steps, and sorting is a little more than linear.
TOLERANCE = 1.25


def rule(operator, value, attribute="attr"):
    return {"attribute": attribute, "operator": operator, "value": value}


def flag(*rules, key="f", **more):
    return {"key": key, "enabled": True, "rules": list(rules), **more}


def snapshot(*flags, **more):
    return {"flags": list(flags), **more}


def segment(*rules):
    return {"rules": list(rules)}


def one_flag(each, item):
    """A shape of one flag with one rule whose value is a list."""
    return lambda size: snapshot(flag({**item, "value": [item["value"]] * (size // each)}))


def typed(**more):
    return {"key": "f", "enabled": True, "default": "a", "variants": {"a": "x", "b": "y"}, **more}


def square(size, each):
    """The side of a square of parts, each of so many bytes."""
    return int((size / each) ** 0.5)


def flags(size, each, flag_of):
    return snapshot(flag(key="f"), *[flag_of(index) for index in range(size // each)])


def all_in_a_circle(size):
    side = square(size, 60)
    asks = [rule("flag_is", True, f"f{index}") for index in range(side)]
    return snapshot(*[flag(*asks, key=f"f{index}") for index in range(side)])


def segments_of_all(size):
    side = square(size, 7)
    names = [f"s{index}" for index in range(side)]
    return snapshot(*[flag({"operator": "in_segment", "value": names}, key=f"f{index}") for index in range(side)],
                    segments={name: segment(rule("eq", "x")) for name in names})


SHAPES = {
    "in: one value often": one_flag(4, rule("in", "x")),
    "has: one value often": one_flag(4, rule("has", "x")),
    "contains: one value often": one_flag(4, rule("contains", "x")),
    "ends_with: one value often": one_flag(4, rule("ends_with", "x")),
    "in_segment: an unknown name often": one_flag(4, rule("in_segment", "x")),
    "in_segment: a large segment often": lambda size: snapshot(
        flag({"operator": "in_segment", "value": ["s"] * (size // 8)}),
        segments={"s": segment(*[rule("eq", "x")] * (size // 104))}),
    "in_segment: a large segment in many rules": lambda size: snapshot(
        flag(*[{"operator": "in_segment", "value": "s"}] * (size // 80)),
        segments={"s": segment(*[rule("contains", ["x"] * (size // 8))])}),
    "in_segment: all segments in all flags": segments_of_all,
    "in_segment: many that cannot be read": lambda size: snapshot(
        *[flag({"operator": "in_segment", "value": "s"}, key=f"f{index}") for index in range(size // 80)],
        segments={"s": 1}),
    "conditions: one often": lambda size: snapshot(flag({"conditions": [rule("neq", "x")] * (size // 52)})),
    "rules: one often": lambda size: snapshot(flag(*[rule("eq", "x")] * (size // 50))),
    "rules: as many attributes": lambda size: snapshot(
        flag(*[rule("eq", "x", f"attr{index}") for index in range(size // 55)])),
    "tags: one often": lambda size: snapshot(flag(tags=["t"] * (size // 4))),
    "fields: unknown in a flag": lambda size: snapshot(flag(**{f"x{index}": 0 for index in range(size // 9)})),
    "fields: unknown in a rule": lambda size: snapshot(
        flag({**rule("eq", "x"), **{f"x{index}": 0 for index in range(size // 9)}})),
    "fields: unknown in a snapshot": lambda size: snapshot(flag(), **{f"x{index}": 0 for index in range(size // 9)}),
    "fields: in a variant": lambda size: snapshot(
        typed(variants={"a": {f"x{index}": 0 for index in range(size // 9)}, "b": {}})),
    "split: many entries": lambda size: snapshot(
        typed(rules=[{"conditions": [], "value": {"split": [["a", 0]] * (size // 8) + [["b", 100]]}}])),
    "segments: many": lambda size: snapshot(flag(), segments={
        f"s{index}": segment(rule("eq", "x")) for index in range(size // 65)}),
    "flags: many that cannot be read": lambda size: flags(
        size, 30, lambda index: {"key": f"f{index}", "enabled": 1}),
    "flags: many of unknown operators": lambda size: flags(
        size, 60, lambda index: flag({"operator": "x"}, key=f"f{index}")),
    "flag_is: one flag often": lambda size: snapshot(
        flag(*[rule("flag_is", True, "g")] * (size // 52)), flag(rule("eq", "x"), key="g")),
    "flag_is: a large flag often": lambda size: snapshot(
        flag(*[rule("flag_is", True, "g")] * (size // 104)), flag(*[rule("eq", "x")] * (size // 104), key="g")),
    "flag_is: an answer often": lambda size: snapshot(flag(rule("flag_is", [True] * (size // 6), "g")), flag(key="g")),
    "flag_is: a chain": lambda size: flags(
        size, 105, lambda index: flag(rule("flag_is", True, f"f{index - 1}" if index else "f"), key=f"f{index}")),
    "flag_is: a circle": lambda size: flags(
        size, 105, lambda index: flag(rule("flag_is", True, f"f{(index + 1) % (size // 105)}"), key=f"f{index}")),
    "flag_is: each in a circle with each": all_in_a_circle,
    "matches: small patterns": lambda size: flags(
        size, 95, lambda index: flag(rule("matches", f"x{index}"), key=f"f{index}")),
    "matches: patterns that are too large": lambda size: flags(
        size, 110, lambda index: flag(rule("matches", "[a-z]{0,900}{0,900}"), key=f"f{index}")),
    "keys: a long one twice": lambda size: snapshot(*[{"key": "k" * (size // 2), "enabled": True}] * 2),
}


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number, shape in enumerate(SHAPES.values()):
        for times in (1, TIMES):
            path = folder / f"{number}-{times}.json"
            path.write_text(json.dumps(shape(SMALL * times), separators=(",", ":")))
            print(path)


def check(counts):
    found, label = {}, None
    for line in counts.read_text().splitlines():
        if dump := re.fullmatch(r"desc: Trigger: Client Request: .*/(\d+)-(\d+)\.json", line):
            label = (int(dump[1]), int(dump[2]))
        elif line.startswith("totals: ") and label is not None:
            found[label] = int(line.removeprefix("totals: "))
            label = None
    over = []
    print(f"{'instructions':44} {f'{SMALL >> 10} KiB':>14} {f'{SMALL * TIMES >> 10} KiB':>14} {'growth':>8}")
    for number, name in enumerate(SHAPES):
        small, large = found[number, 1], found[number, TIMES]
        beyond = large > small * TIMES * TOLERANCE
        over += [name] if beyond else []
        print(f"{name:44} {small:>14,} {large:>14,} {large / small:>8.2f}", "OVER" * beyond)
    if over:
        sys.exit(f"{len(over)} shapes take more than {TIMES * TOLERANCE:g} times the instructions for {TIMES} times the bytes")
    print(f"growth: {len(SHAPES)} shapes, each linear")


if sys.argv[1] == "write":
    write(Path(sys.argv[2]))
else:
    check(Path(sys.argv[2]))

"""Ratios of several runs with their spread, and the goals that they are judged by.

One run says little: a processor that is busy elsewhere favours one side of a ratio for as long as the run takes.
"""

import statistics
from collections.abc import Callable, Iterable, Sequence

# Each program runs so often, in turn with the others.
RUNS = 5

Goal = tuple[str, str, str]


def shown(ratios: Sequence[float], digits: int = 1) -> str:
    """The median of a ratio, and its smallest and largest value in a run: `2.8 (2.7 to 2.9)`."""
    least, most = (f"{value:.{digits}f}" for value in (min(ratios), max(ratios)))
    middle = f"{statistics.median(ratios):.{digits}f}"
    return middle if least == most else f"{middle} ({least} to {most})"


def goal(words: str, ratios: Sequence[float], holds: Callable[[float], bool], unit: str, digits: int = 1) -> Goal:
    """A goal, what was measured, and whether it holds. The median decides; a spread that crosses the goal is marked."""
    held = [holds(ratio) for ratio in ratios]
    if all(held):
        verdict = "yes"
    elif not any(held):
        verdict = "**no**"
    elif holds(statistics.median(ratios)):
        verdict = f"yes, but in {held.count(True)} of {len(held)} runs"
    else:
        verdict = f"**no**, but in {held.count(True)} of {len(held)} runs"
    return words, f"{shown(ratios, digits)} {unit}", verdict


def at_least(least: float, words: str, ratios: Sequence[float]) -> Goal:
    return goal(words, ratios, lambda ratio: ratio >= least, "times as fast")


def goals_table(goals: Iterable[Goal]) -> str:
    lines = [f"| {' | '.join(each)} |" for each in goals]
    return "\n".join(["| goal | measured | holds |", "|---|---|---|", *lines])

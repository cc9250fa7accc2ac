"""Checks a flag's value against the type of the caller's default."""

from __future__ import annotations

from .evaluation import FlagValue


def fitting(value: FlagValue | None, default: FlagValue) -> FlagValue:
    """Returns a flag's value as the default's type, or the default if the types differ. A bool is not a number."""
    if isinstance(value, bool) or isinstance(default, bool):
        return value if isinstance(value, bool) and isinstance(default, bool) else default
    if isinstance(default, str):
        return value if isinstance(value, str) else default
    if isinstance(default, int):
        return value if isinstance(value, int) else default
    if isinstance(default, float):
        return float(value) if isinstance(value, (int, float)) else default
    if isinstance(default, dict):
        return value if isinstance(value, dict) else default
    if isinstance(default, list):
        return value if isinstance(value, list) else default
    return default

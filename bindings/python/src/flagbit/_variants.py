"""The variants of typed flags as Python values. Each is decoded once."""

from __future__ import annotations

import json
from collections.abc import Callable

from . import _ffi
from .evaluation import FlagValue

CACHED = 256
"""How many variants a client remembers, each of up to 64 KiB. A full cache is emptied and filled again."""

_EXACT = 2.0**53
"""From here on not every integer is a double, so a number stays the double that it is."""


class Variant:
    """A variant's name and its value."""

    __slots__ = ("_value", "name")

    def __init__(self, kind: int, number: float, name: str, text: str) -> None:
        self.name = name
        self._value: FlagValue | Callable[[], FlagValue]
        if kind == _ffi.Kind.STRING:
            self._value = text
        elif kind == _ffi.Kind.NUMBER:
            self._value = int(number) if number.is_integer() and abs(number) <= _EXACT else number
        else:
            # Each caller gets a new object, since callers may change it; `loads` is faster than copying an object.
            self._value = lambda: json.loads(text)

    @property
    def value(self) -> FlagValue:
        """A str, an int where the number is one, else a float, or a dict or list of the caller's own."""
        value = self._value
        return value() if callable(value) else value


class Variants:
    """The variants seen so far, by the library's number for each, which no other variant ever gets."""

    def __init__(self) -> None:
        self._known: dict[int, Variant] = {}

    def get(self, variant_id: int) -> Variant | None:
        """Returns a variant that was seen before."""
        return self._known.get(variant_id)

    def add(self, native: _ffi.Evaluation, name: str, text: str) -> Variant:
        """Remembers the answer of a typed flag."""
        variant = Variant(native.kind, native.number, name, text)
        if len(self._known) >= CACHED:
            self._known.clear()
        self._known[native.variant_id] = variant
        return variant

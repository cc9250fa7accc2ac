"""The variants of typed flags as Python values. Each is decoded once."""

from __future__ import annotations

import json

from . import _ffi
from .evaluation import FlagValue

CACHED = 256
"""How many variants a client remembers, each of up to 64 KiB. A full cache is emptied and filled again."""


class Variant:
    """A variant's name and its value."""

    __slots__ = ("_text", "name", "scalar")

    def __init__(self, native: _ffi.Evaluation, name: str, text: str) -> None:
        self.name = name
        self._text = text
        self.scalar: str | int | float | None = None
        """The value of a string or a number; None for JSON."""
        if native.kind == _ffi.Kind.STRING:
            self.scalar = text
        elif native.kind == _ffi.Kind.NUMBER:
            self.scalar = _number(native)

    @property
    def value(self) -> FlagValue:
        """A str; an int for a number without a fraction from -2^63 to 2^64-1, a float for any other; or a dict or list
        of the caller's own."""
        if self.scalar is not None:
            return self.scalar
        # Each caller gets a new object, since callers may change it; `loads` is faster than copying an object.
        value: FlagValue = json.loads(self._text)
        return value


def _number(native: _ffi.Evaluation) -> int | float:
    if native.integer_kind == _ffi.IntegerKind.NONE:
        return float(native.number)
    integer = int(native.integer)
    is_negative = native.integer_kind == _ffi.IntegerKind.SIGNED and integer >= 2**63
    return integer - 2**64 if is_negative else integer


class Variants(dict[int, Variant]):
    """The variants seen so far, by the library's number for each, which no other variant ever gets."""

    def add(self, native: _ffi.Evaluation, name: str, text: str) -> Variant:
        """Remembers the answer of a typed flag."""
        variant = Variant(native, name, text)
        if len(self) >= CACHED:
            self.clear()
        self[native.variant_id] = variant
        return variant

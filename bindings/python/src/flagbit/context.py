"""Who asks."""

from __future__ import annotations

from collections.abc import Mapping
from ctypes import byref
from datetime import datetime
from typing import Any

from . import _ffi
from ._calls import call
from ._pack import pack
from .errors import ContextError

Scalar = str | bool | int | float

# A list's elements are of these types too. Checkers would take a list[str] for no list[Scalar].
AttributeValue = Scalar | datetime | list[Any] | tuple[Scalar, ...] | None
"""What an attribute can be. None is absent, like an attribute that is not given."""

Attributes = Mapping[str, AttributeValue]


class Context:
    """The attributes of who asks, prepared for any number of evaluations.

    `Context(user_id="usr_123", plan="pro")`, or `Context({"org:id": 7})` for names that are no Python names. Where both
    give an attribute, the keyword counts.

    Immutable; any number of threads and clients may use one at once.

    A list or tuple holds up to 1,000 str, bool, int and float, for the operators `has` and `exists`. A datetime with a
    time zone is its RFC 3339 text in UTC, for `before` and `after`.

    Raises ContextError for a value that no rule can match (NaN, an infinity, a lone surrogate, a datetime without a
    time zone, any other type) or a name that is not text. The error names the attribute, never a value.
    """

    __slots__ = ("_handle",)
    _handle: _ffi.ContextHandle

    def __init__(self, attributes: Attributes | None = None, /, **more: AttributeValue) -> None:
        if not isinstance(attributes, (Mapping, type(None))):
            raise ContextError(f"attributes are a mapping, not {type(attributes).__name__}")
        merged = {**(attributes or {}), **more} if more else attributes or {}
        for name in merged:
            if not isinstance(name, str):
                raise ContextError(f"an attribute's name is a str, not {type(name).__name__}")
        packed, _ = pack(merged)
        handle = _ffi.ContextHandle()
        call(_ffi.context_new, packed, len(packed), byref(handle))
        object.__setattr__(self, "_handle", handle)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Context is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a Context is immutable")

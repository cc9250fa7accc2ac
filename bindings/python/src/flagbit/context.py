"""Contexts: the attributes that a flag's rules look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ctypes import byref
from datetime import datetime
from typing import Any, TypeVar

from . import _ffi
from ._calls import call
from ._native_calls import Holder
from ._pack import pack, unpack
from .errors import ContextError

Scalar = str | bool | int | float

# A list's elements have these types, too. Type checkers would not accept a list[str] as a list[Scalar].
AttributeValue = Scalar | datetime | list[Any] | tuple[Scalar | datetime, ...] | None
"""The types of an attribute's value. None counts as absent, like an attribute that is not given."""

Attributes = Mapping[str, AttributeValue]

NEVER_BUILT = "the context was never built: a subclass's __init__ has to call super().__init__(...)"

Self = TypeVar("Self", bound="Context")


class Context(Holder):
    """The attributes of a user or a request, prepared for any number of evaluations.

    Example: `Context(user_id="usr_123", plan="pro")`, or `Context({"org:id": 7})` for names that are not Python names.
    If both give an attribute, the keyword counts.

    Immutable; any number of threads and clients may use one at once. A copy is the same object. A pickle holds the
    attributes as the rules see them: a datetime as its text, an instance of a subclass as its base.

    A list or tuple holds up to 1,000 str, bool, int, float and datetime, for the operators `has` and `exists`. A
    datetime with a time zone is its RFC 3339 text in UTC, such as `2026-12-01T08:00:00.5Z`; the fraction has no
    trailing zeros.

    Raises ContextError for a value that no rule can match (NaN, an infinity, a lone surrogate, a datetime without a
    time zone, any other type) and for a name that is not text. The error names the attribute, never its value.
    """

    __slots__ = ("_packed",)
    _handle: _ffi.ContextHandle
    _packed: bytes

    def __init__(self, attributes: Attributes | None = None, /, **more: AttributeValue) -> None:
        if hasattr(self, "_handle"):
            raise TypeError("a Context is immutable: make another")
        if not isinstance(attributes, (Mapping, type(None))):
            raise ContextError(f"attributes are a mapping, not {type(attributes).__name__}")
        merged = {**(attributes or {}), **more} if more else attributes or {}
        for name in merged:
            if not isinstance(name, str):
                raise ContextError(f"an attribute's name is a str, not {type(name).__name__}")
        packed, _ = pack(merged)
        handle = _ffi.ContextHandle()
        call(_ffi.context_new, packed, len(packed), byref(handle))
        object.__setattr__(self, "_packed", packed)
        object.__setattr__(self, "_handle", handle)

    def __copy__(self: Self) -> Self:
        return self

    def __deepcopy__(self: Self, _memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Callable[..., Context], tuple[type[Context], dict[str, Any]]]:
        if not hasattr(self, "_packed"):
            raise TypeError(NEVER_BUILT)
        return _unpickled, (type(self), unpack(self._packed))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Context is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a Context is immutable")


def _unpickled(cls: type[Context], attributes: dict[str, Any]) -> Context:
    """Makes a Context of a class whose `__init__` may take any arguments."""
    context = cls.__new__(cls)
    Context.__init__(context, attributes)
    return context

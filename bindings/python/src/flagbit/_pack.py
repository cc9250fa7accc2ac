"""Packs keys and attributes for the library: UTF-8, and a context in one packed buffer (see include/flagbit.h)."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ._ffi import AttributeKind, UnsupportedReason

CACHED = 4096
"""How many keys, and how many names, are remembered. A full cache is emptied and filled again."""

CACHED_LENGTH = 256
"""Longer keys and names are not remembered."""

MOST_ELEMENTS = 1000
"""A longer list is unsupported."""

KEYS: dict[str, bytes] = {}
"""The UTF-8 of the keys asked so far. None has a NUL, so each may be passed as a text that ends with one."""

_header = struct.Struct("<II").pack
_length = struct.Struct("<I").pack
_signed = struct.Struct("<q").pack
_unsigned = struct.Struct("<Q").pack
_number = struct.Struct("<d").pack

_LENGTHS = tuple(map(_length, range(256)))
_NO_POSITION = 0xFFFFFFFF
_STRING, _INTEGER, _TRUE, _FALSE = range(4)
_names: dict[str, tuple[bytes, bytes, bytes, bytes]] = {}


def encode_key(flag_key: object) -> bytes:
    """Returns a flag key's UTF-8. Lone surrogates become bytes that are not UTF-8, and so the key of no flag.

    Raises TypeError for a key that is not a str.
    """
    key = str.encode(flag_key, "utf-8", "surrogatepass")  # type: ignore[arg-type]
    if len(key) <= CACHED_LENGTH and b"\0" not in key:
        if len(KEYS) >= CACHED:
            KEYS.clear()
        # Decoded again: an instance of a subclass must not be kept alive, nor compared by its own methods.
        KEYS[key.decode("utf-8", "surrogatepass")] = key
    return key


def pack(attributes: Mapping[str, object]) -> tuple[bytes, bool]:
    """Returns a context's packed buffer, and whether it has values that no rule can match.

    Raises the exceptions of iterating over the context, and OverflowError or struct.error for more than 4 GiB.
    """
    parts: list[bytes] = []
    unsupported: list[bytes] = []
    for name, value in attributes.items():
        # The common cases, in as few steps as possible. `_attribute` handles all cases.
        try:
            kind = type(value)
            if kind is str:
                text = value.encode()  # type: ignore[attr-defined]
                parts.append(_names[name][_STRING] + _LENGTHS[len(text)] + text)
                continue
            if kind is bool:
                parts.append(_names[name][_TRUE if value else _FALSE])
                continue
            if kind is int:
                parts.append(_names[name][_INTEGER] + _signed(value))
                continue
        except (LookupError, UnicodeError, struct.error):
            pass
        if value is not None:
            attribute, supported = _attribute(name, value)
            (parts if supported else unsupported).append(attribute)
    # They come last, so that their stand-in names never hide an attribute.
    parts += unsupported
    body = b"".join(parts)
    return _header(len(body) + 8, 1) + body, bool(unsupported)


def unpack(packed: bytes) -> dict[str, Any]:
    """Returns the attributes of a packed buffer, which `pack` made without unsupported values."""
    attributes: dict[str, Any] = {}
    at = 8
    while at < len(packed):
        name, after = _sized(packed, at + 1)
        data, end = _sized(packed, after)
        attributes[name.decode()] = _value(packed[at], data)
        at = end
    return attributes


def _sized(packed: bytes, at: int) -> tuple[bytes, int]:
    begin = at + 4
    end = begin + int.from_bytes(packed[at:begin], "little")
    return packed[begin:end], end


def _value(kind: int, data: bytes) -> Any:
    if kind == AttributeKind.STRING:
        return data.decode()
    if kind == AttributeKind.BOOLEAN:
        return data == b"\1"
    if kind == AttributeKind.NUMBER:
        return struct.unpack("<d", data)[0]
    if kind == AttributeKind.LIST:
        elements, at = [], 0
        while at < len(data):
            element, end = _sized(data, at + 1)
            elements.append(_value(data[at], element))
            at = end
        return elements
    return int.from_bytes(data, "little", signed=kind == AttributeKind.INTEGER)


def _attribute(name: object, value: object) -> tuple[bytes, bool]:
    """Returns one packed attribute of any type, and whether it is supported."""
    kind, data = _further(value) if (found := _scalar(value)) is None else found
    try:
        encoded = str.encode(name)  # type: ignore[arg-type]
    except (TypeError, UnicodeError):
        kind, data = _unsupported(UnsupportedReason.NAME)
        text = name if isinstance(name, str) else type(name).__name__
        encoded = str.encode(text, "utf-8", "backslashreplace")
    else:
        _remember(encoded)
    return _start(kind, encoded) + _length(len(data)) + data, kind != AttributeKind.UNSUPPORTED


def _unsupported(
    reason: UnsupportedReason, position: int = _NO_POSITION, value: object = None
) -> tuple[AttributeKind, bytes]:
    """Packs why there is no value. The library makes the message of it, which never holds the value."""
    name = "" if value is None else type(value).__name__
    return AttributeKind.UNSUPPORTED, bytes((reason,)) + _length(position) + name.encode("utf-8", "replace")


def _further(value: object) -> tuple[AttributeKind, bytes]:
    """Packs a value that is not a scalar."""
    try:
        if isinstance(value, (list, tuple)):
            return _list(value)
    except Exception:
        # A stand-in for another object that lacks it just now.
        return _unsupported(UnsupportedReason.UNREADABLE)
    return _moment(value)


def _moment(value: object) -> tuple[AttributeKind, bytes]:
    """A datetime with an offset as its one text (specification, section 3.5)."""
    try:
        if not isinstance(value, datetime):
            return _wrong_scalar(value)
        if datetime.utcoffset(value) is None:
            return _unsupported(UnsupportedReason.NO_TIME_ZONE)
    except Exception:
        # A time zone that fails, or a stand-in as above.
        return _unsupported(UnsupportedReason.UNREADABLE)
    try:
        # In UTC its text ends with +00:00; a fraction has six digits.
        second, _, fraction = datetime.isoformat(datetime.astimezone(value, timezone.utc))[:-6].partition(".")
    except Exception:
        return _unsupported(UnsupportedReason.TIME_RANGE)
    fraction = fraction.rstrip("0")
    return AttributeKind.STRING, (f"{second}.{fraction}Z" if fraction else f"{second}Z").encode()


def _wrong_scalar(value: object) -> tuple[AttributeKind, bytes]:
    """Packs why a value that is neither a scalar, a moment nor a list is unsupported."""
    if value is None:
        return _unsupported(UnsupportedReason.NULL)
    if isinstance(value, str):
        return _unsupported(UnsupportedReason.NOT_UNICODE)
    if isinstance(value, float):
        return _unsupported(UnsupportedReason.NOT_FINITE)
    if isinstance(value, int):
        return _unsupported(UnsupportedReason.TOO_LARGE)
    return _unsupported(UnsupportedReason.TYPE, value=value)


def _list(value: list[Any] | tuple[Any, ...]) -> tuple[AttributeKind, bytes]:
    # A copy, no longer than it has to be: another thread may append to the list.
    most = slice(MOST_ELEMENTS + 1)
    elements = list.__getitem__(value, most) if isinstance(value, list) else tuple.__getitem__(value, most)
    if len(elements) > MOST_ELEMENTS:
        count = list.__len__(value) if isinstance(value, list) else tuple.__len__(value)
        return _unsupported(UnsupportedReason.LIST_TOO_LONG, min(count, _NO_POSITION - 1))
    parts = []
    for index, element in enumerate(elements):
        kind, data = _element(element) if (found := _scalar(element)) is None else found
        if kind is AttributeKind.UNSUPPORTED:
            return kind, data[:1] + _length(index) + data[5:]
        parts.append(bytes((kind,)) + _length(len(data)) + data)
    return AttributeKind.LIST, b"".join(parts)


def _element(element: object) -> tuple[AttributeKind, bytes]:
    """Packs an element of a list that is not a scalar."""
    if isinstance(element, (list, tuple)):
        return _unsupported(UnsupportedReason.NESTED_LIST)
    return _moment(element)


def _scalar(value: object) -> tuple[AttributeKind, bytes] | None:
    # The base class's own methods: a subclass may change its text, but not its value.
    try:
        if isinstance(value, str):
            return AttributeKind.STRING, str.encode(value)
        if isinstance(value, bool):
            return AttributeKind.BOOLEAN, b"\1" if value else b"\0"
        if isinstance(value, int):
            value = int.__index__(value)
            if -(2**63) <= value < 2**63:
                return AttributeKind.INTEGER, _signed(value)
            if 2**63 <= value < 2**64:
                return AttributeKind.UNSIGNED, _unsigned(value)
            value = float(value)
        if isinstance(value, float) and math.isfinite(number := float.__float__(value)):
            return AttributeKind.NUMBER, _number(number)
    except Exception:
        # A lone surrogate, an integer beyond the doubles, or a stand-in for another object that lacks it just now.
        return None
    return None


def _start(kind: AttributeKind, name: bytes) -> bytes:
    return bytes((kind,)) + _length(len(name)) + name


def _remember(name: bytes) -> None:
    if len(name) <= CACHED_LENGTH:
        if len(_names) >= CACHED:
            _names.clear()
        boolean = _start(AttributeKind.BOOLEAN, name) + _LENGTHS[1]
        _names[name.decode()] = (
            _start(AttributeKind.STRING, name),
            _start(AttributeKind.INTEGER, name) + _LENGTHS[8],
            boolean + b"\1",
            boolean + b"\0",
        )

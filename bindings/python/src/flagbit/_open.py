"""Opens clients: turns a Python caller's arguments into the library's."""

from __future__ import annotations

import json
import math
import operator
import os
from collections.abc import Mapping
from ctypes import byref
from typing import Any

from . import _ffi
from ._calls import call, check
from .errors import SnapshotError
from .evaluation import FlagValue

Snapshot = str | bytes | bytearray | memoryview | Mapping[str, Any] | list[Any]
"""A snapshot: its JSON text, or the object that `json.loads` would make of it."""

Path = str | bytes | os.PathLike[str]
Setting = str | bytes | int | list[str] | None

_LARGEST = 2**63 - 1


def snapshot_bytes(snapshot: Snapshot) -> bytes:
    """Returns a snapshot's JSON text. Raises SnapshotError, TypeError."""
    if isinstance(snapshot, str):
        # A lone surrogate becomes bytes that the library refuses, with their place in the text.
        return snapshot.encode("utf-8", "surrogatepass")
    if isinstance(snapshot, (bytes, bytearray, memoryview)):
        return bytes(snapshot)
    if not isinstance(snapshot, (Mapping, list)):
        raise TypeError(f"a snapshot is a str, bytes, a dict or a list, not {type(snapshot).__name__}")
    return _json(snapshot)


def values_bytes(values: Mapping[str, FlagValue]) -> bytes:
    """Returns the JSON text of flags that give everybody the same answer. Raises SnapshotError, TypeError."""
    if not isinstance(values, Mapping):
        raise TypeError(f"flags are a mapping of keys to values, not {type(values).__name__}")
    return _json(values)


def _json(value: object) -> bytes:
    if isinstance(value, Mapping):
        value = dict(value)
    try:
        return json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise SnapshotError(f"the snapshot cannot be written as JSON: {error}") from error


def open_text(text: bytes, max_snapshot_bytes: int | None) -> _ffi.ClientHandle:
    """Opens a client of a snapshot in memory."""
    if max_snapshot_bytes is not None:
        return open_client({_ffi.Option.SNAPSHOT: text, _ffi.Option.MAX_SNAPSHOT_BYTES: max_snapshot_bytes})
    handle = _ffi.ClientHandle()
    call(_ffi.client_from_snapshot, text, len(text), byref(handle))
    return handle


def path_bytes(path: Path | None) -> bytes | None:
    """Returns a path as the operating system takes it."""
    return None if path is None else os.fsencode(path)


def milliseconds(seconds: float | None) -> int | None:
    """Returns a duration in milliseconds. The library checks its range. Raises ValueError for what is no duration."""
    if seconds is None:
        return None
    if math.isnan(seconds):
        raise ValueError("a duration is a number of seconds, not NaN")
    return _LARGEST if seconds >= _LARGEST / 1000 else math.ceil(seconds * 1000)


def header_lines(headers: Mapping[str, str] | None) -> list[str]:
    """Returns headers as the library takes them."""
    return [f"{name}: {value}" for name, value in (headers or {}).items()]


def open_client(options: Mapping[_ffi.Option, Setting]) -> _ffi.ClientHandle:
    """Opens a client of any source; an option that is None is not set. Raises FlagBitError, TypeError."""
    native = _ffi.OptionsHandle()
    check(_ffi.options_new(byref(native)))
    _set(native, _ffi.Option.LANGUAGE, "python")
    for option, value in options.items():
        for single in value if isinstance(value, list) else [value]:
            _set(native, option, single)
    handle = _ffi.ClientHandle()
    call(_ffi.client_open, native, byref(handle))
    return handle


def _set(options: _ffi.OptionsHandle, option: _ffi.Option, value: str | bytes | int | None) -> None:
    if value is None:
        return
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        call(_ffi.options_set_string, options, option, value, len(value))
    else:
        # ctypes would cut a larger number to its lower 64 bits.
        number = max(-_LARGEST, min(operator.index(value), _LARGEST))
        call(_ffi.options_set_integer, options, option, number)

"""Opening a client: from what a Python caller has to what the library takes."""

from __future__ import annotations

import json
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
"""A snapshot: its JSON text, or what `json.loads` would make of it."""


def snapshot_bytes(snapshot: Snapshot) -> bytes:
    """A snapshot's JSON text. Raises SnapshotError, TypeError."""
    if isinstance(snapshot, str):
        # A lone surrogate becomes bytes that the library refuses with their place.
        return snapshot.encode("utf-8", "surrogatepass")
    if isinstance(snapshot, (bytes, bytearray, memoryview)):
        return bytes(snapshot)
    if not isinstance(snapshot, (Mapping, list)):
        raise TypeError(f"a snapshot is a str, bytes, a dict or a list, not {type(snapshot).__name__}")
    return _json(snapshot)


def values_bytes(values: Mapping[str, FlagValue]) -> bytes:
    """The JSON text of flags that answer everybody alike. Raises SnapshotError, TypeError."""
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
    """A client of a snapshot in memory."""
    if max_snapshot_bytes is not None:
        return open_source(_ffi.Option.SNAPSHOT, text, max_snapshot_bytes)
    handle = _ffi.ClientHandle()
    call(_ffi.client_from_snapshot, text, len(text), byref(handle))
    return handle


def open_file(path: str | bytes | os.PathLike[str], watch: bool, max_snapshot_bytes: int | None) -> _ffi.ClientHandle:
    """A client of a file."""
    return open_source(_ffi.Option.FILE, os.fsencode(path), max_snapshot_bytes, watch)


def open_source(
    source: _ffi.Option, value: bytes, max_snapshot_bytes: int | None = None, watch: bool = False
) -> _ffi.ClientHandle:
    """A client of any source. Raises FlagBitError."""
    options = _ffi.OptionsHandle()
    check(_ffi.options_new(byref(options)))
    call(_ffi.options_set_string, options, source, value, len(value))
    if watch:
        call(_ffi.options_set_integer, options, _ffi.Option.WATCH, 1)
    if max_snapshot_bytes is not None:
        # ctypes would cut a larger number to its lower 64 bits.
        limit = max(0, min(operator.index(max_snapshot_bytes), 2**63 - 1))
        call(_ffi.options_set_integer, options, _ffi.Option.MAX_SNAPSHOT_BYTES, limit)
    handle = _ffi.ClientHandle()
    call(_ffi.client_open, options, byref(handle))
    return handle

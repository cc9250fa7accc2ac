"""Helpers for calls of the library: statuses and errors, lists of texts, and texts that are copied out."""

from __future__ import annotations

from ctypes import byref, c_size_t, create_string_buffer, string_at
from functools import lru_cache
from typing import Any

from . import _ffi
from .errors import ClosedError, ContextError, FileError, FlagBitError, SnapshotError

NEVER_OPENED = "the client was never opened: a subclass's __init__ has to call super().__init__(...)"
"""Returns the error of a client that was never opened, which is the only NULL that this package passes."""

_CLASSES: dict[int, type[FlagBitError]] = {
    _ffi.Status.UNSUPPORTED_VALUE: ContextError,
    _ffi.Status.CLOSED: ClosedError,
    _ffi.Status.SNAPSHOT_REFUSED: SnapshotError,
    _ffi.Status.IO: FileError,
}


def check(status: int, error: _ffi.ErrorHandle | None = None) -> None:
    """Raises the error of a status that is not OK, with the library's own message."""
    if status != _ffi.Status.OK:
        name = _ffi.Status(status).name if status in set(_ffi.Status) else str(status)
        raise _CLASSES.get(status, FlagBitError)(_message(status, error), name)


def _message(status: int, error: _ffi.ErrorHandle | None) -> str:
    if status == _ffi.Status.NULL_ARGUMENT:
        return NEVER_OPENED
    text = _ffi.error_message(error) if error else _ffi.status_message(status)
    return str(text.decode())


def call(function: Any, *arguments: Any) -> None:
    """Calls a function whose last argument is an error. Raises FlagBitError."""
    error = _ffi.ErrorHandle()
    check(function(*arguments, byref(error)), error)


def texts(function: Any, *arguments: Any) -> list[str]:
    """Calls a function that returns a list of texts."""
    pointer = _ffi.TextListPointer()
    check(function(*arguments, byref(pointer)))
    return take_texts(pointer)


def take_texts(pointer: Any) -> list[str]:
    """Reads and frees a list of texts."""
    try:
        texts = pointer.contents
        block = string_at(texts.text, texts.text_length)
        return [text_in(block, place) for place in texts.items[: texts.count]]
    finally:
        _ffi.text_list_free(pointer)


def text_in(block: bytes, place: _ffi.Text) -> str:
    """Returns one text of a block."""
    return block[place.offset : place.offset + place.length].decode()


def copied(function: Any, *arguments: Any) -> bytes:
    """Calls a function that copies texts, each with a NUL, into a buffer."""
    needed = c_size_t(256)
    while True:
        buffer = create_string_buffer(needed.value)
        status = function(*arguments, buffer, len(buffer), byref(needed))
        # The text may have grown since the last try, and the size that it needs with it.
        if status != _ffi.Status.BUFFER_TOO_SMALL:
            check(status)
            return buffer.raw[: needed.value]


def error_message(client: _ffi.ClientHandle, flag_key: str, error_code: int) -> str:
    """Returns in words why a flag gave no answer."""
    key = str.encode(flag_key, "utf-8", "backslashreplace")
    return copied(_ffi.client_error_message, client, key, len(key), error_code)[:-1].decode()


def _names(function: Any) -> Any:
    return lru_cache(maxsize=64)(lambda number: function(number).decode())


reason_name, error_code_name, state_name = map(_names, (_ffi.reason_name, _ffi.error_code_name, _ffi.state_name))

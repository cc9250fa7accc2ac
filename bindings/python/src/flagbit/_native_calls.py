"""The native way: an extension in C answers the hot calls without ctypes, if the package has one for this Python."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from . import _ffi
from ._calls import reason_name
from .evaluation import Evaluation

VARIABLE = "FLAGBIT_NO_NATIVE"

_SIGNATURES = {
    "is_enabled": "context=None, default=False)",
    "evaluate": "context=None, default=False)",
    "value": "context=None, default=...)",
}

_native: Any = None
if os.environ.get(VARIABLE, "0") in ("", "0"):
    # There may be none for this Python.
    with suppress(ImportError):
        from . import _native  # type: ignore[attr-defined,no-redef]

is_native = _native is not None
"""Whether the extension answers."""

replaced: dict[tuple[type, str], Callable[..., Any]] = {}
"""The functions that the extension has replaced and still falls back to, by class and name."""

if TYPE_CHECKING or not is_native:

    class Holder:
        """An object with a handle of the library. The extension's Holder has the handle's pointer, too."""

        __slots__ = ("_handle",)
        _handle: Any
else:
    Holder = _native.Holder


def install(client: type[Holder], flag: type[Holder], context: type[Holder]) -> None:
    """Replaces methods of the classes Client and Flag by the extension's, which fall back to the replaced functions."""
    if is_native:
        documentation = []
        for cls, first in ((client, "($self, flag_key, "), (flag, "($self, ")):
            for name, signature in _SIGNATURES.items():
                replaced[cls, name] = function = vars(cls)[name]
                # This is the form that inspect reads for methods in C.
                documentation.append(f"{name}{first}{signature}\n--\n\n{function.__doc__ or ''}")
        names = tuple(field.name for field in fields(Evaluation))
        reasons = tuple(map(reason_name, _ffi.Reason))
        functions = tuple(replaced.values())
        _native.install(
            _ffi.address, client, flag, functions, tuple(documentation), context, Evaluation, names, reasons
        )

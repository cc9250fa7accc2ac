"""Questions for the library: a flag's key and a context, whatever the caller passed for them."""

from __future__ import annotations

from collections.abc import Mapping

from . import _ffi
from ._pack import KEYS, encode_key, pack
from .context import NEVER_BUILT, Context

Attributes = _ffi.ContextHandle | bytes | None
"""A prepared context's handle, a one-shot context's buffer, or None for no attributes."""


class UnanswerableError(Exception):
    """A question that reaches no flag: an error code, and the message. Never leaves the package."""

    def __init__(self, code: _ffi.ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def read(flag_key: object, context: object) -> tuple[bytes, Attributes, bool]:
    """Returns a key, a context, and whether the context has unsupported values. Raises UnanswerableError."""
    try:
        key = KEYS.get(flag_key) or encode_key(flag_key)  # type: ignore[call-overload]
    except Exception:
        message = f"a flag key is a str, not {type(flag_key).__name__}"
        raise UnanswerableError(_ffi.ErrorCode.GENERAL, message) from None
    attributes, unsupported = read_context(context)
    return key, attributes, unsupported


def read_context(context: object) -> tuple[Attributes, bool]:
    """Returns a context, and whether it has unsupported values. Raises UnanswerableError."""
    try:
        if isinstance(context, Context):
            handle = getattr(context, "_handle", None)
            if handle is None:
                raise UnanswerableError(_ffi.ErrorCode.INVALID_CONTEXT, NEVER_BUILT)
            return handle, False
        if context is None:
            return None, False
        # The same for a dict, but faster.
        if type(context) is dict or isinstance(context, Mapping):
            return pack(context)
    except UnanswerableError:
        raise
    except Exception as error:
        # The mapping is the user's own. Its exception's message may hold values, so only the type is told.
        message = f"the context cannot be read: {type(error).__name__}"
        raise UnanswerableError(_ffi.ErrorCode.INVALID_CONTEXT, message) from error
    message = f"a context is a flagbit.Context, a mapping or None, not {type(context).__name__}"
    raise UnanswerableError(_ffi.ErrorCode.INVALID_CONTEXT, message)

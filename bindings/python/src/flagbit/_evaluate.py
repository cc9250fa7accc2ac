"""Evaluations with all that there is to say about them. Nothing here raises for what the caller passes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from ctypes import POINTER, byref, sizeof, string_at
from typing import Any

from . import _ffi
from ._calls import check, copied, error_code_name, reason_name, text_in
from ._pack import KEYS, encode_key, pack
from .context import Context
from .errors import FlagBitError
from .evaluation import Evaluation, FlagValue

_SIZE = sizeof(_ffi.Evaluation)


class BadContextError(Exception):
    """A context that cannot be read; the message tells why. Never leaves the package."""


def read_context(context: object) -> tuple[_ffi.ContextHandle | bytes | None, bool]:
    """A prepared context's handle or a one-shot context's buffer; and whether it has unsupported values.

    Raises BadContextError.
    """
    try:
        if isinstance(context, Context):
            return context._handle, False
        if context is None:
            return None, False
        if isinstance(context, Mapping):
            return pack(context)
    except Exception as error:
        # The user's own mapping. Its message may hold values, so only the type is told.
        raise BadContextError(f"the context cannot be read: {type(error).__name__}") from error
    raise BadContextError(f"a context is a flagbit.Context, a mapping or None, not {type(context).__name__}")


def truth(default: object) -> bool:
    """A default as a bool."""
    try:
        return bool(default)
    except Exception:
        return False


class _ForgottenError(Exception):
    """The flags were swapped so often since an evaluation that its revision is forgotten."""


class Evaluator:
    """Evaluates against one client, whose latest revision it remembers."""

    def __init__(self, client: _ffi.ClientHandle) -> None:
        self._client = client
        self._revision: tuple[int, str | None] = (0, None)

    def evaluate(self, flag_key: str, context: object, default: FlagValue) -> tuple[Evaluation, bool]:
        """Evaluates a flag; also whether the context has unsupported values."""
        while True:
            with suppress(_ForgottenError):
                return self._evaluate(flag_key, context, default)

    def _evaluate(self, flag_key: str, context: object, default: FlagValue) -> tuple[Evaluation, bool]:
        try:
            key = KEYS.get(flag_key) or encode_key(flag_key)
        except Exception:
            message = f"a flag key is a str, not {type(flag_key).__name__}"
            return _failed(flag_key, default, _ffi.ErrorCode.GENERAL, message), False
        try:
            attributes, unsupported = read_context(context)
        except BadContextError as error:
            return _failed(flag_key, default, _ffi.ErrorCode.INVALID_CONTEXT, str(error)), False
        native = _ffi.Evaluation(_SIZE)
        if isinstance(attributes, bytes):
            status = _ffi.evaluate_with_n(self._client, key, len(key), attributes, len(attributes), native)
        else:
            status = _ffi.evaluate_n(self._client, key, len(key), attributes, native)
        if status == _ffi.Status.INVALID_UTF8:
            # A key with a lone surrogate: it is no flag's key.
            native.error_code = _ffi.ErrorCode.FLAG_NOT_FOUND
        elif status != _ffi.Status.OK:
            message = _ffi.status_message(status).decode()
            return _failed(flag_key, default, _ffi.ErrorCode.GENERAL, message), unsupported
        return self._evaluation(flag_key, native, default), unsupported

    def evaluate_all(self, context: object) -> tuple[dict[str, Evaluation], bool]:
        """Evaluates all flags; also whether the context has unsupported values. Raises BadContextError."""
        while True:
            with suppress(_ForgottenError):
                return self._evaluate_all(context)

    def _evaluate_all(self, context: object) -> tuple[dict[str, Evaluation], bool]:
        attributes, unsupported = read_context(context)
        pointer = POINTER(_ffi.Evaluations)()
        if isinstance(attributes, bytes):
            check(_ffi.evaluate_all_with(self._client, attributes, len(attributes), byref(pointer)))
        else:
            check(_ffi.evaluate_all(self._client, attributes, byref(pointer)))
        try:
            block = pointer.contents
            keys, step = string_at(block.text, block.text_length), block.item_size
            items = string_at(block.items, block.count * step)
        finally:
            _ffi.evaluations_free(pointer)
        evaluations = {}
        for offset in range(0, len(items), step):
            item = _ffi.FlagEvaluation.from_buffer_copy(items, offset)
            key = text_in(keys, item.key)
            evaluations[key] = self._evaluation(key, item.evaluation, False)
        return evaluations, unsupported

    def _evaluation(self, flag_key: str, native: Any, default: FlagValue) -> Evaluation:
        revision, generation = self._revision_of(native.generation), native.generation
        if native.error_code:
            message = self._error_message(flag_key, native.error_code)
            return _failed(flag_key, default, native.error_code, message, revision, generation)
        enabled = bool(native.enabled)
        return Evaluation(
            flag_key=flag_key,
            enabled=enabled,
            value=enabled,
            variant="on" if enabled else "off",
            reason=reason_name(native.reason),
            rule_index=native.rule_index if native.rule_index >= 0 else None,
            error_code=None,
            error_message=None,
            revision=revision,
            generation=generation,
        )

    def _error_message(self, flag_key: str, error_code: int) -> str:
        key = str.encode(flag_key, "utf-8", "backslashreplace")
        return copied(_ffi.client_error_message, self._client, key, len(key), error_code)[:-1].decode()

    def _revision_of(self, generation: int) -> str | None:
        known, revision = self._revision
        if known != generation:
            try:
                revision = copied(_ffi.client_revision, self._client, generation)[:-1].decode() or None
            except FlagBitError:
                raise _ForgottenError from None
            self._revision = (generation, revision)
        return revision


def _failed(
    flag_key: str, default: FlagValue, code: int, message: str, revision: str | None = None, generation: int = 0
) -> Evaluation:
    return Evaluation(
        flag_key=flag_key,
        enabled=truth(default),
        value=default,
        variant=None,
        reason=reason_name(_ffi.Reason.ERROR),
        rule_index=None,
        error_code=error_code_name(code),
        error_message=message,
        revision=revision,
        generation=generation,
    )


def all_failed(flag_keys: list[str], message: str) -> dict[str, Evaluation]:
    """The evaluations of all flags for a context that cannot be read."""
    return {key: _failed(key, False, _ffi.ErrorCode.INVALID_CONTEXT, message) for key in flag_keys}

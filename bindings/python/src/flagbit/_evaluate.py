"""Evaluations with all their details. Nothing here raises for what the caller passes."""

from __future__ import annotations

from contextlib import suppress
from ctypes import byref, sizeof, string_at

from . import _ffi
from ._calls import NEVER_OPENED, check, copied, error_code_name, error_message, reason_name, text_in
from ._question import Attributes, UnanswerableError, read, read_context
from ._variants import Variant, Variants
from .errors import FlagBitError
from .evaluation import Evaluation, FlagValue

_SIZE = sizeof(_ffi.Evaluation)


class _ForgottenError(Exception):
    """The flags have changed so often since an evaluation that the library has forgotten its revision."""


class Evaluator:
    """Evaluates flags against one client, and remembers the client's latest revision."""

    def __init__(self, client: _ffi.ClientHandle) -> None:
        self._client = client
        self._revision: tuple[int, str | None] = (0, None)
        self._variants = Variants()

    def evaluate(self, flag_key: str, context: object, default: FlagValue) -> tuple[Evaluation, bool]:
        """Returns a flag's evaluation, and whether the context has unsupported values."""
        while True:
            with suppress(_ForgottenError):
                return self._evaluate(flag_key, context, default)

    def _evaluate(self, flag_key: str, context: object, default: FlagValue) -> tuple[Evaluation, bool]:
        try:
            native, variant, unsupported = self._ask(flag_key, context)
        except UnanswerableError as error:
            return _failed(flag_key, default, error.code, str(error)), False
        return self._evaluation(flag_key, native, variant, default), unsupported

    def complete(self, flag_key: str, context: object, default: FlagValue, answer: bytes) -> Evaluation:
        """Returns the evaluation of an answer that the extension has from the library: the bytes of its struct."""
        native = _ffi.Evaluation.from_buffer_copy(answer)
        try:
            variant = self._variant(*read(flag_key, context)[:2], native)
            return self._evaluation(flag_key, native, variant, default)
        except (UnanswerableError, _ForgottenError):
            return self.evaluate(flag_key, context, default)[0]

    def value(self, flag_key: str, context: object) -> tuple[FlagValue | None, bool]:
        """Returns a flag's value, or None without an answer; and whether the context has unsupported values."""
        try:
            native, variant, unsupported = self._ask(flag_key, context)
        except UnanswerableError:
            return None, False
        if native.error_code:
            return None, unsupported
        return bool(native.enabled) if variant is None else variant.value, unsupported

    def _ask(self, flag_key: str, context: object) -> tuple[_ffi.Evaluation, Variant | None, bool]:
        """Returns the library's answer, with the variant of a typed flag; and whether values are unsupported.

        Raises UnanswerableError.
        """
        key, attributes, unsupported = read(flag_key, context)
        native = _ffi.Evaluation(_SIZE)
        if isinstance(attributes, bytes):
            status = _ffi.evaluate_with_n(self._client, key, len(key), attributes, len(attributes), native)
        else:
            status = _ffi.evaluate_n(self._client, key, len(key), attributes, native)
        if status == _ffi.Status.INVALID_UTF8:
            # A key with a lone surrogate belongs to no flag.
            native.error_code = _ffi.ErrorCode.FLAG_NOT_FOUND
        elif status == _ffi.Status.NULL_ARGUMENT:
            raise UnanswerableError(_ffi.ErrorCode.PROVIDER_NOT_READY, NEVER_OPENED)
        elif status != _ffi.Status.OK:
            raise UnanswerableError(_ffi.ErrorCode.GENERAL, _ffi.status_message(status).decode())
        return native, self._variant(key, attributes, native), unsupported

    def _variant(self, key: bytes, attributes: Attributes, native: _ffi.Evaluation) -> Variant | None:
        """Returns the variant of a typed flag's answer, which is read if it is new. Raises UnanswerableError."""
        if not native.variant_id:
            return None
        return self._variants.get(native.variant_id) or self._read_variant(key, attributes, native)

    def _read_variant(self, key: bytes, attributes: Attributes, native: _ffi.Evaluation) -> Variant | None:
        """Asks again, with the texts. The flags may have changed, so this answer's evaluation counts."""
        name, value = _ffi.Text(), _ffi.Text()
        into = byref(native), byref(name), byref(value)
        try:
            if isinstance(attributes, bytes):
                block = copied(
                    _ffi.evaluate_value_with, self._client, key, len(key), attributes, len(attributes), *into
                )
            else:
                block = copied(_ffi.evaluate_value, self._client, key, len(key), attributes, *into)
        except FlagBitError as error:
            raise UnanswerableError(_ffi.ErrorCode.GENERAL, str(error)) from None
        if not native.variant_id:
            return None
        return self._variants.add(native, text_in(block, name), text_in(block, value))

    def evaluate_all(self, context: object) -> tuple[dict[str, Evaluation], bool]:
        """Returns all evaluations, and whether the context has unsupported values. Raises UnanswerableError."""
        while True:
            with suppress(_ForgottenError):
                return self._evaluate_all(context)

    def _evaluate_all(self, context: object) -> tuple[dict[str, Evaluation], bool]:
        if not self._client:
            return {}, False  # The client was never opened, so it has no flags.
        attributes, unsupported = read_context(context)
        pointer = _ffi.EvaluationsPointer()
        if isinstance(attributes, bytes):
            check(_ffi.evaluate_all_with(self._client, attributes, len(attributes), byref(pointer)))
        else:
            check(_ffi.evaluate_all(self._client, attributes, byref(pointer)))
        try:
            block = pointer.contents
            text, step = string_at(block.text, block.text_length), block.item_size
            items = string_at(block.items, block.count * step)
        finally:
            _ffi.evaluations_free(pointer)
        evaluations = {}
        for offset in range(0, len(items), step):
            item = _ffi.FlagEvaluation.from_buffer_copy(items, offset)
            key, native = text_in(text, item.key), item.evaluation
            variant = self._variants.get(native.variant_id)
            if variant is None and native.variant_id:
                variant = self._variants.add(native, text_in(text, item.variant), text_in(text, item.value))
            evaluations[key] = self._evaluation(key, native, variant, False)
        return evaluations, unsupported

    def _evaluation(
        self, flag_key: str, native: _ffi.Evaluation, variant: Variant | None, default: FlagValue
    ) -> Evaluation:
        revision, generation = self._revision_of(native.generation), native.generation
        if native.error_code:
            message = error_message(self._client, flag_key, native.error_code)
            return _failed(flag_key, default, native.error_code, message, revision, generation)
        enabled = bool(native.enabled)
        value = enabled if variant is None else variant.value
        name = ("on" if enabled else "off") if variant is None else variant.name
        rule_index = native.rule_index if native.rule_index >= 0 else None
        reason, is_static = reason_name(native.reason), bool(native.is_static)
        # The fields are passed by position: by name they take a third longer.
        return Evaluation(
            flag_key, enabled, value, name, reason, rule_index, is_static, None, None, revision, generation
        )

    def _revision_of(self, generation: int) -> str | None:
        if generation == 0:
            return None  # No flag was asked: there are none yet, or the key is invalid.
        known, revision = self._revision
        if known != generation:
            try:
                revision = copied(_ffi.client_revision, self._client, generation)[:-1].decode() or None
            except FlagBitError:
                raise _ForgottenError from None
            self._revision = (generation, revision)
        return revision


def truth(default: object) -> bool:
    """Returns a default as a bool."""
    try:
        return bool(default)
    except Exception:
        return False


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
        is_static=False,
        error_code=error_code_name(code),
        error_message=message,
        revision=revision,
        generation=generation,
    )


def all_failed(flag_keys: list[str], message: str) -> dict[str, Evaluation]:
    """Returns the evaluations of all flags for a context that cannot be read."""
    return {key: _failed(key, False, _ffi.ErrorCode.INVALID_CONTEXT, message) for key in flag_keys}

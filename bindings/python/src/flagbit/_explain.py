"""Explanations of a flag's answer, for people."""

from __future__ import annotations

import json
from typing import Any

from . import _ffi
from ._calls import copied
from ._question import UnanswerableError, read
from .errors import FlagBitError
from .evaluation import Evaluation


def explain(client: _ffi.ClientHandle, flag_key: str, context: object) -> dict[str, Any] | None:
    """Returns the library's explanation, or None if the question is invalid and reaches no flag."""
    try:
        key, attributes, _ = read(flag_key, context)
        if isinstance(attributes, bytes):
            text = copied(_ffi.explain_with, client, key, len(key), attributes, len(attributes))
        else:
            text = copied(_ffi.explain, client, key, len(key), attributes)
    except (UnanswerableError, FlagBitError):
        return None
    explanation: dict[str, Any] = json.loads(text[:-1])
    return explanation


def unexplained(evaluation: Evaluation) -> dict[str, Any]:
    """Returns an explanation of the same shape for a question that reached no flag."""
    return {
        "flag_key": evaluation.flag_key,
        "enabled": None,
        "kind": None,
        "value": None,
        "variant": None,
        "reason": evaluation.reason,
        "rule_index": None,
        "error_code": evaluation.error_code,
        "error_message": evaluation.error_message,
        "revision": evaluation.revision,
        "rules": [],
    }

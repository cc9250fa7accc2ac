"""Translates OpenFeature's contexts into FlagBit's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from openfeature.evaluation_context import EvaluationContext

TARGETING_KEY = "targetingKey"
USER_ID = "user_id"


_FLAT = {str, bool, int, float, type(None), list, datetime}
"""The usual types. None of them is a mapping."""


def attributes(context: EvaluationContext | None) -> dict[str, Any] | None:
    """Returns a context's attributes with those of its targeting key, as the server's OFREP endpoint does."""
    if context is None:
        return None
    found: dict[str, Any] = {**context.attributes}
    # No condition looks into a mapping. The client would count one as a mistake, but OpenFeature allows it. To ask each
    # value whether it is one takes longer than the evaluation.
    if not _FLAT.issuperset(map(type, found.values())):
        found = {name: value for name, value in found.items() if not isinstance(value, Mapping)}
    key = found.get(TARGETING_KEY)
    if key is None:
        key = found[TARGETING_KEY] = context.targeting_key
    if found.get(USER_ID) is None and not isinstance(key, (list, tuple)):
        found[USER_ID] = key
    return found

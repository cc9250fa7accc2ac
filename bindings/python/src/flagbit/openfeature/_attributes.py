"""Who asks, in FlagBit's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openfeature.evaluation_context import EvaluationContext

TARGETING_KEY = "targetingKey"
USER_ID = "user_id"


def attributes(context: EvaluationContext | None) -> dict[str, Any] | None:
    """The attributes of a context, with those of its targeting key, as the server's OFREP has them."""
    if context is None:
        return None
    # No condition looks into a mapping; the client would count it as a mistake, which for OpenFeature it is not.
    found: dict[str, Any] = {name: value for name, value in context.attributes.items() if not _is_nested(value)}
    if found.get(TARGETING_KEY) is None:
        found[TARGETING_KEY] = context.targeting_key
    if found.get(USER_ID) is None and not isinstance(found[TARGETING_KEY], (list, tuple)):
        found[USER_ID] = found[TARGETING_KEY]
    return found


def _is_nested(value: object) -> bool:
    # Asking for Mapping is slow, so the usual types come first.
    return not isinstance(value, (str, int, float)) and isinstance(value, Mapping)

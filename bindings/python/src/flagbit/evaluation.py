"""A flag's answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NoReturn

FlagValue = bool | str | int | float | dict[str, Any] | list[Any]
"""The types of a flag's value: a str, a number or JSON for a typed flag, a bool for any other."""

Reason = Literal["disabled", "targeting_match", "percentage_rollout", "default", "error"]
"""Why a flag gave its answer."""

ErrorCode = Literal[
    "FLAG_NOT_FOUND", "PROVIDER_NOT_READY", "PARSE_ERROR", "TYPE_MISMATCH", "INVALID_CONTEXT", "GENERAL"
]
"""OpenFeature's name of the error that an evaluation found instead of an answer."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A flag's answer for a context, and the reason for it."""

    flag_key: str
    """The key that the caller asked for."""

    enabled: bool
    """True if the feature is on; on an error the truth of the caller's default. A typed flag is on unless its reason is
    `disabled`."""

    value: FlagValue
    """The flag's value: `enabled` for a boolean flag; a str, int, float, dict or list for a typed flag. A number is an
    int, exactly, if it has no fraction and is from -2^63 to 2^64-1. On an error, the caller's default as it was
    given."""

    variant: str | None
    """The name of a typed flag's variant, or `"override"` if an override answers; `"on"` or `"off"` for a boolean flag;
    None on an error."""

    reason: Reason
    """Why the flag gave this answer. A later library may know more reasons."""

    rule_index: int | None
    """The index of the rule that decided, counted from 0; None if no rule decided."""

    is_static: bool
    """True if the flag gives everybody the same answer because it has no rules: OpenFeature's `STATIC`."""

    error_code: ErrorCode | None
    """OpenFeature's name of the error; None if the flag answered. This package never gives `TYPE_MISMATCH`."""

    error_message: str | None
    """The error in words; None if the flag answered."""

    revision: str | None
    """The snapshot's revision; None if the snapshot states none."""

    generation: int
    """How often the client's flags have changed; 0 if no flag was asked."""

    def __bool__(self) -> NoReturn:
        raise TypeError("an Evaluation has no truth of its own: ask for its `enabled`, or call Client.is_enabled")

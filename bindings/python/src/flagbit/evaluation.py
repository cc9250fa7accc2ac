"""What a flag answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NoReturn

FlagValue = bool | str | int | float | dict[str, Any] | list[Any]
"""What a flag can answer: a typed flag a str, a number or JSON, any other a bool."""

Reason = Literal["disabled", "targeting_match", "percentage_rollout", "default", "error"]
"""Why a flag answered as it did."""

ErrorCode = Literal[
    "FLAG_NOT_FOUND", "PROVIDER_NOT_READY", "PARSE_ERROR", "TYPE_MISMATCH", "INVALID_CONTEXT", "GENERAL"
]
"""OpenFeature's name of what an evaluation found instead of an answer."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a flag answered for a context, and why."""

    flag_key: str
    """The key that was asked for."""

    enabled: bool
    """Whether the feature is on; on an error the truth of the caller's default. A typed flag is on unless it is
    `disabled`."""

    value: FlagValue
    """The flag's value: `enabled` for a boolean flag; a str, int, float, dict or list for a typed one, a number being
    an int where it has no fraction and is at most 2^53; on an error the caller's default, as it was given."""

    variant: str | None
    """The variant's name for a typed flag, `"override"` where an override answers; else `"on"` or `"off"`; None on an
    error."""

    reason: Reason
    """Why the flag answered so. A later library may know more reasons."""

    rule_index: int | None
    """The rule that decided, counted from 0; None where none did."""

    is_static: bool
    """Whether the flag answers everybody alike, since it has no rules: OpenFeature's `STATIC`."""

    error_code: ErrorCode | None
    """OpenFeature's name of the error; None where the flag answered. This package never gives `TYPE_MISMATCH`."""

    error_message: str | None
    """The error in words; None where the flag answered."""

    revision: str | None
    """The revision that the snapshot states; None where it states none."""

    generation: int
    """Counts the changes of the client's flags; 0 where no flags were asked."""

    def __bool__(self) -> NoReturn:
        raise TypeError("an Evaluation has no truth of its own: ask for its `enabled`, or call Client.is_enabled")

"""Translates evaluations into OpenFeature's terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from openfeature.exception import TypeMismatchError
from openfeature.flag_evaluation import FlagMetadata, FlagValueType, Reason

from ..evaluation import Evaluation, FlagValue

T = TypeVar("T")

# An attribute of an enum is found slowly.
_STALE, _STATIC = Reason.STALE, Reason.STATIC

_REASONS = {
    "disabled": Reason.DISABLED,
    "targeting_match": Reason.TARGETING_MATCH,
    "percentage_rollout": Reason.SPLIT,
    "default": Reason.DEFAULT,
}


@dataclass(frozen=True)
class Type(Generic[T]):
    """A type that a caller of OpenFeature can ask for."""

    words: str
    read: Callable[[FlagValue], T | None]
    """Returns the value as that type, or None if it has another."""


def _boolean(value: FlagValue) -> bool | None:
    return value if isinstance(value, bool) else None


def _string(value: FlagValue) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: FlagValue) -> int | None:
    # A bool is an int in Python, but not to the author of a flag.
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _float(value: FlagValue) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _object(value: FlagValue) -> Sequence[FlagValueType] | Mapping[str, FlagValueType] | None:
    return value if isinstance(value, (dict, list)) else None


BOOLEAN = Type("a boolean", _boolean)
STRING = Type("a string", _string)
INTEGER = Type("an integer", _integer)
FLOAT = Type("a number", _float)
OBJECT: Type[Sequence[FlagValueType] | Mapping[str, FlagValueType]] = Type("an object", _object)


def typed(evaluation: Evaluation, asked: Type[T]) -> T:
    """Returns an answer's value. Raises TypeMismatchError."""
    value = asked.read(evaluation.value)
    if value is None:
        found = _words(evaluation.value)
        raise TypeMismatchError(f'flag "{evaluation.flag_key}" is {found}, not {asked.words}')
    return value


def _words(value: FlagValue) -> str:
    if isinstance(value, float):
        return "a number beyond 64 bits" if value.is_integer() else "a number with a fraction"
    return next(other.words for other in (BOOLEAN, STRING, FLOAT, OBJECT) if other.read(value) is not None)


def reason(evaluation: Evaluation, is_stale: bool) -> Reason:
    """Returns the reason of an answer; without contact to the server, that the answer may be out of date."""
    if is_stale:
        return _STALE
    return _STATIC if evaluation.is_static else _REASONS[evaluation.reason]


def metadata(evaluation: Evaluation) -> FlagMetadata:
    """Returns the details for which OpenFeature has no field."""
    told: dict[str, bool | int | float | str] = {"reason": evaluation.reason}
    if evaluation.rule_index is not None:
        told["ruleIndex"] = evaluation.rule_index
    if evaluation.revision is not None:
        # The second name is the one that OpenFeature's telemetry reads.
        told["revision"] = told["version"] = evaluation.revision
    return told

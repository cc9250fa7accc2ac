"""Why an attribute is unsupported, and what to give instead. Messages name the attribute, never its value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from ._pack import MOST_ELEMENTS, is_supported

_GIVE = "give a str, a bool, a finite number, a datetime with a time zone, or a list of these"


def first_problem(attributes: Mapping[str, object]) -> str | None:
    """Returns the message of the first attribute that is unsupported, or None if all are supported."""
    for name, value in attributes.items():
        if not _is_text(name):
            return f'the name of the attribute "{_shown(name)}" has a lone surrogate; give a name of Unicode text'
        if value is not None and not is_supported(value):
            return f'the attribute "{name}" {_problem(value)}'
    return None


def _problem(value: object) -> str:
    if not isinstance(value, (list, tuple)):
        return f"has {_of_scalar(value)}"
    if len(value) > MOST_ELEMENTS:
        return f"is a list of {len(value):,} elements; a list has at most {MOST_ELEMENTS:,}"
    for index, element in enumerate(value):
        if element is None:
            return f"has None at [{index}] of its list; leave the element out"
        if isinstance(element, (list, tuple)):
            return f"has a list at [{index}] of its list; lists hold single values only"
        if not is_supported(element):
            return f"has, at [{index}] of its list, {_of_scalar(element)}"
    return "changed while it was read; give a list that no other thread changes"


def _of_scalar(value: object) -> str:
    if isinstance(value, str):
        return "a text with a lone surrogate, which is not Unicode text; replace the surrogate"
    if isinstance(value, datetime):
        return _of_moment(value)
    if isinstance(value, float):
        return f"the number {'NaN' if math.isnan(value) else 'infinity'}, which no rule can match; give a finite number"
    if isinstance(value, int):
        return "an integer beyond the range of a double; give it as a str"
    return f"a value of the type {type(value).__name__}; {_GIVE}"


def _of_moment(value: datetime) -> str:
    try:
        if value.utcoffset() is None:
            return "a datetime without a time zone; give it one, such as .replace(tzinfo=timezone.utc)"
    except Exception:
        return "a datetime whose time zone raises an error; give one in UTC"
    return "a datetime outside the years 1 to 9999 in UTC"


def _is_text(name: str) -> bool:
    try:
        str.encode(name)
    except UnicodeError:
        return False
    return True


def _shown(name: str) -> str:
    return str.encode(name, "utf-8", "backslashreplace").decode()

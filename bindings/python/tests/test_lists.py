"""Attributes that are lists or moments."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

import flagbit
from flagbit import _pack


def asking(operator: str, value: object = None, attribute: str = "a") -> flagbit.Client:
    """A client of one flag, `f`, with one rule."""
    rule = {"attribute": attribute, "operator": operator, "value": value}
    return flagbit.Client.from_snapshot([{"key": "f", "enabled": True, "rules": [rule]}])


def holds(client: flagbit.Client, value: Any) -> bool:
    """Returns whether the rule holds, in every form of a context."""
    answers = {client.is_enabled("f", {"a": value}), client.evaluate("f", {"a": value}).enabled}
    with_context = client.is_enabled("f", flagbit.Context(a=value))
    assert answers == {with_context}
    return with_context


@pytest.mark.parametrize("value", ["pro", True, 7, 2**64 - 1, -(2**63), 0.5, 1e21, "", "ü\0"])
def test_a_list_shares_an_element(value: Any) -> None:
    client = asking("has", value)
    for elements in ([value], (value,), ["other", False, value], [value] * 1000):
        assert holds(client, elements) is True
    assert holds(client, []) is holds(client, ["other", False, 9]) is False


def test_a_list_is_present_and_nothing_else_to_the_other_operators() -> None:
    assert holds(asking("exists"), ["pro"]) is holds(asking("exists"), ()) is True
    assert holds(asking("eq", "pro"), ["pro"]) is holds(asking("contains", "pro"), ["pro"]) is False
    assert holds(asking("neq", "pro"), ["pro"]) is True


def test_elements_and_lists_of_subclasses_are_their_base_values() -> None:
    class Role(str, enum.Enum):
        ADMIN = "admin"

    class Empty(list[Any]):
        def __iter__(self) -> Any:
            raise RuntimeError

        def __getitem__(self, _index: Any) -> Any:
            return "other"

        def __len__(self) -> int:
            return 0

    class Pair(NamedTuple):
        one: str
        two: int

    client = asking("has", ["admin", 7])
    assert holds(client, [Role.ADMIN]) is holds(client, Empty(["admin"])) is holds(client, Pair("x", 7)) is True


@pytest.mark.parametrize(
    "value", [[None], [[]], [()], ["a", {}], [b"a"], [float("inf")], ["\ud800"], [10**400], {"a"}, range(1)]
)
def test_a_list_with_anything_else_is_absent(value: Any) -> None:
    client = asking("exists")
    assert client.is_enabled("f", {"a": value}) is False
    assert client.is_enabled("f", {"a": ["a"] * (_pack.MOST_ELEMENTS + 1)}) is False
    assert client.status().unsupported_values == 2
    with pytest.raises(flagbit.ContextError, match='"a"'):
        flagbit.Context(a=value)


def test_a_list_that_holds_itself_is_absent() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert asking("exists").is_enabled("f", {"a": endless}) is False


BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NOON, "2026-07-01T12:00:00Z"),
        (NOON.replace(microsecond=5), "2026-07-01T12:00:00.000005Z"),
        (NOON.replace(microsecond=500_000), "2026-07-01T12:00:00.5Z"),
        (NOON.replace(microsecond=50_000), "2026-07-01T12:00:00.05Z"),
        (NOON.replace(second=10, microsecond=100), "2026-07-01T12:00:10.0001Z"),
        # Clocks that go back show 02:30 twice.
        (datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN), "2026-10-25T00:30:00Z"),
        (datetime(2026, 10, 25, 2, 30, microsecond=250_000, fold=1, tzinfo=BERLIN), "2026-10-25T01:30:00.25Z"),
        (NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), "2026-07-01T12:00:00Z"),
        (NOON.astimezone(timezone(timedelta(seconds=-1))), "2026-07-01T12:00:00Z"),
        (datetime(1, 1, 1, tzinfo=timezone.utc), "0001-01-01T00:00:00Z"),
        (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc), "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_a_moment_is_its_text_in_utc(value: datetime, text: str) -> None:
    assert holds(asking("eq", text), value) is True
    assert holds(asking("has", text), ["x", value]) is holds(asking("has", text), (value, 7)) is True


def test_moments_are_compared() -> None:
    client = asking("before", "2026-07-01T14:00:00+01:00")
    assert holds(client, NOON) is True
    assert holds(client, NOON + timedelta(hours=1)) is False
    scheduled = asking("after", "2026-07-01T12:00:00Z", "@now")
    assert scheduled.is_enabled("f", {"@now": NOON + timedelta(microseconds=1)}) is True
    assert scheduled.is_enabled("f", {"@now": NOON}) is False


class Nowhere(tzinfo):
    def utcoffset(self, _moment: datetime | None) -> timedelta:
        raise RuntimeError

    def dst(self, _moment: datetime | None) -> None:
        return None

    def tzname(self, _moment: datetime | None) -> str:
        return "nowhere"


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 7, 1),
        date(2026, 7, 1),
        NOON.time(),
        timedelta(1),
        datetime(2026, 7, 1, tzinfo=Nowhere()),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2))),
        [NOON, datetime(2026, 7, 1)],
        [datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))],
    ],
    ids=repr,
)
def test_a_moment_that_is_none_is_absent(value: Any) -> None:
    client = asking("exists")
    assert client.is_enabled("f", {"a": value}) is False
    assert client.status().unsupported_values == 1
    with pytest.raises(flagbit.ContextError):
        flagbit.Context(a=value)

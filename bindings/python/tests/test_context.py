from __future__ import annotations

import datetime
import decimal
from typing import Any

import pytest

import flagbit

RULES = [
    {
        "conditions": [
            {"attribute": "org:id", "operator": "eq", "value": 7},
            {"attribute": "plan", "operator": "eq", "value": "pro"},
        ]
    }
]


def test_a_context_is_of_keywords_a_mapping_or_both() -> None:
    client = flagbit.Client.from_snapshot([{"key": "f", "enabled": True, "rules": RULES}])
    assert client.is_enabled("f", flagbit.Context({"org:id": 7}, plan="pro")) is True
    assert client.is_enabled("f", flagbit.Context({"org:id": 7, "plan": "free"}, plan="pro")) is True
    assert client.is_enabled("f", flagbit.Context({"org:id": 7, "plan": "pro"})) is True
    assert client.is_enabled("f", flagbit.Context()) is False
    # A keyword may have any name, also that of a parameter.
    flagbit.Context(self="a", attributes="b")


def test_a_context_works_with_any_client_and_outlives_it() -> None:
    user = flagbit.Context({"org:id": 7, "plan": "pro"})
    for _ in range(3):
        assert flagbit.Client.from_snapshot([{"key": "f", "enabled": True, "rules": RULES}]).is_enabled("f", user)


def test_a_context_is_immutable_and_shows_no_values() -> None:
    user = flagbit.Context(user_id="secret")
    for name in ("_handle", "user_id"):
        with pytest.raises(AttributeError):
            setattr(user, name, 1)
    with pytest.raises(AttributeError):
        del user._handle
    assert "secret" not in repr(user)


UNSUPPORTED = [
    float("nan"),
    float("-inf"),
    b"secret",
    decimal.Decimal("1.5"),
    datetime.datetime(2026, 1, 1),
    {"secret"},
    ["secret", None],
    ["secret", ["secret"]],
    ("secret", float("nan")),
    [b"secret"],
    ["secret"] * 1001,
    datetime.date(2026, 1, 1),
    {"secret": 1},
    "secret\udc80",
    10**400,
]


@pytest.mark.parametrize("value", UNSUPPORTED, ids=lambda value: type(value).__name__)
def test_an_unsupported_value_is_an_error_that_names_the_attribute(value: Any) -> None:
    with pytest.raises(flagbit.ContextError, match='attribute "age"') as error:
        flagbit.Context(user_id="u", age=value)
    assert error.value.status == "UNSUPPORTED_VALUE"
    assert "secret" not in str(error.value)
    assert isinstance(error.value, (flagbit.FlagBitError, ValueError))


NO_TIME_ZONE = "a moment without a time zone; give one with a time zone"
NOT_UNICODE = "string that is not Unicode text; replace lone surrogates and bytes that are not UTF-8"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("\ud800", f"has a {NOT_UNICODE}"),
        (["a"] * 1001, "is a list of 1001 elements; a list has at most 1000"),
        (["a", None], "has, at [1] of its list, a null; leave it out"),
        (["a", ["b"]], "has, at [1] of its list, a list; a list holds single values only"),
        (["a", "\udfff"], f"has, at [1] of its list, a {NOT_UNICODE}"),
        (datetime.datetime(2026, 1, 1), f"has {NO_TIME_ZONE}"),
        ([datetime.datetime(2026, 1, 1)], f"has, at [0] of its list, {NO_TIME_ZONE}"),
        (
            datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
            "has a moment that is invalid or outside the years 0 to 9999 in UTC; give another one",
        ),
        (float("nan"), "has a number that is not finite; give a finite number"),
        (float("-inf"), "has a number that is not finite; give a finite number"),
        (10**400, "has an integer beyond the range of a double; give it as a string"),
        (b"x", "has a value of the type bytes; give a string, a boolean, a finite number, a moment or a list of these"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_unsupported_value_has_its_own_message(value: Any, problem: str) -> None:
    with pytest.raises(flagbit.ContextError) as error:
        flagbit.Context(user_id="u", age=value)
    assert str(error.value) == f'the attribute "age" {problem}'


@pytest.mark.parametrize("attributes", [[], "text", 1, [("a", 1)]])
def test_attributes_are_a_mapping(attributes: Any) -> None:
    with pytest.raises(flagbit.ContextError, match="attributes are a mapping, not"):
        flagbit.Context(attributes)


def test_a_name_is_text() -> None:
    with pytest.raises(flagbit.ContextError, match="an attribute's name is a str, not int"):
        flagbit.Context({1: "a"})  # type: ignore[dict-item]
    with pytest.raises(flagbit.ContextError) as error:
        flagbit.Context({"a\udc80": "b"})
    assert str(error.value) == ('the attribute "a\\\\udc80" has a name that is not Unicode text; give a name that is')


def test_none_is_absent() -> None:
    rules = [{"attribute": "plan", "operator": "neq", "value": "x"}]
    client = flagbit.Client.from_snapshot([{"key": "f", "enabled": True, "rules": rules}])
    assert client.is_enabled("f", flagbit.Context(plan=None)) is True
    assert client.is_enabled("f", {"plan": None}) is True
    assert client.status().unsupported_values == 0

"""The extension against ctypes: every call gives the same answer, the same warnings and the same exceptions."""

from __future__ import annotations

import collections
import decimal
import enum
import inspect
import itertools
import json
import logging
from datetime import date, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_vectors import FILES, attributes, supported

import flagbit
from flagbit import _native_calls

pytestmark = pytest.mark.skipif(not flagbit.native, reason="compares the extension, which is not in use, with ctypes")

CALLS = ("is_enabled", "evaluate", "value")
NAMES = ("user_id", "plan", "age", "roles", "since", "ratio", "ok")
OPERATORS: list[dict[str, Any]] = [
    {"attribute": "plan", "operator": "in", "value": ["pro", "", "ü", "a\0b"]},
    {"attribute": "plan", "operator": "contains", "value": "a"},
    {"attribute": "age", "operator": "gte", "value": 18},
    {"attribute": "age", "operator": "in", "value": [0, 2**63, 2**64 - 1, -(2**63), 0.5]},
    {"attribute": "ratio", "operator": "lt", "value": 0.5},
    {"attribute": "roles", "operator": "has", "value": "staff"},
    {"attribute": "roles", "operator": "has", "value": 7},
    {"attribute": "roles", "operator": "exists"},
    {"attribute": "since", "operator": "after", "value": "2026-01-01T00:00:00Z"},
    {"attribute": "ok", "operator": "eq", "value": True},
    {"attribute": "plan", "operator": "neq", "value": "pro"},
    {"operator": "percent", "value": 50},
]
TYPED: dict[str, dict[str, Any]] = {
    "text": {"a": "light", "b": "dark"},
    "integer": {"a": 5, "b": 2**64 - 1},
    "number": {"a": 0.5, "b": 1e300},
    "json": {"a": {"list": [1, {"deep": None}]}, "b": {}},
    "list": {"a": ["x"], "b": []},
}
SNAPSHOT = {
    "revision": "r1",
    "flags": [
        *({"key": f"rule-{n}", "enabled": True, "rules": [rule]} for n, rule in enumerate(OPERATORS)),
        *(
            {
                "key": key,
                "enabled": True,
                "variants": variants,
                "default": "a",
                "rules": [{"conditions": [OPERATORS[0]], "value": "b"}],
            }
            for key, variants in TYPED.items()
        ),
        {"key": "off", "enabled": False, "default_enabled": True},
        {"key": "on", "enabled": True, "default_enabled": True},
        {"key": "broken", "enabled": True, "rules": [{"operator": "percent", "value": 101}]},
    ],
}
KEYS = [flag["key"] for flag in SNAPSHOT["flags"]]  # type: ignore[index]


class Plan(str, enum.Enum):
    PRO = "pro"


class Level(enum.IntEnum):
    ADULT = 18


class Text(str): ...


class Ratio(float):
    def __float__(self) -> float:
        raise RuntimeError("secret")


class Names(dict[object, Any]):
    def items(self) -> Any:
        raise RuntimeError("secret")


class Equal:
    """A key that runs code of its own when it is compared."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("secret")

    def __hash__(self) -> int:
        return hash("plan")


MOMENTS = st.datetimes(timezones=st.sampled_from([None, timezone.utc, timezone(timedelta(hours=2))]))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**65), 2**65),
    st.sampled_from([2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**400, 18, 7]),
    st.floats(),
    st.text(),
    st.sampled_from(["pro", "staff", "", "\udc80", "a\0b", "x" * 5000, "2026-12-01T08:00:00Z"]),
    st.sampled_from([Plan.PRO, Level.ADULT, Text("pro"), Ratio(0.25)]),
    MOMENTS,
    st.sampled_from([b"pro", date(2026, 12, 1), decimal.Decimal("0.5"), {"a": 1}, object(), Plan, 1j]),
)
LISTS = st.lists(SCALARS, max_size=5)
VALUES = st.one_of(
    SCALARS,
    LISTS,
    LISTS.map(tuple),
    st.lists(st.sampled_from(["staff", 7, True, 0.5]), max_size=4),
    st.sampled_from([[["staff"]], ["staff"] * 600, ["staff"] * 1001, collections.UserList(["staff"])]),
)
ATTRIBUTE_NAMES = st.one_of(st.sampled_from(NAMES), st.text(max_size=8), st.sampled_from(["\udc80", Text("plan"), 1]))
DICTS = st.dictionaries(ATTRIBUTE_NAMES, VALUES, max_size=6)
CONTEXTS = st.one_of(
    st.none(),
    DICTS,
    DICTS.map(MappingProxyType),
    DICTS.map(collections.OrderedDict),
    DICTS.map(lambda attributes: Names(attributes)),
    st.integers(500, 520).map(lambda count: {f"name-{n}": n for n in range(count)} | {"plan": "pro"}),
    st.sampled_from([flagbit.Context(plan="pro"), flagbit.Context(age=18, roles=["staff"]), flagbit.Context()]),
    st.sampled_from([{Equal(): "pro"}, [], "pro", 1, flagbit.Context.__new__(flagbit.Context)]),
)
FLAG_KEYS = st.one_of(
    st.sampled_from(KEYS), st.sampled_from(["nope", "\udc80", "on\0", Plan.PRO, Text("on"), None, 1, b"on"])
)
DEFAULTS = st.one_of(
    st.sampled_from([True, False, "light", Text("light"), 5, Level.ADULT, 0.25, Ratio(0.25), {}, [], None, object()]),
    st.sampled_from([{"a": 1}, collections.OrderedDict(), float("nan"), 2**70, b"", ...]),
)


class Ways:
    """Two clients of one snapshot, one for each way."""

    def __init__(self, snapshot: Any) -> None:
        self.native = flagbit.Client.from_snapshot(snapshot)
        self.ctypes = flagbit.Client.from_snapshot(snapshot)
        self.flags: dict[str, flagbit.Flag] = {}

    def check(self, call: str, *arguments: Any, **named: Any) -> None:
        """Asks both, twice, since the second answer may come from a cache."""
        for _ in range(2):
            native = outcome(getattr(flagbit.Client, call), self.native, *arguments, **named)
            ctypes = outcome(by_ctypes(call), self.ctypes, *arguments, **named)
            assert native == ctypes

    def check_flag(self, call: str, flag_key: str, *arguments: Any, **named: Any) -> None:
        """Asks a flag's object, which gives the answers of its client."""
        flag = self.flags.setdefault(flag_key, self.native.flag(flag_key))
        for _ in range(2):
            native = outcome(getattr(flagbit.Flag, call), flag, *arguments, **named)
            ctypes = outcome(by_ctypes(call), self.ctypes, flag_key, *arguments, **named)
            assert native == ctypes

    def check_counts(self, call: str, *arguments: Any) -> None:
        """Checks that a question counts as many unsupported values in both, if `check` has asked it before."""
        counts = []
        for client, function in (
            (self.native, getattr(flagbit.Client, call)),
            (self.ctypes, by_ctypes(call)),
        ):
            before = client.status().unsupported_values
            outcome(function, client, *arguments)
            counts.append(client.status().unsupported_values - before)
        assert counts[0] == counts[1]


def by_ctypes(call: str, cls: type = flagbit.Client) -> Any:
    """Returns the function that the extension has replaced."""
    return _native_calls.replaced[cls, call]


def outcome(function: Any, *arguments: Any, **named: Any) -> tuple[Any, ...]:
    """Returns what a call returned or raised, so that NaN equals NaN but 1 neither True nor 1.0."""
    try:
        found = function(*arguments, **named)
    except Exception as error:
        return type(error), str(error)
    return type(found), repr(found)


@pytest.fixture(scope="module")
def ways() -> Ways:
    return Ways(SNAPSHOT)


@pytest.mark.parametrize("call", CALLS)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(key=FLAG_KEYS, context=CONTEXTS, default=DEFAULTS)
@example(key="rule-3", context={"age": 2**64 - 1}, default=False)
@example(key="rule-5", context={"roles": ["staff"] * 511}, default=False)
@example(key="rule-5", context={"roles": ["staff"] * 512}, default=False)
@example(key="rule-5", context={"roles": ["x"] * 300, "plan": ["y"] * 300}, default=False)
def test_both_ways_give_the_same_answers(ways: Ways, call: str, key: Any, context: Any, default: Any) -> None:
    ways.check(call, key, context, default)
    ways.check_counts(call, key, context, default)
    if isinstance(key, str):
        ways.check_flag(call, key, context, default)
        ways.check_flag(call, key, context=context, default=default)
    ways.check(call, key, context=context, default=default)
    ways.check(call, default=default, context=context, flag_key=key)
    if call != "value":
        ways.check(call, key, context)
    if context is None:
        ways.check(call, key, default=default)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_both_ways_give_the_answers_of_the_vectors(file: Any) -> None:
    for group in json.loads(file.read_text())["groups"]:
        if group["refused"]:
            continue
        ways = Ways(group["snapshot"])
        for case in group["cases"]:
            for context in (attributes(case), flagbit.Context(supported(case))):
                defaults = [case["default"], "text", 1, 0.5, {}]
                for call, default in itertools.product(CALLS, defaults):
                    ways.check(call, case["flag"], context, default)
                    ways.check_flag(call, case["flag"], context, default)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), {}),
        (("on", None, False, 1), {}),
        (("on",), {"flag_key": "on"}),
        (("on",), {"nope": 1}),
        (("on", {}), {"context": {}}),
        ((), {"context": {}}),
        (("on",), {"".join(("con", "text")): {"plan": "pro"}}),
    ],
)
def test_both_ways_refuse_the_same_arguments(ways: Ways, call: str, arguments: Any, named: Any) -> None:
    ways.check(call, *arguments, **named)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [((None, False, 1), {}), (({},), {"context": {}}), ((), {"nope": 1}), ((), {"flag_key": "on"})],
)
@pytest.mark.parametrize("call", CALLS)
def test_flags_refuse_the_same_arguments(ways: Ways, call: str, arguments: Any, named: Any) -> None:
    flag = ways.native.flag("on")
    native = outcome(getattr(flagbit.Flag, call), flag, *arguments, **named)
    assert native == outcome(by_ctypes(call, flagbit.Flag), flag, *arguments, **named)
    assert native[0] is TypeError


def test_both_ways_warn_once(caplog: pytest.LogCaptureFixture) -> None:
    lines = []
    context: Any = {"plan": b"secret", "age": 1, "ratio": float("nan")}
    for function in (flagbit.Client.is_enabled, by_ctypes("is_enabled")):
        client = flagbit.Client.from_snapshot(SNAPSHOT)
        caplog.clear()
        with caplog.at_level(logging.INFO, "flagbit"):
            for _ in range(3):
                function(client, "on", context)
        lines.append([record.message for record in caplog.records])
    assert lines[0] == lines[1]
    assert len(lines[0]) == 1


def test_a_closed_client_and_one_that_was_never_opened() -> None:
    ways = Ways(SNAPSHOT)
    ways.native.close()
    ways.ctypes.close()
    never = flagbit.Client.__new__(flagbit.Client)
    contexts: list[Any] = [None, {"plan": "pro"}, {"plan": b""}, flagbit.Context(plan="pro")]
    defaults: list[Any] = [True, "text", {}]
    for call, context, default in itertools.product(CALLS, contexts, defaults):
        ways.check(call, "on", context, default)
        ways.check_flag(call, "on", context, default)
        native = outcome(getattr(flagbit.Client, call), never, "on", context, default)
        assert native == outcome(by_ctypes(call), never, "on", context, default)


def test_the_methods_are_documented_as_the_functions_are() -> None:
    for (cls, call), function in _native_calls.replaced.items():
        method = getattr(cls, call)
        assert inspect.getdoc(method) == inspect.getdoc(function)
        parameters, expected = (list(inspect.signature(one).parameters.values())[1:] for one in (method, function))
        assert len(parameters) == len(expected) == (3 if cls is flagbit.Client else 2)
        for one, other in zip(parameters, expected, strict=True):
            assert (one.name, one.kind, one.default) == (other.name, other.kind, other.default)


def test_a_subclass_is_asked_in_the_same_way() -> None:
    class Users(flagbit.Client):
        def is_enabled(self, flag_key: str, context: Any = None, default: bool = False) -> bool:
            return not super().is_enabled(flag_key, context, default)

    class User(flagbit.Context): ...

    client = Users.from_snapshot(SNAPSHOT)
    assert client.is_enabled("rule-0", {"plan": "pro"}) is False
    assert client.is_enabled("rule-0", User(plan="pro")) is False
    assert client.evaluate("rule-0", User(plan="pro")).enabled is True

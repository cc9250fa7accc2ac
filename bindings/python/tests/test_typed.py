"""Typed flags: values, variants, the types that callers ask for, and the cache of variants."""

from __future__ import annotations

import enum
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import flagbit
from flagbit import _ffi, _variants


def typed(key: str, variants: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A flag that answers with its first variant, and with its last where the plan is pro."""
    first, *_, last = variants
    rules = [{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": last}]
    return {"key": key, "enabled": True, "variants": variants, "default": first, "rules": rules, **fields}


SNAPSHOT = {
    "revision": "r1",
    "flags": [
        typed("theme", {"light": "#fff", "dark": "#000"}),
        typed("limit", {"small": 10, "large": 1e3}),
        typed("ratio", {"half": 0.5, "whole": 2}),
        typed("huge", {"most": 2**53, "more": 1e300}),
        typed("config", {"a": {"list": [1, {"deep": None}]}, "b": {}}),
        typed("hosts", {"one": ["a"], "none": []}),
        typed("closed", {"on": "open", "off": "shut"}, enabled=False, off="off"),
        typed("odd", {"empty": "", "nul": "\0ü"}),
        {"key": "plain", "enabled": True, "default_enabled": True},
        {"key": "broken", "enabled": True, "variants": {}},
    ],
}
PRO = flagbit.Context(plan="pro")


@pytest.fixture
def client() -> flagbit.Client:
    return flagbit.Client.from_snapshot(SNAPSHOT)


def test_an_evaluation_of_a_typed_flag(client: flagbit.Client) -> None:
    for _ in range(2):
        assert client.evaluate("theme", {"plan": "pro"}) == flagbit.Evaluation(
            flag_key="theme",
            enabled=True,
            value="#000",
            variant="dark",
            reason="targeting_match",
            rule_index=0,
            is_static=False,
            error_code=None,
            error_message=None,
            revision="r1",
            generation=1,
        )
        closed = client.evaluate("closed", PRO, default=True)
        assert (closed.enabled, closed.value, closed.variant) == (False, "shut", "off")
        assert (closed.reason, closed.rule_index, closed.error_code) == ("disabled", None, None)


EXPECTED = {
    "theme": ("#fff", "#000"),
    "limit": (10, 1000),
    "ratio": (0.5, 2),
    "huge": (2**53, 1e300),
    "config": ({"list": [1, {"deep": None}]}, {}),
    "hosts": (["a"], []),
    "odd": ("", "\0ü"),
}


@pytest.mark.parametrize("key", EXPECTED)
def test_values_are_of_pythons_types(client: flagbit.Client, key: str) -> None:
    for _ in range(2):
        for context, expected in zip((None, PRO), EXPECTED[key], strict=True):
            found = client.evaluate(key, context)
            assert found.value == expected
            assert type(found.value) is type(expected)
            assert found.enabled is True
            assert client.evaluate_all(context)[key] == found
            assert client.value(key, context, default=type(expected)()) == expected


def test_all_flags_at_once_before_any_was_asked_alone(client: flagbit.Client) -> None:
    every = client.evaluate_all(PRO)
    assert {key: one.value for key, one in every.items() if key in EXPECTED} == {
        key: pro for key, (_, pro) in EXPECTED.items()
    }
    assert every["plain"].value is True
    assert every["broken"].error_code == "PARSE_ERROR"


def test_value_answers_for_the_type_of_the_default(client: flagbit.Client) -> None:
    assert client.value("plain", default=False) is True
    assert client.value("nope", default=True) is True
    assert client.value("theme", default="x") == "#fff"
    assert client.value("limit", default=0) == 10
    assert client.value("limit", PRO, default=0) == 1000
    assert type(client.value("limit", default=0.0)) is float
    assert client.value("ratio", default=0.0) == 0.5
    assert client.value("huge", PRO, default=7) == 7, "beyond 64 bits"
    assert client.value("config", PRO, default={"x": 1}) == {}
    assert client.value("hosts", default=["x"]) == ["a"]


INTEGERS = [0, -1, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)]


@pytest.mark.parametrize("integer", INTEGERS)
def test_integers_are_exact_in_tests_and_in_json(integer: int) -> None:
    with flagbit.Client.for_testing({"integer": integer, "json": {"list": [integer]}}) as client:
        assert client.value("integer", default=1) == integer
        assert client.value("integer", default=1.0) == float(integer)
        assert client.value("json", default={"none": None}) == {"list": [integer]}


def test_an_integer_beyond_64_bits_is_a_float() -> None:
    with flagbit.Client.for_testing({"more": 2**64, "less": -(2**70)}) as client:
        assert (client.value("more", default=1), client.value("less", default=1)) == (1, 1)
        assert client.evaluate("more").value == 2.0**64
        assert client.value("less", default=1.0) == -(2.0**70)


DEFAULTS: list[Any] = [True, False, "x", 7, 7.5, {"x": 1}, ["x"]]


@pytest.mark.parametrize("default", DEFAULTS, ids=repr)
def test_a_flag_of_another_type_gives_the_default(client: flagbit.Client, default: Any) -> None:
    for key, (first, _) in EXPECTED.items():
        number = isinstance(first, (int, float)) and type(default) in (int, float)
        if type(default) is type(first) or number:
            continue
        assert client.value(key, default=default) is default
    for key in ("plain", "broken", "nope", "\ud800"):
        if key != "plain" or type(default) is not bool:
            assert client.value(key, default=default) is default
    # A fraction is no int.
    assert client.value("ratio", default=7) == 7


def test_a_default_of_a_type_that_no_flag_has(client: flagbit.Client) -> None:
    class Theme(str, enum.Enum):
        SYSTEM = "system"

    assert client.value("theme", default=Theme.SYSTEM) == "#fff"
    assert client.value("limit", default=Theme.SYSTEM) is Theme.SYSTEM
    for default in (None, (), b"", object()):
        assert client.value("theme", default=default) is default  # type: ignore[call-overload]


def test_a_typed_flag_asked_for_a_bool_gives_the_default(client: flagbit.Client) -> None:
    for context in (None, PRO, {"plan": "pro"}, {"plan": object()}):
        for key in ("theme", "closed", "config"):
            for _ in range(2):
                assert client.is_enabled(key, context, True) is True  # type: ignore[arg-type]
                assert client.is_enabled(key, context) is False  # type: ignore[arg-type]
    # The evaluation was no typed question.
    assert client.evaluate("theme", default=True).error_code is None


@pytest.mark.parametrize("context", [[], object(), {"a": object()}])
def test_nothing_raises(client: flagbit.Client, context: Any) -> None:
    expected = "#fff" if isinstance(context, dict) else "x"
    assert client.value("theme", context, default="x") == expected
    keys: list[Any] = [None, 1, "\ud800", "theme\0"]
    for key in keys:
        assert client.value(key, context, default="x") == "x"


def test_json_is_the_callers_own(client: flagbit.Client) -> None:
    for _ in range(2):
        found: Any = client.evaluate("config").value
        found["list"][1]["deep"] = "changed"
        client.value("config", default={})["list"].clear()
        every: Any = client.evaluate_all()["config"].value
        every.clear()
    assert client.evaluate("config").value == {"list": [1, {"deep": None}]}


def test_a_repeated_evaluation_is_one_call(client: flagbit.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for context in (None, PRO, {"plan": "pro"}):
        client.evaluate("theme", context)
        client.value("limit", context, default=0)

    def fail(*_arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr(_ffi, "evaluate_value", fail)
    monkeypatch.setattr(_ffi, "evaluate_value_with", fail)
    assert client.evaluate("theme", PRO).variant == "dark"
    assert client.value("limit", {"plan": "pro"}, default=0) == 1000
    with pytest.raises(AssertionError):
        client.evaluate("ratio")


def test_another_snapshot_is_seen_at_once(client: flagbit.Client) -> None:
    assert client.value("theme", default="x") == "#fff"
    client.load_snapshot([typed("theme", {"light": "#eee", "dark": "#111"})])
    assert client.value("theme", default="x") == "#eee"
    client.load_snapshot([typed("theme", {"light": 1, "dark": 2})])
    assert client.evaluate("theme").value == 1
    assert client.value("theme", default="x") == "x"
    client.load_snapshot([{"key": "theme", "enabled": True}])
    assert client.evaluate("theme").value is False
    client.load_snapshot(SNAPSHOT)
    assert client.value("theme", default="x") == "#fff"


def test_variants_are_remembered_within_bounds() -> None:
    variants = {f"v{number}": f"text {number}" for number in range(64)}
    rules = [{"conditions": [{"attribute": "v", "operator": "eq", "value": name}], "value": name} for name in variants]
    flags = [
        {"key": f"f{number}", "enabled": True, "variants": variants, "default": "v0", "rules": rules}
        for number in range(8)
    ]
    client = flagbit.Client.from_snapshot(flags)
    for _ in range(2):
        for flag in flags:
            for name, text in variants.items():
                assert client.value(str(flag["key"]), {"v": name}, default="") == text
    assert 0 < len(client._evaluator._variants) <= _variants.CACHED


def test_a_long_value_comes_out_whole() -> None:
    text = "ü" * 30_000
    client = flagbit.Client.from_snapshot([typed("long", {"a": text, "b": ""}), typed("many", {"a": [text], "b": []})])
    assert client.value("long", {"x": 1}, default="x") == text
    assert client.value("many", default=["x"]) == [text]


def test_overrides_are_typed_too(client: flagbit.Client) -> None:
    values: dict[str, flagbit.FlagValue] = {"theme": "pink", "limit": 5, "ratio": 0.25, "config": {"x": [1]}}
    values |= {"hosts": [], "plain": False, "new": ""}
    with client.override(values):
        for key, value in values.items():
            found = client.evaluate(key)
            assert (found.value, type(found.value), found.reason) == (value, type(value), "default")
            assert found.variant == ("off" if value is False else "override")
        with client.override({"theme": True}):
            assert client.is_enabled("theme") is True
            assert client.value("theme", default="x") == "x"
        assert client.value("theme", default="x") == "pink"
    assert client.value("theme", default="x") == "#fff"
    testing = flagbit.Client.for_testing(values)
    assert {key: one.value for key, one in testing.evaluate_all().items()} == values


def test_threads_see_values_of_one_snapshot() -> None:
    def snapshot(number: int) -> list[dict[str, Any]]:
        text = {"a": f"text {number}", "b": "never"}
        return [
            typed("text", text),
            typed("json", {"a": {"n": number}, "b": {}}),
            typed("number", {"a": number, "b": 0}),
        ]

    client = flagbit.Client.from_snapshot(snapshot(1))
    stop = threading.Event()

    def evaluate() -> int:
        count = 0
        while not stop.is_set():
            every: Any = {key: one.value for key, one in client.evaluate_all({"plan": "free"}).items()}
            assert every["text"] == f"text {every['number']}"
            assert every["json"] == {"n": every["number"]}
            one: Any = client.value("json", default={})
            assert 1 <= one["n"] <= 300
            found = client.evaluate("text")
            assert str(found.value).startswith("text ")
            assert found.variant == "a"
            count += 1
        return count

    with ThreadPoolExecutor(4) as pool:
        counts = [pool.submit(evaluate) for _ in range(4)]
        for number in range(1, 301):
            client.load_snapshot(snapshot(number))
        stop.set()
        assert all(count.result() > 0 for count in counts)


def test_a_closed_client_gives_the_default(client: flagbit.Client) -> None:
    assert client.value("theme", default="x") == "#fff"
    client.close()
    assert client.value("theme", default="x") == "x"
    assert client.evaluate("theme", default="x").error_code == "PROVIDER_NOT_READY"


def test_a_default_by_name_and_by_position() -> None:
    with flagbit.Client.from_snapshot(SNAPSHOT) as client:
        assert client.value("theme", PRO, "gray") == client.value("theme", PRO, default="gray") == "#000"
        assert client.value("unknown", None, 5) == client.value("unknown", default=5) == 5
        assert client.value("plain", None, False) is True
        assert client.value("config", None, {}) == {"list": [1, {"deep": None}]}
        with pytest.raises(TypeError, match="needs a default"):
            client.value("theme", PRO)  # type: ignore[call-overload]

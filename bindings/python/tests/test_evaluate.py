"""Evaluations, including those with arguments that nobody should pass. None of them raises."""

from __future__ import annotations

import enum
import logging
from collections.abc import Iterator, Mapping
from dataclasses import FrozenInstanceError
from typing import Any, Literal, get_args

import pytest

import flagbit
from flagbit import _ffi, _pack


class Plan(str, enum.Enum):
    PRO = "pro"

    def __str__(self) -> str:
        return "shown differently"


class Liar:
    """A stand-in for another object that lacks it just now."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise RuntimeError("secret")

    def __bool__(self) -> bool:
        raise RuntimeError("secret")


class Failing(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("secret")


def test_an_evaluation(client: flagbit.Client) -> None:
    found = client.evaluate("pro", {"plan": "pro"})
    assert found == flagbit.Evaluation(
        flag_key="pro",
        enabled=True,
        value=True,
        variant="on",
        reason="targeting_match",
        rule_index=0,
        is_static=False,
        error_code=None,
        error_message=None,
        revision="r1",
        generation=1,
    )
    missed = client.evaluate("pro", {"plan": "free"}, True)
    assert (missed.enabled, missed.variant, missed.reason, missed.rule_index) == (False, "off", "default", None)
    with pytest.raises(FrozenInstanceError):
        found.enabled = False  # type: ignore[misc]


def test_a_flag_is_static_that_has_no_rules(client: flagbit.Client) -> None:
    static = {key for key, evaluation in client.evaluate_all().items() if evaluation.is_static}
    assert static == {"always"} == {key for key in client.flags() if client.evaluate(key).is_static}
    assert client.evaluate("pro", {"plan": "pro"}).is_static is False
    with client.override({"pro": True}):
        assert client.evaluate("pro").is_static is True


def test_errors_give_the_default(client: flagbit.Client) -> None:
    unknown = client.evaluate("nope", default=True)
    assert (unknown.enabled, unknown.value, unknown.variant, unknown.reason) == (True, True, None, "error")
    assert unknown.error_code == "FLAG_NOT_FOUND"
    assert unknown.error_message == 'no flag "nope" among the 4 in force'
    assert (unknown.revision, unknown.generation) == ("r1", 1)
    aside = client.evaluate("broken", default="text")
    assert (aside.enabled, aside.value, aside.error_code) == (True, "text", "PARSE_ERROR")
    assert aside.error_message is not None
    assert "flags[2].rules[0].value: a percentage is a number from 0 to 100, found 101" in aside.error_message
    assert client.is_enabled("nope", default=True) is True
    assert client.is_enabled("nope") is False
    # A switched-off flag is an answer, not the default.
    assert client.is_enabled("off", default=True) is False


@pytest.mark.parametrize("key", [None, 1, b"always", ["always"], {}, object()])
def test_a_key_that_is_no_text(client: flagbit.Client, key: Any) -> None:
    found = client.evaluate(key, default=True)
    assert (found.enabled, found.error_code) == (True, "GENERAL")
    assert found.error_message == f"a flag key is a str, not {type(key).__name__}"
    assert client.is_enabled(key) is False
    assert client.is_enabled(key, default=True) is True


@pytest.mark.parametrize("context", [[], "user", 1, object(), b"", {"a"}, Failing()])
def test_a_context_that_is_none(client: flagbit.Client, context: Any) -> None:
    found = client.evaluate("always", context)
    assert (found.enabled, found.error_code) == (False, "INVALID_CONTEXT")
    assert "secret" not in str(found.error_message)
    assert client.is_enabled("always", context) is False
    assert client.is_enabled("always", context, True) is True
    every = client.evaluate_all(context)
    assert list(every) == ["always", "broken", "off", "pro"]
    assert {one.error_code for one in every.values()} == {"INVALID_CONTEXT"}


def test_the_message_for_a_context_of_another_type_names_the_type(client: flagbit.Client) -> None:
    message = client.evaluate("always", [1]).error_message  # type: ignore[arg-type]
    assert message == "a context is a flagbit.Context, a mapping or None, not list"


@pytest.mark.parametrize("default", [None, "text", b"", 2**80, [], float("nan")])
def test_a_default_of_any_type(client: flagbit.Client, default: Any) -> None:
    expected = bool(default)
    for key in ("nope", "nope", "nope\0"):
        assert client.is_enabled(key, None, default) is expected
        assert client.is_enabled(key, {}, default) is expected
        assert client.evaluate(key, None, default).value is default
    assert client.is_enabled("always", {}, default) is True


def test_an_object_that_raises_whatever_is_asked_of_it(client: flagbit.Client) -> None:
    liar: Any = Liar()
    assert client.evaluate(liar).error_code == "GENERAL"
    assert client.evaluate("always", liar).error_code == "INVALID_CONTEXT"
    assert client.is_enabled("always", liar, liar) is False
    assert client.is_enabled("always", {"plan": liar}) is True
    assert client.status().unsupported_values == 1
    assert client.value("always", default=liar) is liar


def test_keys_are_never_cut_or_mixed_up() -> None:
    flags = {"a": True, "a\0b": False, "a\0": False, "": False, "ü": True, "\\udc80": True}
    del flags[""]  # an empty key is refused
    client = flagbit.Client.for_testing(flags)
    for _ in range(2):
        for key, on in flags.items():
            assert client.is_enabled(key, default=not on) is on
            assert client.is_enabled(key, {"x": 1}, default=not on) is on
            assert client.evaluate(key).enabled is on
        assert client.evaluate("").error_code == "FLAG_NOT_FOUND"
        # Lone surrogates are in no flag's key, nor taken for the text that messages show for them.
        lone = client.evaluate("\udc80", default=True)
        assert (lone.enabled, lone.error_code) == (True, "FLAG_NOT_FOUND")
        assert client.is_enabled("\udc80") is False
        assert client.is_enabled("\udc80", {"x": 1}) is False
        assert client.is_enabled("a\udc80") is False


def test_keys_are_remembered_within_bounds(client: flagbit.Client) -> None:
    for number in range(2 * _pack.CACHED):
        client.is_enabled(f"key-{number}", {f"name-{number}": "v"})
    client.is_enabled("k" * 1000, {"n" * 1000: "v"})
    assert len(_pack.KEYS) <= _pack.CACHED
    assert len(_pack._names) <= _pack.CACHED
    assert max(map(len, _pack.KEYS)) <= _pack.CACHED_LENGTH >= max(map(len, _pack._names))
    assert client.is_enabled("pro", {"plan": "pro"}) is True


def test_values_of_subclasses_are_their_base_values(client: flagbit.Client) -> None:
    class Number(enum.IntEnum):
        SEVEN = 7

    class Ratio(float):
        def __float__(self) -> float:
            return 9.0

    equal = [{"attribute": "a", "operator": "in", "value": ["pro", 7, 0.5]}]
    client.load_snapshot([{"key": "f", "enabled": True, "rules": equal}])
    for value in (Plan.PRO, Number.SEVEN, Ratio(0.5)):
        assert client.is_enabled("f", {"a": value}) is True
        assert client.is_enabled("f", flagbit.Context(a=value)) is True
    assert client.is_enabled("f", {"a": "shown differently"}) is False


def test_a_key_of_a_subclass(client: flagbit.Client) -> None:
    assert client.is_enabled(Plan.PRO, {"plan": Plan.PRO}) is True
    assert client.is_enabled("shown differently", {"plan": Plan.PRO}) is False


@pytest.mark.parametrize("value", [b"pro", object(), {"a": 1}, float("nan"), float("inf"), 10**400, "\ud800"])
def test_unsupported_values_count_as_absent(
    client: flagbit.Client, caplog: pytest.LogCaptureFixture, value: Any
) -> None:
    absent = [{"attribute": "a", "operator": "neq", "value": "x"}, {"attribute": "b", "operator": "eq", "value": 1}]
    client.load_snapshot([{"key": "f", "enabled": True, "rules": [{"conditions": absent}]}])
    before = client.status().unsupported_values
    with caplog.at_level(logging.INFO, "flagbit"):
        for _ in range(3):
            assert client.is_enabled("f", {"a": value, "b": 1}) is True
    assert client.status().unsupported_values == before + 3
    lines = [record for record in caplog.records if "unsupported type" in record.message]
    assert [(line.name, line.levelname) for line in lines] == [("flagbit", "WARNING")]


def test_odd_names_hide_no_attribute(client: flagbit.Client) -> None:
    client.load_snapshot([{"key": "f", "enabled": True, "rules": [{"attribute": "int", "operator": "eq", "value": 1}]}])
    assert client.is_enabled("f", {1: "odd", "\udc80": 1, "int": 1}) is True  # type: ignore[dict-item]
    client.load_snapshot(
        [{"key": "f", "enabled": True, "rules": [{"attribute": "\\udc80", "operator": "eq", "value": 1}]}]
    )
    assert client.is_enabled("f", {"\udc80": 2, "\\udc80": 1}) is True
    assert client.is_enabled("f", {"\udc80": 1}) is False


def test_any_mapping_is_a_context(client: flagbit.Client) -> None:
    from types import MappingProxyType

    assert client.is_enabled("pro", MappingProxyType({"plan": "pro"})) is True
    assert client.evaluate_all(MappingProxyType({"plan": "pro"}))["pro"].enabled is True


def test_a_long_value_and_a_long_name(client: flagbit.Client) -> None:
    name, text = "n" * 5000, "ü" * 70_000
    rules = [{"attribute": name, "operator": "eq", "value": text}]
    client.load_snapshot([{"key": "f", "enabled": True, "rules": rules}])
    for _ in range(2):
        assert client.is_enabled("f", {name: text}) is True
        assert client.is_enabled("f", {name: text[:-1]}) is False


def test_evaluate_all_is_of_one_state_and_sorted(client: flagbit.Client) -> None:
    every = client.evaluate_all({"plan": "pro"})
    assert list(every) == client.flags() == ["always", "broken", "off", "pro"]
    assert every["pro"] == client.evaluate("pro", {"plan": "pro"})
    assert every["broken"] == client.evaluate("broken")
    assert client.evaluate_all(None)["pro"].enabled is False


def test_an_evaluation_has_no_truth(client: flagbit.Client) -> None:
    for key in ("always", "off", "unknown"):
        with pytest.raises(TypeError, match=r"`enabled`.*Client\.is_enabled"):
            bool(client.evaluate(key))


def check_literals(evaluation: flagbit.Evaluation, status: flagbit.Status) -> bool:
    """Only mypy and pyright check this. Strict mypy reports an `ignore` that is not needed."""
    reason: Literal["disabled", "targeting_match", "percentage_rollout", "default", "error"] = evaluation.reason
    code: (
        Literal["FLAG_NOT_FOUND", "PROVIDER_NOT_READY", "PARSE_ERROR", "TYPE_MISMATCH", "INVALID_CONTEXT", "GENERAL"]
        | None
    ) = evaluation.error_code
    state: Literal["initializing", "ready", "stale", "error", "closed"] = status.state
    return bool(
        reason == "matched"  # type: ignore[comparison-overlap]
        or code == "NOT_FOUND"  # type: ignore[comparison-overlap]
        or state == "open"  # type: ignore[comparison-overlap]
    )


def test_the_literals_are_those_of_the_library() -> None:
    for literal, numbers, name in (
        (flagbit.Reason, _ffi.Reason, _ffi.reason_name),
        (flagbit.ErrorCode, _ffi.ErrorCode, _ffi.error_code_name),
        (flagbit.State, _ffi.State, _ffi.state_name),
    ):
        assert set(get_args(literal)) == {name(number).decode() for number in numbers}

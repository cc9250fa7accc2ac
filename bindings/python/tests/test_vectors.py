"""The shared vectors, through a Context, a dict and evaluate_all."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import flagbit
from conftest import REPOSITORY

FILES = sorted((REPOSITORY / "tests/fixtures").glob("*.json"))

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def moment(words: str) -> datetime | str:
    """A datetime, or its text where a datetime cannot hold it."""
    seconds, nanoseconds, text = words.split(" ")
    if int(nanoseconds) % 1000 or text.startswith("0000"):
        return text
    return EPOCH + timedelta(seconds=int(seconds), microseconds=int(nanoseconds) // 1000)


READERS: dict[str, Callable[[Any], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": lambda text: text == "true",
    "moment": moment,
    "null": lambda _: None,
    "unsupported": lambda _: object(),
    "list": lambda pairs: [READERS[kind](text) for kind, text in pairs],
}


def attributes(case: dict[str, Any]) -> dict[str, Any]:
    return {name: READERS[kind](text) for name, kind, text in case["context"]}


def is_supported(kind: str, text: Any) -> bool:
    if kind == "list":
        return len(text) <= 1000 and all(one[0] not in ("null", "list") and is_supported(*one) for one in text)
    return kind != "unsupported" and (kind != "number" or math.isfinite(float(text)))


def supported(case: dict[str, Any]) -> dict[str, Any]:
    return {name: READERS[kind](text) for name, kind, text in case["context"] if is_supported(kind, text)}


def is_value(found: Any, case: dict[str, Any]) -> bool:
    """Returns whether a value is a vector's, and of Python's type for it."""
    kind, text = case["kind"], case["value"]
    if kind == "boolean":
        return found is (text == "true")
    if kind == "string":
        return type(found) is str and found == text
    if kind == "number":
        if case["integer"] is not None:
            return type(found) is int and str(found) == case["integer"]
        return type(found) is float and found == float(text)
    return json.dumps(found) == json.dumps(json.loads(str(text)))


def check_refusal(refused: dict[str, Any], message: str) -> None:
    if "place" in refused:
        assert message.startswith(refused["place"] + ": ") or not refused["place"], message
        return
    found = re.search(r"line (\d+),? column (\d+)", message)
    assert found, message
    assert int(found[1]) == refused["line"]
    assert int(found[2]) == refused.get("column", int(found[2]))


def check_numbers(client: flagbit.Client, case: dict[str, Any], context: Any) -> None:
    """Asked for as an int and as a float, a number is exact and the nearest one; other flags give the default."""
    is_number = case["kind"] == "number"
    integer, number = case.get("integer"), float(case["value"]) if is_number else 0.0625
    as_integer = client.value(case["flag"], context, default=-4321)
    as_float = client.value(case["flag"], context, default=0.0625)
    assert (type(as_integer), as_integer) == (int, -4321 if integer is None else int(integer))
    assert (type(as_float), as_float, math.copysign(1, as_float)) == (float, number, math.copysign(1, number))
    if is_number:
        assert client.explain(case["flag"], context)["value"] == (number if integer is None else int(integer))


def check(client: flagbit.Client, case: dict[str, Any]) -> None:
    key, default = case["flag"], case["default"]
    expected = case["enabled"], case["reason"], case["rule_index"], case["error_code"]
    for context in (attributes(case), flagbit.Context(supported(case))):
        found = client.evaluate(key, context, default)
        assert (found.enabled, found.reason, found.rule_index, found.error_code) == expected
        if case["error_code"]:
            assert found.value is default
        else:
            assert is_value(found.value, case)
            check_numbers(client, case, context)
            assert client.value(key, context, default=found.value) == found.value
        assert found.variant == case["variant"]
        enabled = case["enabled"] if case["kind"] in ("boolean", None) else default
        assert client.is_enabled(key, context, default) is enabled
        assert client.is_enabled(key, context, default) is enabled, "with the key remembered"
        among_all = client.evaluate_all(context).get(key)
        if among_all is None:
            assert case["error_code"] == "FLAG_NOT_FOUND"
        elif among_all.error_code is None:
            assert among_all == found
        else:
            assert (among_all.enabled, among_all.reason, among_all.error_code) == (False, *expected[1::2])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_shared_vectors_hold(file: Any) -> None:
    cases = 0
    for group in json.loads(file.read_text())["groups"]:
        if group["refused"]:
            with pytest.raises(flagbit.SnapshotError) as refusal:
                flagbit.Client.from_snapshot(group["snapshot"])
            check_refusal(group["refused"], str(refusal.value))
            continue
        client = flagbit.Client.from_snapshot(group["snapshot"])
        assert client.flags() == group["flags"]
        for warning, aside in zip(client.warnings(), group["set_aside"], strict=True):
            assert warning.startswith(aside["place"] + ": ")
        assert client.status().revision == group["revision"]
        for case in group["cases"]:
            check(client, case)
            cases += 1
    assert cases > 40


def test_there_are_all_files() -> None:
    assert {file.stem for file in FILES} >= {"operators", "rules", "text", "percent", "snapshots", "long"}

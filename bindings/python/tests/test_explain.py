"""Explanations: their shape, and that nothing raises."""

from __future__ import annotations

import json
from typing import Any

import pytest

import flagbit

SNAPSHOT = {
    "revision": "r1",
    "segments": {"beta": {"rules": [{"attribute": "user_id", "operator": "in", "value": ["u1"]}]}},
    "flags": [
        {
            "key": "theme",
            "enabled": True,
            "default": "light",
            "variants": {"light": "#fff", "dark": "#000"},
            "rules": [
                {"conditions": [{"attribute": "roles", "operator": "has", "value": "admin"}], "value": "light"},
                {
                    "conditions": [
                        {"operator": "in_segment", "value": "beta"},
                        {"operator": "percent", "value": 100},
                    ],
                    "value": {"split": [["light", 0], ["dark", 100]]},
                },
                {"conditions": [], "value": "light"},
            ],
        },
        {"key": "on", "enabled": True, "default_enabled": True},
        {"key": "odd", "enabled": 1},
    ],
}
FIELDS = {
    "flag_key",
    "enabled",
    "kind",
    "value",
    "variant",
    "reason",
    "rule_index",
    "error_code",
    "error_message",
    "revision",
    "rules",
}


@pytest.fixture
def client() -> flagbit.Client:
    return flagbit.Client.from_snapshot(SNAPSHOT)


def test_it_tells_of_each_rule(client: flagbit.Client) -> None:
    attributes: Any = {"user_id": "u1", "roles": ["dev", 7]}
    found = client.explain("theme", attributes)
    assert found == client.explain("theme", flagbit.Context(attributes))
    assert set(found) == FIELDS
    assert (found["flag_key"], found["enabled"], found["kind"], found["value"]) == ("theme", True, "string", "#000")
    assert (found["variant"], found["reason"], found["rule_index"]) == ("dark", "percentage_rollout", 1)
    assert (found["error_code"], found["error_message"], found["revision"]) == (None, None, "r1")
    missed, decided, unreached = found["rules"]
    assert (missed["index"], missed["outcome"]) == (0, "not_matched")
    (condition,) = missed["conditions"]
    assert condition["operator"] == "has"
    assert condition["attribute"] == "roles"
    assert condition["value"] == "admin"
    assert condition["found"] == ["dev", "7"]
    assert condition["holds"] is False
    assert decided["outcome"] == "decided"
    segment, percent = decided["conditions"]
    assert segment["holds"] is percent["holds"] is True
    assert segment["segments"] == [{"segment": "beta", "in": True, "rule_index": 0}]
    assert 0 <= percent["bucket"] <= 100
    assert decided["serves"]["split"] == [["light", 0], ["dark", 100]]
    assert unreached == {"index": 2, "outcome": "not_reached"}
    json.dumps(found)


def test_it_agrees_with_the_evaluation(client: flagbit.Client) -> None:
    for key in ("theme", "on", "odd", "nope"):
        for context in (None, {"user_id": "u1"}, {"roles": ["admin"]}):
            one, found = client.evaluate(key, context), client.explain(key, context)
            assert (found["reason"], found["rule_index"]) == (one.reason, one.rule_index)
            assert (found["error_code"], found["error_message"]) == (one.error_code, one.error_message)
            assert (found["variant"], found["revision"]) == (one.variant, one.revision)
            if one.error_code is None:
                assert (found["enabled"], found["value"]) == (one.enabled, one.value)
            else:
                assert (found["enabled"], found["kind"], found["value"], found["rules"]) == (None, None, None, [])


@pytest.mark.parametrize("key", [None, 1, object(), "\ud800"])
@pytest.mark.parametrize("context", [None, [], {"a": 1}])
def test_nothing_raises(client: flagbit.Client, key: Any, context: Any) -> None:
    found = client.explain(key, context)
    assert set(found) == FIELDS
    assert found["flag_key"] is key
    one = client.evaluate(key, context)
    assert (found["error_code"], found["error_message"]) == (one.error_code, one.error_message)
    assert found["error_code"] is not None
    assert (found["enabled"], found["kind"], found["value"], found["rules"]) == (None, None, None, [])
    assert set(client.explain("on", context)) == FIELDS


def test_a_long_explanation_comes_out_whole(client: flagbit.Client) -> None:
    rules = [{"attribute": f"name {number}", "operator": "eq", "value": "x" * 100} for number in range(100)]
    client.load_snapshot([{"key": "f", "enabled": True, "rules": rules}])
    assert len(client.explain("f", {"name 99": "x" * 100})["rules"]) == 100


def test_of_an_override_and_of_a_closed_client(client: flagbit.Client) -> None:
    with client.override({"theme": "pink"}):
        found = client.explain("theme")
        assert (found["value"], found["variant"], found["reason"]) == ("pink", "override", "default")
    client.close()
    found = client.explain("theme")
    assert set(found) == FIELDS
    assert found["error_code"] == "PROVIDER_NOT_READY"

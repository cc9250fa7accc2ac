"""Compares the published client of OFREP, unmodified, on the real server with the provider's answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import FlagEvaluationDetails

import flagbit
from features import SCENARIOS
from flagbit.openfeature import FlagBitProvider
from flagbit_kit import RealServer

MORE = [
    {"key": "everybody", "enabled": True, "rules": [{"operator": "percent", "value": 100}]},
    {"key": "aside", "enabled": True, "rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]},
    {"key": "list", "enabled": True, "default": "a", "variants": {"a": [1, 2.5], "b": []}},
]
NOTHING: Any = None
"""The argument of a program that has no context, which the SDK's types do not allow."""

CONTEXTS: list[EvaluationContext | None] = [
    None,
    EvaluationContext(),
    EvaluationContext("usr_1"),
    EvaluationContext(attributes={"email": NOTHING, "nested": {"a": 1}, "roles": ["admin"]}),
    EvaluationContext("usr_1", {"email": "ballmer@macrosoft.com", "role": "admin", "age": 65, "customer": False}),
    EvaluationContext("usr_1", {"user_id": "usr_2", "email": "ballmer@none.com"}),
]
DEFAULTS: dict[str, Any] = {"boolean": True, "string": "none", "integer": -1, "float": -1.5, "object": {"none": True}}


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    with RealServer() as server:
        flags = json.loads((SCENARIOS / "flags.json").read_text())["flags"]
        server.import_flags({"flags": flags + MORE})
        server.do("stop")
        server.do("set_aside", key="aside")
        server.do("start")
        yield server


@pytest.fixture
def both(server: RealServer) -> Iterator[tuple[OpenFeatureClient, OpenFeatureClient]]:
    """FlagBit's provider, and the client of OFREP."""
    remote = ofrep(server.url, server.key)
    api.set_provider_and_wait(FlagBitProvider(flagbit.Client(server.url, server_key=server.key)), "native")
    api.set_provider_and_wait(remote, "remote")
    yield api.get_client("native"), api.get_client("remote")
    api.shutdown()
    remote.session.close()


def ofrep(url: str, key: str) -> OFREPProvider:
    return OFREPProvider(url, headers_factory=lambda: {"Authorization": f"Bearer {key}"})


def asked(
    client: OpenFeatureClient, kind: str, key: str, context: EvaluationContext | None
) -> FlagEvaluationDetails[Any]:
    details: FlagEvaluationDetails[Any] = getattr(client, f"get_{kind}_details")(key, DEFAULTS[kind], context)
    return details


def told(details: FlagEvaluationDetails[Any]) -> tuple[Any, ...]:
    return details.value, type(details.value), details.variant, details.reason, details.error_code


def test_every_flag_by_every_call_for_each_context(both: tuple[OpenFeatureClient, OpenFeatureClient]) -> None:
    native, remote = both
    provider = native.provider
    assert isinstance(provider, FlagBitProvider)
    keys = [*provider.client.flags(), "missing"]
    assert provider.client.warnings() != [], "a flag is set aside"
    differing: set[tuple[str, str]] = set()
    for key in keys:
        for kind in DEFAULTS:
            for context in CONTEXTS:
                ours, theirs = asked(native, kind, key, context), asked(remote, kind, key, context)
                if told(ours) != told(theirs):
                    differing.add((kind, key))
                    expect_difference(kind, ours, theirs)
                elif ours.error_code is None:
                    assert theirs.flag_metadata == ours.flag_metadata
    assert len(keys) == 26
    assert {kind for kind, _ in differing} == {"integer", "float"}
    assert {key for kind, key in differing if kind == "float"} == WHOLE


WHOLE = {f"{kind}{name}-flag" for kind in ("integer", "float") for name in ("-zero", "-targeted-zero", "-disabled")}
WHOLE.add("integer-flag")
"""Flags whose numbers have no fraction."""


def expect_difference(kind: str, ours: FlagEvaluationDetails[Any], theirs: FlagEvaluationDetails[Any]) -> None:
    """That client treats a type differently, whatever the server is."""
    if kind == "float":
        # It makes an int of JSON's 1, and does not accept the int as a float.
        assert ours.error_code is None
        assert theirs.error_code == ErrorCode.TYPE_MISMATCH
    else:
        # In Python a bool is an int.
        assert ours.error_code == ErrorCode.TYPE_MISMATCH
        assert isinstance(theirs.value, bool)


def test_errors_come_with_the_code_and_words_of_flagbit(both: tuple[OpenFeatureClient, OpenFeatureClient]) -> None:
    _, remote = both
    for key, code, words in [
        ("missing", ErrorCode.FLAG_NOT_FOUND, "missing"),
        ("aside", ErrorCode.PARSE_ERROR, "like"),
    ]:
        details = asked(remote, "boolean", key, None)
        assert (details.value, details.reason, details.error_code) == (True, "ERROR", code)
        assert words in (details.error_message or "")


def test_a_disabled_flag_is_the_servers_answer(both: tuple[OpenFeatureClient, OpenFeatureClient]) -> None:
    for client in both:
        details = asked(client, "string", "string-disabled-flag", None)
        assert (details.value, details.variant, details.reason) == ("", "zero", "DISABLED")


def test_moments_are_not_for_ofrep(both: tuple[OpenFeatureClient, OpenFeatureClient]) -> None:
    native, remote = both
    context = EvaluationContext("usr_1", {"at": datetime(2026, 6, 1, tzinfo=timezone.utc)})
    assert asked(native, "boolean", "boolean-flag", context).error_code is None
    # The client cannot write it as JSON.
    assert asked(remote, "boolean", "boolean-flag", context).error_code == ErrorCode.GENERAL


def test_a_key_that_is_refused(server: RealServer) -> None:
    remote = ofrep(server.url, "fbsrv_wrong")
    api.set_provider_and_wait(remote)
    details = asked(api.get_client(), "boolean", "boolean-flag", None)
    api.shutdown()
    remote.session.close()
    # It asks first when it evaluates, so it was ready; FlagBit's provider is fatal from the start.
    assert (details.error_code, details.error_message) == (ErrorCode.GENERAL, "unauthorized")

"""The provider under the published SDK: types, reasons, contexts, errors, life."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode, GeneralError, ProviderFatalError
from openfeature.flag_evaluation import FlagEvaluationDetails
from openfeature.provider import ProviderStatus

import flagbit
from conftest import eventually, free_port, listener_threads
from features import READY, Told, provided
from flagbit.openfeature import FlagBitProvider
from flagbit_kit import KEY, Stub


def typed(key: str, default: str, **variants: object) -> dict[str, Any]:
    return {"key": key, "enabled": True, "default": default, "variants": variants}


def when(attribute: str, operator: str, value: object) -> dict[str, Any]:
    return {"attribute": attribute, "operator": operator, "value": value}


SNAPSHOT = {
    "revision": "r7",
    "flags": [
        {"key": "on", "enabled": True, "default_enabled": True},
        {"key": "off", "enabled": False, "default_enabled": True},
        {"key": "pro", "enabled": True, "rules": [when("plan", "eq", "pro")]},
        {"key": "second", "enabled": True, "rules": [when("plan", "eq", "pro"), when("user_id", "percent", 100)]},
        {"key": "ana", "enabled": True, "rules": [when("user_id", "eq", "ana")]},
        {"key": "empty", "enabled": True, "rules": [when("user_id", "eq", "")]},
        {"key": "key", "enabled": True, "rules": [when("targetingKey", "eq", "ana")]},
        {"key": "designers", "enabled": True, "rules": [when("roles", "has", "designer")]},
        {"key": "later", "enabled": True, "rules": [when("at", "after", "2026-01-01T00:00:00Z")]},
        {"key": "broken", "enabled": True, "rules": [when("user_id", "percent", 101)]},
        typed("text", "a", a="A", b="B"),
        typed("whole", "a", a=7, b=8),
        typed("fraction", "a", a=0.5, b=1),
        typed("exact", "a", a=2**64 - 1, b=1),
        typed("large", "a", a=1e300, b=1),
        typed("json", "a", a={"b": [1]}, b={}),
        typed("list", "a", a=[1, 2], b=[]),
    ],
}


@pytest.fixture
def client() -> Iterator[OpenFeatureClient]:
    with provided(flagbit.Client.from_snapshot(SNAPSHOT)) as client:
        yield client


def provider_of(client: OpenFeatureClient) -> FlagBitProvider:
    assert isinstance(client.provider, FlagBitProvider)
    return client.provider


def whether(client: OpenFeatureClient, key: str, targeting_key: str | None = None, **attributes: Any) -> bool:
    return client.get_boolean_value(key, False, EvaluationContext(targeting_key, attributes))


def test_its_name() -> None:
    with flagbit.Client.from_snapshot([]) as client:
        provider = FlagBitProvider(client)
        assert provider.get_metadata().name == "FlagBit"
        assert provider.client is client


@pytest.mark.parametrize(
    ("kind", "default", "answers"),
    [
        ("boolean", False, {"on": True}),
        ("string", "none", {"text": "A"}),
        ("integer", -1, {"whole": 7, "exact": 2**64 - 1}),
        ("float", -1.0, {"whole": 7.0, "fraction": 0.5, "exact": 2.0**64, "large": 1e300}),
        ("object", {"none": True}, {"json": {"b": [1]}, "list": [1, 2]}),
    ],
)
def test_each_type_gives_its_flags_and_no_others(
    client: OpenFeatureClient, kind: str, default: Any, answers: dict[str, Any]
) -> None:
    for key in ("on", "text", "whole", "fraction", "exact", "large", "json", "list"):
        now = getattr(client, f"get_{kind}_details")(key, default)
        later = asyncio.run(getattr(client, f"get_{kind}_details_async")(key, default))
        assert now == later
        if key in answers:
            assert (now.value, type(now.value), now.error_code) == (answers[key], type(answers[key]), None)
        else:
            assert (now.value, now.error_code) == (default, ErrorCode.TYPE_MISMATCH)


@pytest.mark.parametrize(
    ("kind", "key", "message"),
    [
        ("boolean", "text", 'flag "text" is a string, not a boolean'),
        ("string", "on", 'flag "on" is a boolean, not a string'),
        ("integer", "on", 'flag "on" is a boolean, not an integer'),
        ("integer", "fraction", 'flag "fraction" is a number with a fraction, not an integer'),
        ("integer", "large", 'flag "large" is a number beyond 64 bits, not an integer'),
        ("string", "exact", 'flag "exact" is a number, not a string'),
        ("float", "list", 'flag "list" is an object, not a number'),
        ("object", "whole", 'flag "whole" is a number, not an object'),
    ],
)
def test_a_mismatch_says_what_the_flag_is(client: OpenFeatureClient, kind: str, key: str, message: str) -> None:
    assert getattr(client, f"get_{kind}_details")(key, None).error_message == message


def test_an_object_is_the_callers_own(client: OpenFeatureClient) -> None:
    first: Any = client.get_object_value("json", {})
    first["b"].append(2)
    assert client.get_object_value("json", {}) == {"b": [1]}


@pytest.mark.parametrize(
    ("key", "context", "reason", "metadata"),
    [
        ("on", {}, "STATIC", {"reason": "default"}),
        ("off", {}, "DISABLED", {"reason": "disabled"}),
        ("pro", {"plan": "pro"}, "TARGETING_MATCH", {"reason": "targeting_match", "ruleIndex": 0}),
        ("pro", {"plan": "free"}, "DEFAULT", {"reason": "default"}),
        ("second", {"user_id": "u"}, "SPLIT", {"reason": "percentage_rollout", "ruleIndex": 1}),
    ],
)
def test_reasons_and_metadata(
    client: OpenFeatureClient, key: str, context: dict[str, Any], reason: str, metadata: dict[str, Any]
) -> None:
    details = client.get_boolean_details(key, False, EvaluationContext(attributes=context))
    assert details.reason == reason
    assert details.flag_metadata == {**metadata, "revision": "r7", "version": "r7"}
    assert details.variant == ("on" if details.value else "off")


def test_without_a_revision_there_is_none_in_the_metadata() -> None:
    with provided(flagbit.Client.for_testing({"a": True})) as client:
        assert client.get_boolean_details("a", False).flag_metadata == {"reason": "default"}


def test_a_disabled_flag_is_an_answer_and_not_the_default(client: OpenFeatureClient) -> None:
    details = client.get_boolean_details("off", True)
    assert (details.value, details.reason, details.error_code) == (False, "DISABLED", None)


@pytest.mark.parametrize(
    ("key", "code", "words"),
    [
        ("nope", ErrorCode.FLAG_NOT_FOUND, 'no flag "nope"'),
        ("broken", ErrorCode.PARSE_ERROR, "a percentage is a number from 0 to 100"),
        (7, ErrorCode.GENERAL, "a flag key is a str, not int"),
    ],
)
def test_errors(client: OpenFeatureClient, key: Any, code: ErrorCode, words: str) -> None:
    for default in (True, False):
        details = client.get_boolean_details(key, default)
        assert (details.value, details.reason, details.error_code) == (default, "ERROR", code)
        assert words in (details.error_message or "")


def test_the_targeting_key_is_the_user_unless_an_attribute_says_that(client: OpenFeatureClient) -> None:
    assert whether(client, "ana", "ana")
    assert whether(client, "key", "ana")
    assert whether(client, "ana", targetingKey="ana")
    assert whether(client, "ana", "ana", user_id=None)
    assert whether(client, "ana", "ana", targetingKey=None)
    assert not whether(client, "ana", "ana", user_id="bob")
    assert whether(client, "key", "ana", user_id="bob")
    assert not whether(client, "ana", "ana", user_id="")
    assert not whether(client, "ana", targetingKey=["ana"])
    assert not whether(client, "ana")


def test_an_empty_targeting_key_is_one(client: OpenFeatureClient) -> None:
    provider = provider_of(client)
    assert provider.resolve_boolean_details("empty", False, EvaluationContext("")).value is True
    assert provider.resolve_boolean_details("empty", False, EvaluationContext()).value is False
    assert provider.resolve_boolean_details("empty", False).value is False
    # When it merges, the SDK treats an empty context as absent, except for the API's own, which it merges first.
    assert whether(client, "empty", "") is False
    api.set_evaluation_context(EvaluationContext(""))
    assert whether(client, "empty") is True


def test_attributes_of_every_kind(client: OpenFeatureClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "flagbit")
    assert whether(client, "designers", roles=["admin", "designer"])
    assert whether(client, "designers", roles=("designer",))
    assert whether(client, "later", at=datetime(2026, 6, 1, tzinfo=timezone.utc))
    assert whether(client, "pro", plan="pro", none=None, nested={"a": {"b": 1}}, proxy=MappingProxyType({"a": 1}))
    assert provider_of(client).client.status().unsupported_values == 0
    assert whether(client, "pro", plan="pro", raw=b"secret")
    assert provider_of(client).client.status().unsupported_values == 1
    assert "secret" not in caplog.text


def test_contexts_of_api_client_and_call_are_one(client: OpenFeatureClient) -> None:
    api.set_evaluation_context(EvaluationContext("bob", {"plan": "free"}))
    assert not whether(client, "pro")
    client.context = EvaluationContext("ana", {"plan": "pro"})
    assert whether(client, "pro")
    assert whether(client, "ana")
    assert not whether(client, "ana", "bob")


def test_overrides_work_through_the_provider(client: OpenFeatureClient) -> None:
    with provider_of(client).client.override({"pro": True, "text": "over", "whole": 9}):
        details: FlagEvaluationDetails[Any] = client.get_boolean_details("pro", False)
        assert (details.value, details.variant, details.error_code) == (True, "on", None)
        details = client.get_string_details("text", "")
        assert (details.value, details.variant, details.error_code) == ("over", "override", None)
        assert client.get_integer_value("whole", 0) == 9
        assert client.get_boolean_details("text", True).error_code == ErrorCode.TYPE_MISMATCH
    assert client.get_string_value("text", "") == "A"


def test_flags_for_tests_work_through_the_provider() -> None:
    with provided(flagbit.Client.for_testing({"on": True, "theme": "dark", "price": 1.5})) as client:
        assert client.get_boolean_value("on", False) is True
        assert client.get_string_value("theme", "") == "dark"
        assert client.get_float_value("price", 0.0) == 1.5


def test_initialize_waits_no_longer_than_it_may() -> None:
    unreachable = flagbit.Client(f"http://127.0.0.1:{free_port()}", server_key=KEY)
    try:
        with pytest.raises(GeneralError, match=r"no flags within 0\.2 s: http://127.*refuses connections"):
            api.set_provider_and_wait(FlagBitProvider(unreachable, ready_timeout=0.2))
        client = api.get_client()
        assert client.get_provider_status() == ProviderStatus.ERROR
        details = client.get_boolean_details("a", True)
        assert (details.value, details.error_code) == (True, ErrorCode.PROVIDER_NOT_READY)
    finally:
        api.shutdown()


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_is_fatal_at_once(status: int) -> None:
    with Stub({}) as stub:
        stub.tell(status)
        try:
            with pytest.raises(ProviderFatalError, match=str(status)) as raised:
                api.set_provider_and_wait(FlagBitProvider(flagbit.Client(stub.url, server_key=KEY), ready_timeout=60))
            assert "secret" not in str(raised.value)
            assert api.get_client().get_provider_status() == ProviderStatus.FATAL
        finally:
            api.shutdown()


def test_a_provider_that_is_set_without_waiting_becomes_ready() -> None:
    with Stub([{"key": "a", "enabled": True, "default_enabled": True}]) as stub:
        try:
            client = api.get_client()
            told = Told(client)
            api.set_provider(FlagBitProvider(flagbit.Client(stub.url, server_key=KEY)))
            # The SDK told the new handler at once of the previous provider, which does nothing.
            assert told.comes_to({READY: 2})
            assert client.get_boolean_value("a", False) is True
        finally:
            api.shutdown()


def test_a_client_that_is_closed_serves_no_provider() -> None:
    provider = FlagBitProvider(flagbit.Client.from_snapshot(SNAPSHOT))
    try:
        api.set_provider_and_wait(provider)
        provider.shutdown()
        provider.shutdown()
        details = api.get_client().get_boolean_details("on", False)
        assert (details.value, details.error_code) == (False, ErrorCode.PROVIDER_NOT_READY)
        api.shutdown()
        with pytest.raises(ProviderFatalError, match="the client is closed: make another"):
            api.set_provider_and_wait(provider)
    finally:
        api.shutdown()
    assert provider.client.status().state == "closed"
    assert eventually(lambda: listener_threads() == 0)


def test_a_provider_that_is_replaced_is_shut_down() -> None:
    first, second = (flagbit.Client.for_testing({"a": on}) for on in (True, False))
    with provided(first) as client:
        assert client.get_boolean_value("a", False) is True
        api.set_provider_and_wait(FlagBitProvider(second))
        assert client.get_boolean_value("a", True) is False
        assert eventually(lambda: first.status().state == "closed")
        assert second.status().state == "ready"
    assert second.status().state == "closed"
    assert eventually(lambda: listener_threads() == 0)


def test_a_shutdown_ends_an_initialize_that_waits() -> None:
    provider = FlagBitProvider(flagbit.Client(f"http://127.0.0.1:{free_port()}", server_key=KEY), ready_timeout=600)
    raised: list[Exception] = []

    def initialize() -> None:
        try:
            provider.initialize(EvaluationContext())
        except ProviderFatalError as error:
            raised.append(error)

    thread = threading.Thread(target=initialize)
    thread.start()
    provider.shutdown()
    thread.join(20)
    assert len(raised) == 1


def test_domains_have_providers_of_their_own_or_share_one() -> None:
    shared = FlagBitProvider(flagbit.Client.for_testing({"a": True}))
    other = FlagBitProvider(flagbit.Client.for_testing({"a": False}))
    try:
        api.set_provider_and_wait(shared, "checkout")
        api.set_provider_and_wait(shared, "search")
        api.set_provider_and_wait(other, "admin")
        answers = {
            name: api.get_client(name).get_boolean_details("a", False) for name in ("checkout", "search", "admin")
        }
        assert {name: details.value for name, details in answers.items()} == {
            "checkout": True,
            "search": True,
            "admin": False,
        }
        assert api.get_client("nowhere").get_boolean_details("a", True).variant == "Passed in default"
        api.set_provider_and_wait(other, "search")
        assert shared.client.status().state == "ready", "one domain has it still"
        api.set_provider_and_wait(other, "checkout")
        assert eventually(lambda: shared.client.status().state == "closed")
    finally:
        api.shutdown()


def test_tracking_does_nothing(client: OpenFeatureClient) -> None:
    client.track("bought", EvaluationContext("ana"))


WITHOUT = """
import sys
sys.modules["openfeature"] = None
import flagbit
try:
    import flagbit.openfeature
except ImportError as error:
    print(error)
"""


def test_without_the_sdk_the_message_says_what_to_install() -> None:
    run = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert run.stdout == 'flagbit.openfeature needs the SDK of OpenFeature: pip install "flagbit[openfeature]"\n'
    code = "import sys, flagbit; print([name for name in sys.modules if name.startswith('openfeature')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n", "only who asks for it loads it"

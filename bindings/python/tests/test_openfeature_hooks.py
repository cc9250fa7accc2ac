"""Extensions of OpenFeature with FlagBit's provider: hooks, telemetry, the context of a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.contrib.hook.opentelemetry import TracingHook
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import FlagEvaluationDetails
from openfeature.hook import Hook, HookContext, HookHints
from openfeature.telemetry import EvaluationEvent, create_evaluation_event
from openfeature.transaction_context import ContextVarsTransactionContextPropagator
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import flagbit
from features import provided

PRO = {"attribute": "plan", "operator": "eq", "value": "pro"}
SNAPSHOT = {"revision": "r7", "flags": [{"key": "pro", "enabled": True, "rules": [PRO]}]}


@pytest.fixture
def client() -> Iterator[OpenFeatureClient]:
    with provided(flagbit.Client.from_snapshot(SNAPSHOT)) as client:
        yield client


class Noting(Hook):
    """Makes everybody a customer of a plan, and notes what it sees."""

    def __init__(self, plan: str) -> None:
        self.plan = plan
        self.seen: list[str] = []
        self.events: list[EvaluationEvent[Any]] = []

    def before(self, hook_context: HookContext, hints: HookHints) -> EvaluationContext:  # noqa: ARG002
        self.seen.append("before")
        return EvaluationContext(attributes={"plan": self.plan})

    def after(self, hook_context: HookContext, details: FlagEvaluationDetails[Any], hints: HookHints) -> None:  # noqa: ARG002
        self.seen.append(f"after {details.variant}")

    def error(self, hook_context: HookContext, exception: Exception, hints: HookHints) -> None:  # noqa: ARG002
        self.seen.append(f"error {exception}")

    def finally_after(self, hook_context: HookContext, details: FlagEvaluationDetails[Any], hints: HookHints) -> None:  # noqa: ARG002
        assert hook_context.provider_metadata is not None
        self.seen.append(f"finally {hook_context.provider_metadata.name}")
        self.events.append(create_evaluation_event(hook_context, details))


def test_hooks_see_and_change_an_evaluation(client: OpenFeatureClient) -> None:
    hook = Noting("pro")
    client.add_hooks([hook])
    assert client.get_boolean_value("pro", False) is True
    assert hook.seen == ["before", "after on", "finally FlagBit"]
    hook.plan = "free"
    assert client.get_boolean_value("pro", True) is False
    assert hook.seen[3:] == ["before", "after off", "finally FlagBit"]


def test_hooks_see_an_error(client: OpenFeatureClient) -> None:
    hook = Noting("pro")
    client.add_hooks([hook])
    assert client.get_string_details("pro", "").error_code == ErrorCode.TYPE_MISMATCH
    assert hook.seen == ["before", 'error flag "pro" is a boolean, not a string', "finally FlagBit"]


def test_the_sdks_telemetry_finds_the_revision(client: OpenFeatureClient) -> None:
    hook = Noting("pro")
    client.add_hooks([hook])
    client.get_boolean_value("pro", False, EvaluationContext("ana"))
    assert hook.events[0].attributes == {
        "feature_flag.key": "pro",
        "feature_flag.evaluation.reason": "targeting_match",
        "feature_flag.variant": "on",
        "feature_flag.context.id": "ana",
        "feature_flag.version": "r7",
        "feature_flag.provider_name": "FlagBit",
    }


def test_a_span_of_opentelemetry_has_the_evaluation(client: OpenFeatureClient) -> None:
    exporter, tracers = InMemorySpanExporter(), TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    client.add_hooks([TracingHook()])
    with tracers.get_tracer("test").start_as_current_span("request"):
        client.get_boolean_value("pro", False, EvaluationContext("ana", {"plan": "pro"}))
        client.get_boolean_value("nope", False)
    (span,) = exporter.get_finished_spans()
    answered, failed, missed = span.events
    assert answered.name == missed.name == "feature_flag.evaluation"
    assert answered.attributes == {
        "feature_flag.key": "pro",
        "feature_flag.result.value": "true",
        "feature_flag.result.variant": "on",
        "feature_flag.result.reason": "targeting_match",
        "feature_flag.context.id": "ana",
        "feature_flag.provider.name": "FlagBit",
    }
    assert failed.name == "exception"
    assert failed.attributes is not None
    assert failed.attributes["exception.message"] == 'no flag "nope" among the 1 in force'
    assert missed.attributes is not None
    assert missed.attributes["error.type"] == "flag_not_found"
    tracers.shutdown()


def test_the_context_of_a_transaction(client: OpenFeatureClient) -> None:
    api.set_transaction_context_propagator(ContextVarsTransactionContextPropagator())
    api.set_transaction_context(EvaluationContext(attributes={"plan": "pro"}))
    assert client.get_boolean_value("pro", False) is True
    assert client.get_boolean_value("pro", False, EvaluationContext(attributes={"plan": "free"})) is False
    api.set_transaction_context(EvaluationContext())
    assert client.get_boolean_value("pro", True) is False

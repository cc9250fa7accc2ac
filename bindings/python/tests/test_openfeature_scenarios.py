"""OpenFeature's own scenarios, with its SDK and the provider. tests/openfeature/README.md explains the lines."""

from __future__ import annotations

import asyncio
import copy
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import OpenFeatureError
from openfeature.flag_evaluation import FlagEvaluationDetails, FlagEvaluationOptions
from openfeature.hook import Hook

import flagbit
from conftest import eventually, free_port
from features import SCENARIOS, scenario_flags
from flagbit.openfeature import FlagBitProvider
from flagbit_kit import KEY, Stub

Line = dict[str, Any]

LINES: list[Line] = json.loads((SCENARIOS / "scenarios.json").read_text())


class Noting(Hook):
    def __init__(self) -> None:
        self.stages: list[str] = []

    def before(self, *_arguments: Any, **_more: Any) -> None:
        self.stages.append("before")

    def after(self, *_arguments: Any, **_more: Any) -> None:
        self.stages.append("after")

    def error(self, *_arguments: Any, **_more: Any) -> None:
        self.stages.append("error")

    def finally_after(self, *_arguments: Any, **_more: Any) -> None:
        self.stages.append("finally")


def unreachable(**options: Any) -> flagbit.Client:
    return flagbit.Client(f"http://127.0.0.1:{free_port()}", server_key=KEY, **options)


@contextmanager
def refused() -> Iterator[flagbit.Client]:
    with Stub({}) as stub:
        stub.tell(401)
        yield flagbit.Client(stub.url, server_key=KEY)


@contextmanager
def client_of(kind: str) -> Iterator[OpenFeatureClient]:
    with ExitStack() as stack:
        stack.callback(api.shutdown)
        if kind == "not ready":
            api.set_provider(FlagBitProvider(unreachable(), ready_timeout=60))
        elif kind == "fatal":
            set_and_wait(stack.enter_context(refused()))
        elif kind == "error":
            set_and_wait(unreachable(), ready_timeout=0.1)
        elif kind == "stale":
            set_and_wait(unreachable(bootstrap=(SCENARIOS / "flags.json").read_text()))
        else:
            set_and_wait(scenario_flags())
        yield api.get_client()


def set_and_wait(client: flagbit.Client, **options: float) -> None:
    with suppress(OpenFeatureError):
        api.set_provider_and_wait(FlagBitProvider(client, **options))


def evaluated(client: OpenFeatureClient, line: Line) -> tuple[FlagEvaluationDetails[Any], list[str], bool]:
    """A line's results: the details, the stages of a hook, and whether the arguments are unchanged."""
    context = EvaluationContext(attributes=line["context"]) if "context" in line else None
    before, hook = copy.deepcopy(context), Noting()
    arguments = line["flag"], line["default"], context, FlagEvaluationOptions(hooks=[hook])
    name = f"get_{line['type'].lower()}_details"
    for _ in range(line.get("times", 1)):
        hook.stages.clear()
        if line.get("async"):
            details = asyncio.run(getattr(client, f"{name}_async")(*arguments))
        else:
            details = getattr(client, name)(*arguments)
    return details, hook.stages, context == before


def differences(client: OpenFeatureClient, line: Line, expected: dict[str, Any]) -> list[str]:
    """Returns where an answer differs from the expected one."""
    if "status" in expected:
        # A stale provider is ready first.
        is_so = eventually(lambda: client.get_provider_status().value == expected["status"], 5)
        return [] if is_so else [f"status {client.get_provider_status().value}"]
    details, stages, is_unchanged = evaluated(client, line)
    more: dict[str, Any] = {"hooks": stages, "context_unchanged": is_unchanged, "metadata": details.flag_metadata}
    found = {name: more[name] if name in more else getattr(details, name) for name in expected}
    return [f"{name} {found[name]!r}" for name, value in expected.items() if not fits(name, value, found[name])]


def fits(name: str, expected: Any, found: Any) -> bool:
    if name == "metadata":
        return bool(expected.items() <= found.items())
    if name == "error_message":
        return found is not None and expected in found
    # A bool is no number here, nor an integer a float.
    return bool(found == expected) and (name != "value" or type(found) is type(expected))


def problem(client: OpenFeatureClient, line: Line) -> str | None:
    differing = differences(client, line, line["expect"])
    if "deviation" not in line:
        return ", ".join(differing) or None
    if not differing:
        return "the deviation is gone"
    return ", ".join(differences(client, line, line["instead"])) or None


def test_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    problems, counts = [], Counter[str]()
    for kind in dict.fromkeys(line["provider"] for line in LINES):
        with client_of(kind) as client:
            for line in (line for line in LINES if line["provider"] == kind):
                if found := problem(client, line):
                    problems.append(f"{line}: {found}")
                counts["otherwise, as said" if "deviation" in line else "as asked"] += 1
    assert problems == []
    assert sum(counts.values()) == len(LINES)
    with capsys.disabled():
        said = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        print(f"\nOpenFeature's scenarios: {said}")  # noqa: T201


def test_what_compares_notices() -> None:
    """A test that cannot fail says nothing."""
    zero = next(line for line in LINES if line.get("flag") == "boolean-zero-flag")
    with client_of("stable") as client:
        assert problem(client, zero) is None
        assert problem(client, {**zero, "expect": {"value": True}}) == "value False"
        assert problem(client, {**zero, "expect": {"value": 0}}) == "value False"
        assert problem(client, {**zero, "deviation": "none", "instead": {}}) == "the deviation is gone"
        otherwise = {**zero, "expect": {"value": True}, "deviation": "so"}
        assert problem(client, {**otherwise, "instead": {"reason": "SPLIT"}}) == "reason <Reason.STATIC: 'STATIC'>"
        assert problem(client, {**otherwise, "instead": {"reason": "STATIC"}}) is None

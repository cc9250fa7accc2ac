"""Copies and pickles, and objects whose `__init__` did not run."""

from __future__ import annotations

import copy
import dataclasses
import gc
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

import flagbit
from flagbit import _ffi

ATTRIBUTES: dict[str, Any] = {
    "text": "päß",
    "empty": "",
    "yes": True,
    "no": False,
    "small": -5,
    "least": -(2**63),
    "greatest": 2**64 - 1,
    "number": 0.1,
    "list": ["a", 1, 2.5, True, 2**63],
    "nothing": [],
    "moment": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
}
AS_SEEN = {**ATTRIBUTES, "moment": "2026-01-02T03:04:05Z"}

COPIES: list[Callable[[Any], Any]] = [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]


class Attributes(flagbit.Context):
    """A Context of a class whose `__init__` takes other arguments."""

    def __init__(self, plan: str, /) -> None:
        super().__init__(plan=plan)


@dataclasses.dataclass
class Request:
    user: flagbit.Context


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("context", [flagbit.Context(plan="pro"), Attributes("pro")], ids=["Context", "a subclass"])
def test_a_copied_context_answers_the_same(
    client: flagbit.Client, context: flagbit.Context, copied: Callable[[Any], Any]
) -> None:
    for _ in range(3):
        other = copied(context)
        assert type(other) is type(context)
        assert client.is_enabled("pro", other) is True
        del other
        gc.collect()
    assert client.is_enabled("pro", context) is True
    assert dataclasses.asdict(Request(context))["user"] is context


def test_a_pickle_holds_the_attributes() -> None:
    context = flagbit.Context(ATTRIBUTES)
    for _ in range(2):
        _, (cls, attributes) = context.__reduce__()
        assert cls is flagbit.Context
        assert attributes == AS_SEEN
        assert [type(value) for value in attributes.values()] == [type(value) for value in AS_SEEN.values()]
        context = pickle.loads(pickle.dumps(context))


@pytest.mark.parametrize("copied", COPIES)
def test_what_holds_a_handle_refuses(client: flagbit.Client, copied: Callable[[Any], Any]) -> None:
    for held in (client, client._handle, client._listeners._client, flagbit.Context()._handle, _ffi.OptionsHandle()):
        with pytest.raises(TypeError, match="cannot be copied or pickled"):
            copied(held)
    gc.collect()
    assert client.status().state == "ready"


@pytest.mark.parametrize("copied", COPIES)
def test_answers_and_errors_copy(client: flagbit.Client, copied: Callable[[Any], Any]) -> None:
    assert copied(client.evaluate("pro")) == client.evaluate("pro")
    assert copied(client.status()) == client.status()
    for error in (
        flagbit.FlagBitError("m", "CLOSED"),
        flagbit.SnapshotError("m", "SNAPSHOT_REFUSED"),
        flagbit.FileError("m", "IO"),
        flagbit.ContextError("m"),
        flagbit.ClosedError("m", "CLOSED"),
        flagbit.LibraryError("m", "/path"),
    ):
        other = copied(error)
        assert type(other) is type(error)
        assert (str(other), vars(other)) == (str(error), vars(error))


class Forgetful(flagbit.Client):
    def __init__(self) -> None:
        pass


@pytest.mark.parametrize("make", [Forgetful, lambda: flagbit.Client.__new__(flagbit.Client)], ids=["subclass", "new"])
def test_a_client_that_was_never_opened(make: Callable[[], flagbit.Client]) -> None:
    client = make()
    assert client.is_enabled("a", {"n": 1}, True) is True
    assert client.is_enabled("a", flagbit.Context()) is False
    assert client.value("a", default="x") == "x"
    assert client.evaluate_all(object()) == {}  # type: ignore[arg-type]
    answer = client.evaluate("a")
    assert (answer.error_code, client.explain("a")["error_code"]) == ("PROVIDER_NOT_READY", "PROVIDER_NOT_READY")
    assert answer.error_message
    assert "super().__init__" in answer.error_message
    assert "never opened" in repr(client)
    assert client.refresh(0.1) is False
    assert client.wait_until_ready(0.1) is False
    calls: list[Callable[[], object]] = [
        client.status,
        client.flags,
        client.warnings,
        lambda: client.load_snapshot("[]"),
        lambda: client.on_change(print),
        lambda: client.on_state_change(print),
        lambda: client.override({"a": True}).__enter__(),
    ]
    for call in calls:
        with pytest.raises(flagbit.FlagBitError, match="never opened"):
            call()
    with client:
        pass
    client.close()


def test_a_context_that_was_never_built(client: flagbit.Client) -> None:
    for context in (flagbit.Context.__new__(flagbit.Context), Attributes.__new__(Attributes)):
        assert client.is_enabled("pro", context, True) is True
        answer = client.evaluate("pro", context)
        assert answer.error_code == "INVALID_CONTEXT"
        assert answer.error_message
        assert "super().__init__" in answer.error_message
        with pytest.raises(TypeError, match="never built"):
            pickle.dumps(context)
        assert copy.deepcopy(context) is context


def test_nothing_is_made_twice(client: flagbit.Client) -> None:
    with pytest.raises(TypeError, match="open already"):
        client.__init__("http://127.0.0.1:1", server_key="fbsrv_x")  # type: ignore[misc]
    assert client.status().state == "ready"
    context = flagbit.Context(plan="pro")
    with pytest.raises(TypeError, match="immutable"):
        context.__init__(plan="free")  # type: ignore[misc]
    assert client.is_enabled("pro", context) is True


SHUTDOWN = """
import atexit, flagbit, sys
client = flagbit.Client.for_testing({"pro": True})
user = flagbit.Context(plan="pro")
class Last:
    # Called when modules are emptied.
    def __del__(self, client=client, user=user):
        client.is_enabled("pro", user)
        client.evaluate("pro", user)
        client.close()
last = sys.last = Last()
never = flagbit.Client.__new__(flagbit.Client)
unbuilt = flagbit.Context.__new__(flagbit.Context)
atexit.register(lambda: print(client.is_enabled("pro", user)))
client.on_change(print)
"""


def test_the_interpreter_ends_in_any_order() -> None:
    done = subprocess.run([sys.executable, "-X", "faulthandler", "-c", SHUTDOWN], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")

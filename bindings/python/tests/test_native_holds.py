"""The extension under misuse: it keeps no references, reads nothing that has ended, and never crashes."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import tracemalloc
from typing import Any

import pytest

import flagbit
from flagbit import _native_calls

pytestmark = pytest.mark.skipif(not flagbit.native, reason="the extension is not in use")

RULES = [{"attribute": "roles", "operator": "has", "value": "staff"}]
SNAPSHOT = {
    "flags": [
        {"key": "f", "enabled": True, "rules": RULES},
        {"key": "theme", "enabled": True, "variants": {"a": "light", "b": "dark"}, "default": "a"},
        {"key": "limits", "enabled": True, "variants": {"a": {"n": [1]}, "b": {}}, "default": "a"},
    ]
}


@pytest.fixture
def client() -> flagbit.Client:
    return flagbit.Client.from_snapshot(SNAPSHOT)


def ask(client: flagbit.Client, context: Any) -> None:
    """Asks in every way, for answers of all kinds and with arguments that only Python takes."""
    for key in ("f", "theme", "limits", "nope"):
        client.is_enabled(key, context, True)
        client.evaluate(key, context, default="x")
        client.value(key, context, default="x")
        client.value(key, context=context, default={})
        client.value(key, context, default=1.5)
        flag = client.flag(key)
        flag.is_enabled(context, True)
        flag.evaluate(context, default="x")
        flag.value(context, default="x")
    client.value("f", context, True)


def test_no_reference_is_kept_or_lost(client: flagbit.Client) -> None:
    name, text, number, element = "plan-" + str(id(client)), "pro" + str(id(client)), 2**40, "staff" + str(id(client))
    roles, context = [element, 2**41], flagbit.Context(plan="pro")
    attributes: dict[str, Any] = {name: text, "number": number, "roles": roles, "none": None, "ok": True}
    unusual = {**attributes, "unsupported": b""}
    key, default = "the" + "me", "light" + str(id(client))
    watched = [name, text, number, element, roles, context, attributes, unusual, key, default]
    watched += [None, True, False, "on", "off", flagbit.Evaluation, client._evaluator, client._listeners, client]

    def asked() -> None:
        for each in (None, context, attributes, unusual):
            ask(client, each)
            client.value(key, each, default)
            client.evaluate(key, each, default)

    asked()
    before = list(map(sys.getrefcount, watched))
    for _ in range(100):
        asked()
    for one, count in zip(watched, before, strict=True):
        # In CPython 3.12 and newer some never change; elsewhere other code refers to a few of the singletons, too.
        assert abs(sys.getrefcount(one) - count) < 20, one


def test_memory_does_not_grow(client: flagbit.Client) -> None:
    attributes = {"plan": "pro", "roles": ["x", 2**70], "n": 1.5}

    def asked(times: int) -> int:
        for number in range(times):
            ask(client, attributes)
            flagbit.Context(n=number)
            flagbit.Client.__new__(flagbit.Client)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        asked(50)
        before = asked(50)
        assert asked(500) - before < 20_000
    finally:
        tracemalloc.stop()


def test_a_context_may_change_while_it_is_read(client: flagbit.Client) -> None:
    roles = ["staff"]
    attributes: dict[Any, Any] = {"roles": roles}
    over = threading.Event()

    def change() -> None:
        number = 0
        while not over.is_set():
            number += 1
            attributes[f"name-{number % 600}"] = "x" * (number % 100)
            roles.append("staff" * (number % 10))
            if number % 500 == 0:
                attributes.clear()
                roles.clear()
                attributes["roles"] = roles

    threads = [threading.Thread(target=change) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5_000):
            client.is_enabled("f", attributes)
            client.evaluate("f", attributes)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert client.is_enabled("f", {"roles": ["staff"]}) is True


def test_contexts_that_contain_themselves(client: flagbit.Client) -> None:
    roles: list[Any] = ["staff"]
    roles.append(roles)
    attributes: dict[str, Any] = {"roles": roles}
    attributes["self"] = attributes
    assert client.is_enabled("f", attributes) is False
    assert client.evaluate("f", attributes).error_code is None
    roles.clear()


def test_objects_that_were_never_initialized() -> None:
    holder: Any = _native_calls.Holder()
    with pytest.raises(AttributeError):
        _ = holder._handle
    with pytest.raises(AttributeError):
        del holder._handle
    with pytest.raises(AttributeError):
        holder._handle = object()
    with pytest.raises(TypeError, match="not safe"):
        object.__new__(flagbit.Client)
    bare: Any = _native_calls.Holder.__new__(flagbit.Client)
    for call in ("is_enabled", "evaluate", "value"):
        with pytest.raises((AttributeError, TypeError)):
            getattr(bare, call)("f", {"a": 1}, b"")
        with pytest.raises(TypeError):
            getattr(flagbit.Client, call)(holder, "f")
        with pytest.raises(TypeError):
            getattr(flagbit.Client, call)()
    bare._handle = flagbit.Client.__new__(flagbit.Client)._handle
    bare._evaluator, bare._listeners = None, None


def test_it_is_installed_once() -> None:
    native = _native_calls._native
    with pytest.raises(RuntimeError, match="installed already"):
        native.install(*[None] * 9)


# What a subinterpreter runs. One that shares the GIL, as under mod_wsgi, can load the extension.
INTERPRETER = """
import flagbit
client = flagbit.Client.from_snapshot([{"key": "f", "enabled": True, "default_enabled": True}])
assert client.is_enabled("f", {"a": 1}) is True
assert client.evaluate("f", flagbit.Context(a=1)).reason == "default"
assert client.value("f", None, b"") == b""
"""
PROGRAM = f"""
import _testcapi
exec({INTERPRETER!r})
for _ in range(3):
    assert _testcapi.run_in_subinterp({INTERPRETER!r}) == 0
exec({INTERPRETER!r})
print(flagbit.native)
"""


def test_interpreters_have_modules_of_their_own() -> None:
    pytest.importorskip("_testcapi", reason="this Python was built without its test modules")
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")

"""One flag of a client, asked again and again."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import weakref
from typing import Any

import pytest

import flagbit
from conftest import SNAPSHOT, snapshot

PRO = flagbit.Context(plan="pro")


def test_it_answers_as_its_client_does(client: flagbit.Client) -> None:
    for key in ("always", "pro", "broken", "off", "nope", "a\0b", "\udc80", ""):
        flag = client.flag(key)
        assert flag.key == key
        for context in (None, {"plan": "pro"}, {"plan": "free"}, PRO, {"plan": b"pro"}, [1]):
            asked: Any = context
            assert flag.is_enabled(asked, True) is client.is_enabled(key, asked, True)
            assert flag.is_enabled(asked) is client.is_enabled(key, asked)
            assert flag.evaluate(asked, "x") == client.evaluate(key, asked, "x")
            assert flag.value(asked, True) is client.value(key, asked, True)
            assert flag.value(asked, default="x") == client.value(key, asked, default="x")


def test_it_follows_changes_and_overrides() -> None:
    client = flagbit.Client.from_snapshot(snapshot(other=True))
    flag = client.flag("f")
    assert flag.evaluate().error_code == "FLAG_NOT_FOUND"
    assert flag.is_enabled(default=True) is True
    for on in (True, False, True):
        client.load_snapshot(snapshot(f=on))
        assert flag.is_enabled(default=not on) is on
        with client.override({"f": not on}):
            assert flag.is_enabled({"plan": "pro"}) is not on
        with client.override({"f": "text"}):
            assert flag.value(default="") == "text"
            assert flag.is_enabled(default=True) is True
        assert flag.evaluate().generation == client.status().generation
    client.load_snapshot(snapshot(other=True))
    assert flag.is_enabled() is False
    client.close()
    assert flag.is_enabled(default=True) is True
    assert flag.evaluate().error_code == "PROVIDER_NOT_READY"
    assert flag.value(default=5) == 5


def test_values_of_typed_flags() -> None:
    client = flagbit.Client.for_testing({"theme": "dark", "limit": 5, "json": {"a": [1]}})
    for _ in range(2):
        assert client.flag("theme").value(default="light") == "dark"
        assert client.flag("limit").value(None, 1) == 5
        assert client.flag("limit").value(None, 0.5) == 5.0
        assert client.flag("json").value({}, {}) == {"a": [1]}
        assert client.flag("theme").value(default=1) == 1
    with pytest.raises(TypeError, match="needs a default"):
        client.flag("theme").value()  # type: ignore[call-overload]


def test_it_keeps_its_client_alive() -> None:
    client = flagbit.Client.from_snapshot(SNAPSHOT)
    flag, seen = client.flag("always"), weakref.ref(client)
    del client
    gc.collect()
    assert flag.is_enabled() is True
    del flag
    gc.collect()
    assert seen() is None


def test_a_key_is_a_str(client: flagbit.Client) -> None:
    for key in (None, 1, b"always"):
        wrong: Any = key
        with pytest.raises(TypeError, match="a flag key is a str, not"):
            client.flag(wrong)


def test_a_client_that_was_never_opened() -> None:
    flag = flagbit.Client.__new__(flagbit.Client).flag("on")
    assert flag.is_enabled(default=True) is True
    assert flag.evaluate().error_code == "PROVIDER_NOT_READY"


def test_it_cannot_be_copied(client: flagbit.Client) -> None:
    flag = client.flag("pro")
    for copying in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be copied or pickled"):
            copying(flag)
    assert repr(flag) == "<flagbit.Flag 'pro' of <flagbit.Client of text: ready, 4 flags>>"


def test_threads_may_share_one(client: flagbit.Client) -> None:
    flag, over, wrong = client.flag("pro"), threading.Event(), []

    def ask() -> None:
        while not over.is_set():
            if not (flag.is_enabled({"plan": "pro"}) and flag.evaluate(PRO).enabled):
                wrong.append(threading.get_ident())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(50):
        client.load_snapshot(SNAPSHOT)
    over.set()
    for thread in threads:
        thread.join()
    assert wrong == []

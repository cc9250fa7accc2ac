"""Listeners of the state."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import TypeAlias

import pytest

import flagbit
from conftest import eventually, listener_threads, snapshot
from flagbit_kit import KEY, Stub

Told: TypeAlias = "queue.SimpleQueue[flagbit.Status]"


@pytest.fixture
def told() -> Told:
    return queue.SimpleQueue()


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub(snapshot(a=True)) as stub:
        yield stub


def next_state(told: Told) -> str:
    return told.get(timeout=20).state


def nothing_more(told: Told) -> bool:
    with pytest.raises(queue.Empty):
        told.get(timeout=0.2)
    return True


def test_each_state_is_told_once(stub: Stub, told: Told) -> None:
    stub.tell(401)
    with flagbit.Client(stub.url, server_key=KEY, poll_interval=1, stale_after=1.5) as client:
        client.wait_until_ready(20)
        assert client.status().state == "error"
        client.on_state_change(told.put)
        stub.tell(200)
        assert client.refresh(20) is True
        assert next_state(told) == "ready"
        stub.tell(500)
        stale = told.get(timeout=20)  # by time alone, since nothing of the flags changed
        assert stale.state == "stale"
        assert "500" in (stale.last_error or "")
        stub.tell(200)
        assert client.refresh(20) is True
        assert next_state(told) == "ready"
        stub.put(snapshot(a=False))
        assert client.refresh(20) is True
        assert nothing_more(told), "the flags changed, not the state"


def test_a_listener_is_not_told_what_was_before_it(stub: Stub, told: Told) -> None:
    with flagbit.Client(stub.url, server_key=KEY) as client:
        assert client.wait_until_ready(20) is True
        client.on_state_change(told.put)
        client.on_change(lambda _keys: None)
        assert nothing_more(told)


def test_stopping_and_closing_are_not_told(stub: Stub, told: Told) -> None:
    stub.tell(401)
    stopped: Told = queue.SimpleQueue()
    client = flagbit.Client(stub.url, server_key=KEY)
    client.wait_until_ready(20)
    stop = client.on_state_change(stopped.put)
    client.on_state_change(told.put)
    stop()
    stop()
    stub.tell(200)
    assert client.refresh(20) is True
    assert next_state(told) == "ready"
    client.close()
    assert eventually(lambda: listener_threads() == 0)
    assert nothing_more(told)
    assert nothing_more(stopped)


def test_a_listener_that_raises_is_logged_by_its_name(stub: Stub, told: Told, caplog: pytest.LogCaptureFixture) -> None:
    stub.tell(401)
    with flagbit.Client(stub.url, server_key=KEY) as client:
        client.wait_until_ready(20)
        client.on_state_change(lambda _status: 1 / 0)
        client.on_state_change(told.put)
        stub.tell(200)
        assert client.refresh(20) is True
        assert next_state(told) == "ready"
    assert "a listener of on_state_change failed" in caplog.text


def test_a_listener_is_callable(client: flagbit.Client) -> None:
    with pytest.raises(TypeError, match="a listener is callable, not str"):
        client.on_state_change("text")  # type: ignore[arg-type]

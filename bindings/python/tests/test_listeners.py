from __future__ import annotations

import gc
import json
import logging
import queue
import weakref
from pathlib import Path
from typing import TypeAlias

import pytest

import flagbit
from conftest import eventually, listener_threads, snapshot

Told: TypeAlias = "queue.SimpleQueue[list[str] | None]"


@pytest.fixture
def told() -> Told:
    return queue.SimpleQueue()


def test_a_listener_is_told_the_keys(client: flagbit.Client, told: Told) -> None:
    stop = client.on_change(told.put)
    client.load_snapshot(snapshot(always=True, pro=True))
    assert told.get(timeout=5) == ["broken", "off", "pro"]
    client.load_snapshot(snapshot(always=True, pro=True))
    with client.override({"always": False}):
        assert told.get(timeout=5) == ["always"], "and the load that changed nothing was not told"
    assert told.get(timeout=5) == ["always"]
    stop()
    stop()
    client.load_snapshot(snapshot())
    with pytest.raises(queue.Empty):
        told.get(timeout=0.1)


def test_a_listener_is_not_told_what_was_before_it(client: flagbit.Client, told: Told) -> None:
    first: Told = queue.SimpleQueue()
    client.on_change(first.put)
    client.load_snapshot(snapshot(a=True))
    client.on_change(told.put)
    client.load_snapshot(snapshot(a=True, b=True))
    assert told.get(timeout=5) == ["b"]


def test_a_watched_file_is_told(tmp_path: Path, told: Told) -> None:
    path = tmp_path / "flags.json"
    with flagbit.Client.from_file(path, watch=True) as client:
        client.on_change(told.put)
        path.write_text(json.dumps(snapshot(a=True)))
        assert told.get(timeout=5) is None, "the first flags may be any"
        path.write_text(json.dumps(snapshot(a=False)))
        assert told.get(timeout=5) == ["a"]


def test_a_listener_that_raises_is_logged_and_stops_nobody(
    client: flagbit.Client, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_keys: list[str] | None) -> None:
        raise RuntimeError("on purpose")

    def is_logged(times: int) -> bool:
        return eventually(lambda: caplog.text.count("RuntimeError: on purpose") == times)

    client.on_change(broken)
    client.on_change(told.put)
    for times, on in enumerate((True, False), 1):
        client.load_snapshot(snapshot(a=on))
        assert told.get(timeout=5)
        # The thread may have passed the first listener just before the change: it is told in the next round.
        assert is_logged(times)


def test_a_listener_may_use_and_close_the_client(client: flagbit.Client) -> None:
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def use(_keys: list[str] | None) -> None:
        answers.put(client.is_enabled("a"))
        client.close()

    client.on_change(use)
    client.load_snapshot(snapshot(a=True))
    assert answers.get(timeout=5) is True
    assert eventually(lambda: listener_threads() == 0)


def test_log_lines_come_by_themselves_where_a_listener_is(
    client: flagbit.Client, told: Told, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "flags.json"
    path.write_text(json.dumps(snapshot(a=True)))
    with flagbit.Client.from_file(path, watch=True) as client, caplog.at_level(logging.INFO, "flagbit"):
        client.on_change(told.put)
        path.write_text("{")
        assert eventually(lambda: "what was in force stays" in caplog.text)
    assert {record.name for record in caplog.records} == {"flagbit"}


def test_closing_ends_the_thread(client: flagbit.Client) -> None:
    for _ in range(3):
        client.on_change(print)
    assert eventually(lambda: listener_threads() == 1)
    client.close()
    assert eventually(lambda: listener_threads() == 0)
    client.on_change(print)()


def test_a_client_with_a_listener_is_collected(told: Told) -> None:
    client = flagbit.Client.from_snapshot([])
    client.on_change(told.put)
    gone, handle = weakref.ref(client), weakref.ref(client._listeners)
    del client
    gc.collect()
    assert gone() is None
    assert eventually(lambda: listener_threads() == 0)
    assert eventually(lambda: handle() is None)


def test_a_listener_is_callable(client: flagbit.Client) -> None:
    with pytest.raises(TypeError, match="a listener is callable, not str"):
        client.on_change("text")  # type: ignore[arg-type]

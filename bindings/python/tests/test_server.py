"""A client of a server: its requests, its reaction to the answers, and that it never blocks the program."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import flagbit
from conftest import eventually, snapshot
from flagbit_kit import KEY, Stub

Keys = list[str] | None


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub(snapshot(a=True)) as stub:
        yield stub


def test_flags_are_fetched_and_asked_for_again(stub: Stub) -> None:
    with flagbit.Client(stub.url, server_key=KEY, headers={"X-Team": "checkout"}) as client:
        assert client.wait_until_ready(10) is True
        assert client.is_enabled("a") is True
        assert client.refresh() is True
        assert stub.answers[:2] == [200, 304]
        path, headers = stub.requests[0]
        assert path == "/api/v1/snapshot"
        assert headers["authorization"] == f"Bearer {KEY}"
        assert headers["accept-encoding"] == "gzip"
        assert headers["user-agent"] == f"flagbit-rust/{flagbit.__version__}"
        assert headers["x-team"] == "checkout"
        status = client.status()
        assert (status.state, status.last_error, status.consecutive_failures) == ("ready", None, 0)
        assert stub.url in status.source
        assert "secret" not in repr(client)


def test_listeners_hear_of_what_is_fetched(stub: Stub) -> None:
    told: queue.SimpleQueue[Keys] = queue.SimpleQueue()
    with flagbit.Client(stub.url, server_key=KEY) as client:
        client.wait_until_ready(10)
        client.on_change(told.put)
        stub.put(snapshot(a=False, b=True))
        assert client.refresh() is True
        assert told.get(timeout=10) == ["a", "b"]


def test_a_stream_brings_changes_at_once(stub: Stub) -> None:
    told: queue.SimpleQueue[Keys] = queue.SimpleQueue()
    with flagbit.Client(stub.url, server_key=KEY, stream=True, poll_interval=600) as client:
        client.wait_until_ready(10)
        client.on_change(told.put)
        assert eventually(lambda: any(path == "/api/v1/stream" for path, _ in stub.requests))
        stub.put(snapshot(a=False))
        assert told.get(timeout=10) == ["a"]
        assert client.is_enabled("a", default=True) is False


def test_polling_brings_changes_within_its_interval(stub: Stub) -> None:
    with flagbit.Client(stub.url, server_key=KEY, poll_interval=1) as client:
        client.wait_until_ready(10)
        stub.put(snapshot(a=False))
        assert eventually(lambda: not client.is_enabled("a", default=True))


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_ends_the_waiting_and_is_logged(stub: Stub, status: int, caplog: pytest.LogCaptureFixture) -> None:
    stub.tell(status)
    caplog.set_level(logging.WARNING, "flagbit")
    with flagbit.Client(stub.url, server_key=KEY) as client:
        assert client.wait_until_ready(None) is False
        assert client.status().state == "error"
        assert client.is_enabled("a", default=True) is True
        assert client.evaluate("a").error_code == "PROVIDER_NOT_READY"
        # Without another call, from the thread.
        assert eventually(lambda: str(status) in caplog.text)
        assert "secret" not in caplog.text
        assert "secret" not in str(client.status())
        stub.tell(200)
        assert client.refresh() is True
        assert client.is_enabled("a") is True


def test_a_dead_server_leaves_the_last_good_flags(stub: Stub) -> None:
    with flagbit.Client(stub.url, server_key=KEY) as client:
        client.wait_until_ready(10)
        stub.tell(500)
        assert client.refresh() is False
        assert client.is_enabled("a") is True
        status = client.status()
        assert status.consecutive_failures == 1
        assert status.last_error is not None
        assert "500" in status.last_error


def test_the_cache_serves_where_the_server_does_not(stub: Stub, tmp_path: Path) -> None:
    cache = tmp_path / "flags.cache"
    with flagbit.Client(stub.url, server_key=KEY, cache_path=cache) as client:
        client.wait_until_ready(10)
        assert eventually(cache.exists)
    assert cache.stat().st_mode & 0o777 == 0o600
    assert b"secret" not in cache.read_bytes()
    stub.tell(503)
    with flagbit.Client(stub.url, server_key=KEY, cache_path=cache, bootstrap=snapshot(a=False)) as client:
        assert client.wait_until_ready(0) is True
        assert client.is_enabled("a") is True
        assert client.status().state == "stale"
    cache.write_bytes(cache.read_bytes()[:-1])
    with flagbit.Client(stub.url, server_key=KEY, cache_path=cache, bootstrap=snapshot(a=False)) as client:
        assert client.is_enabled("a", default=True) is False


def test_closing_does_not_wait_for_a_request(stub: Stub) -> None:
    stub.tell(0)
    client = flagbit.Client(stub.url, server_key=KEY)
    assert stub.wait_for_request(10)
    assert client.wait_until_ready(0.01) is False
    begin = time.monotonic()
    client.close()
    assert time.monotonic() - begin < 0.1  # the documented limit
    assert client.refresh(10) is False
    assert client.wait_until_ready(None) is False


def test_a_client_that_is_forgotten_ends_its_threads(stub: Stub) -> None:
    before = len(list(Path("/proc/self/task").iterdir()))
    client = flagbit.Client(stub.url, server_key=KEY)
    client.wait_until_ready(10)
    assert len(list(Path("/proc/self/task").iterdir())) > before
    del client
    assert eventually(lambda: len(list(Path("/proc/self/task").iterdir())) <= before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "^url= needs either server_key=, or both api_key= and project_id=$"),
        ({"server_key": KEY, "api_key": "fb_x"}, "^url= needs either server_key=, or "),
        ({"api_key": "fb_x"}, "^url= needs either server_key=, or "),
        ({"server_key": "fbsdk_secret"}, "^server_key= takes a key that begins with fbsrv_, not an SDK key"),
        ({"server_key": ""}, "^server_key= takes a key that begins with fbsrv_, not an empty text$"),
        ({"server_key": KEY, "project_id": -1}, "^project_id= takes 0 or more, not -1$"),
        ({"server_key": KEY, "poll_interval": 0.5}, "^poll_interval= takes 1 s or more, not 500ms$"),
        ({"server_key": KEY, "poll_interval": -1}, "^poll_interval= takes more than 0 s, not -1 s$"),
        ({"api_key": "fb_x", "project_id": 1, "poll_interval": 5}, "^poll_interval= takes 60 s or more with api_key="),
        ({"api_key": "fb_x", "project_id": 1, "stream": True}, "^stream= does not go with api_key=: "),
        ({"server_key": KEY, "timeout": 1e9}, "^timeout= takes more than 0 s and at most a year, not "),
        ({"server_key": KEY, "headers": {"Authorization": "x"}}, '^headers= cannot set "Authorization": '),
        ({"server_key": KEY, "proxy": "nonsense://"}, "^proxy= takes a URL such as "),
        ({"server_key": KEY, "ca_file": "x", "system_roots": True}, "^give either ca_file= or system_roots=: "),
        ({"server_key": KEY, "bootstrap": "[{}]"}, r"\[0\]\.key: missing"),
        ({"server_key": KEY, "ca_file": "/nonexistent.pem"}, "nonexistent"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, object], message: str) -> None:
    with pytest.raises(flagbit.FlagBitError, match=message) as caught:
        flagbit.Client("http://127.0.0.1:1", **options)  # type: ignore[arg-type]
    assert "secret" not in str(caught.value)


def test_types_that_do_not_fit() -> None:
    with pytest.raises(TypeError):
        flagbit.Client()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        flagbit.Client("http://127.0.0.1:1", server_key=7.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="NaN"):
        flagbit.Client("http://127.0.0.1:1", server_key=KEY, timeout=float("nan"))

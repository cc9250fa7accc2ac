"""The provider's events against the real server, counted: each once. And the published client of OFREP, unmodified."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from openfeature import api
from openfeature.exception import ErrorCode, GeneralError, ProviderFatalError
from openfeature.provider import ProviderStatus

import flagbit
from conftest import eventually, listener_threads, snapshot
from features import CHANGED, ERROR, READY, STALE, Counts, Told
from flagbit.openfeature import FlagBitProvider
from flagbit_kit import RealServer

DOMAIN = "shop"


@pytest.fixture
def server() -> Iterator[RealServer]:
    with RealServer() as server:
        server.create("a", enabled=True)
        yield server


@pytest.fixture(autouse=True)
def _shut_down() -> Iterator[None]:
    yield
    api.shutdown()
    assert eventually(lambda: listener_threads() == 0)


def polling(server: RealServer, bootstrap: object = None) -> flagbit.Client:
    more = {} if bootstrap is None else {"bootstrap": bootstrap}
    return flagbit.Client(server.url, server_key=server.key, poll_interval=1, stale_after=1.5, **more)  # type: ignore[arg-type]


def reason() -> object:
    return api.get_client(DOMAIN).get_boolean_details("a", False).reason


def status() -> ProviderStatus:
    return api.get_client(DOMAIN).get_provider_status()


def follow(domain: str = DOMAIN) -> Told:
    """Returns the events of the next provider. The SDK tells at once that the one before is ready."""
    told = Told(api.get_client(domain))
    assert told.comes_to({READY: 1})
    told.forget()
    return told


def nothing_more(told: Told, counts: Counts) -> None:
    time.sleep(1.7)  # more than an interval, and than it takes to become stale
    assert told.counts() == counts


def test_ready_changed_stale_and_ready_again(server: RealServer) -> None:
    told, client = follow(), polling(server)
    api.set_provider_and_wait(FlagBitProvider(client), DOMAIN)
    assert told.comes_to({READY: 1})
    assert reason() == "STATIC"

    server.switch("a", enabled=False)
    assert told.comes_to({READY: 1, CHANGED: 1})
    assert told.of(CHANGED)[0].flags_changed == ["a"]
    assert told.of(CHANGED)[0].provider_name == "FlagBit"
    assert reason() == "DISABLED"

    server.do("kill")
    assert told.comes_to({READY: 1, CHANGED: 1, STALE: 1})
    assert "refuses connections" in (told.of(STALE)[0].message or "")
    assert status() == ProviderStatus.STALE
    assert reason() == "STALE"
    assert api.get_client(DOMAIN).get_boolean_details("a", False).flag_metadata["reason"] == "disabled"
    with client.override({"a": True}):
        assert told.comes_to({READY: 1, CHANGED: 2, STALE: 1})
        assert status() == ProviderStatus.STALE, "a change brings no contact"
    assert told.comes_to({READY: 1, CHANGED: 3, STALE: 1})

    server.do("start")
    client.refresh(20)
    assert told.comes_to({READY: 2, CHANGED: 3, STALE: 1})
    assert status() == ProviderStatus.READY
    assert reason() == "DISABLED"
    nothing_more(told, {READY: 2, CHANGED: 3, STALE: 1})


def test_what_a_bootstrap_serves_is_ready_and_then_stale(server: RealServer) -> None:
    server.do("kill")
    told, client = follow(), polling(server, snapshot(a=False, b=True))
    api.set_provider_and_wait(FlagBitProvider(client), DOMAIN)
    assert told.comes_to({READY: 1, STALE: 1})
    assert status() == ProviderStatus.STALE
    assert reason() == "STALE"

    server.do("start")
    client.refresh(20)
    assert told.comes_to({READY: 2, STALE: 1, CHANGED: 1})
    assert told.of(CHANGED)[0].flags_changed == ["a", "b"]
    assert status() == ProviderStatus.READY
    nothing_more(told, {READY: 2, STALE: 1, CHANGED: 1})


def test_a_server_that_comes_too_late(server: RealServer) -> None:
    server.do("kill")
    told, client = follow(), polling(server)
    with pytest.raises(GeneralError, match="refuses connections"):
        api.set_provider_and_wait(FlagBitProvider(client, ready_timeout=0.3), DOMAIN)
    assert told.comes_to({ERROR: 1})
    assert told.of(ERROR)[0].error_code == ErrorCode.GENERAL
    assert status() == ProviderStatus.ERROR

    server.do("start")
    client.refresh(20)
    assert told.comes_to({ERROR: 1, READY: 1}), "the first flags are no change"
    assert status() == ProviderStatus.READY
    assert reason() == "STATIC"
    server.switch("a", enabled=False)
    assert told.comes_to({ERROR: 1, READY: 1, CHANGED: 1})
    nothing_more(told, {ERROR: 1, READY: 1, CHANGED: 1})


def test_a_key_that_is_refused_and_then_is_not(server: RealServer) -> None:
    server.do("kill")
    with RealServer(port=server.port) as other:
        other.do("kill")
        told, client = follow(), polling(server)
        with pytest.raises(GeneralError, match="refuses connections"):
            api.set_provider_and_wait(FlagBitProvider(client, ready_timeout=0.3), DOMAIN)
        assert told.comes_to({ERROR: 1})
        other.do("start")
        client.refresh(20)
        assert told.comes_to({ERROR: 2}), "it was a server that is away, and now is one that refuses"
        assert told.of(ERROR)[1].error_code == ErrorCode.PROVIDER_FATAL
        assert "401" in (told.of(ERROR)[1].message or "")
        assert server.key not in str(told.of(ERROR))
        assert status() == ProviderStatus.FATAL
    server.do("start")
    client.refresh(20)
    assert told.comes_to({ERROR: 2, READY: 1})
    assert status() == ProviderStatus.READY
    assert reason() == "STATIC"
    nothing_more(told, {ERROR: 2, READY: 1})


def test_a_revoked_key_is_fatal_at_a_start_and_stale_later(server: RealServer) -> None:
    told, client = follow(), polling(server)
    api.set_provider_and_wait(FlagBitProvider(client), DOMAIN)
    server.do("revoke")
    assert told.comes_to({READY: 1, STALE: 1})
    assert "401" in (told.of(STALE)[0].message or "")
    with pytest.raises(ProviderFatalError, match="401"):
        api.set_provider_and_wait(FlagBitProvider(polling(server)), "another")
    assert api.get_client("another").get_provider_status() == ProviderStatus.FATAL
    assert told.counts() == {READY: 1, STALE: 1}, "of one provider nobody else hears"


def test_two_domains_of_one_provider_hear_the_same_once(server: RealServer) -> None:
    told, second, client = follow(), follow("second"), polling(server)
    provider = FlagBitProvider(client)
    api.set_provider_and_wait(provider, DOMAIN)
    api.set_provider_and_wait(provider, "second")
    server.switch("a", enabled=False)
    assert told.comes_to({READY: 1, CHANGED: 1})
    assert second.comes_to({CHANGED: 1}), "of READY the SDK tells the first domain alone"
    server.do("kill")
    assert told.comes_to({READY: 1, CHANGED: 1, STALE: 1})
    assert second.comes_to({CHANGED: 1, STALE: 1})

"""A client of the real server, while flags change and servers come and go."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import flagbit
from conftest import REPOSITORY, eventually
from flagbit_kit import Kit, RealServer

User = dict[str, Any]

NAMED: list[User] = [
    {},
    {"user_id": "usr_1001", "plan": "pro", "country": "DE", "age": 34, "beta": True, "app_version": "2.4.1"},
    {"user_id": "usr_1002", "plan": "free", "country": "US", "age": 17, "beta": False, "cart_total": 129.5},
    {"country": "FR", "session_id": "s-77aa", "email": "ana@shop.example"},
]
NUMBERED: list[User] = [{"user_id": f"usr_{number}", "plan": "pro" if number % 2 else "free"} for number in range(40)]
USERS = NAMED + NUMBERED


@pytest.fixture
def server() -> Iterator[RealServer]:
    with RealServer() as server:
        yield server


def will_be(client: flagbit.Client, enabled: bool) -> bool:
    """Waits until the flag `a` has this value; after failures the next attempt may be half a minute away."""
    return eventually(lambda: client.evaluate("a").error_code is None and client.is_enabled("a") is enabled, 60)


def will_be_in(client: flagbit.Client, state: str) -> bool:
    return eventually(lambda: client.status().state == state, 60)


def will_say(client: flagbit.Client, words: str) -> bool:
    return eventually(lambda: words in (client.status().last_error or ""), 60)


def test_polling_and_streaming_clients_see_a_flip(server: RealServer) -> None:
    server.create("a", enabled=False)
    with (
        flagbit.Client(server.url, server_key=server.key, poll_interval=1) as polling,
        flagbit.Client(server.url, server_key=server.key, stream=True, poll_interval=600) as streaming,
    ):
        for client in (polling, streaming):
            assert client.wait_until_ready(20) is True
            assert client.is_enabled("a", default=True) is False
        for enabled in (True, False):
            server.switch("a", enabled)
            for client in (polling, streaming):
                assert will_be(client, enabled)
        assert [client.status().state for client in (polling, streaming)] == ["ready", "ready"]


def test_what_did_not_change_is_not_sent_again_and_what_did_is_compressed(server: RealServer) -> None:
    snapshot = json.loads((REPOSITORY / "examples/flags.json").read_text())
    server.import_flags({"flags": snapshot["flags"]})
    with Kit("relay", port=server.port) as between, flagbit.Client(between.url, server_key=server.key) as client:
        assert client.wait_until_ready(20) is True
        assert client.refresh(20) is True
        assert [status for status, _ in between.do("answers")] == [200, 304]
        (_, full), (_, unchanged) = between.do("answers")
        assert "content-encoding: gzip\r\n" in full.lower()
        assert "if-none-match: " in between.do("requests")[1].lower()
        assert len(between.do("requests")[1]) + 4 + len(unchanged) < 1000  # bytes of an unchanged poll, as is promised
        server.switch("winter-banner", enabled=True)
        assert client.refresh(20) is True
        assert [status for status, _ in between.do("answers")] == [200, 304, 200]
        assert client.is_enabled("winter-banner", {"country": "DE"}) is True


def test_a_server_that_is_killed_and_comes_back(server: RealServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "flagbit")
    server.create("a", enabled=True)
    with (
        flagbit.Client(server.url, server_key=server.key, poll_interval=1, stale_after=1.5) as polling,
        flagbit.Client(server.url, server_key=server.key, stream=True, poll_interval=1, stale_after=1.5) as streaming,
    ):
        clients = (polling, streaming)
        for client in clients:
            assert client.wait_until_ready(20) is True
        server.do("kill")
        for client in clients:
            assert will_be_in(client, "stale")
            assert will_say(client, "refuses connections")
            assert client.is_enabled("a") is True
        server.do("start")
        server.switch("a", enabled=False)
        for client in clients:
            assert will_be(client, False)
            assert will_be_in(client, "ready")
            assert client.status().last_error is None
        assert f"{server.url} answers again" in caplog.text


def test_a_server_that_stops_in_order_ends_the_streams(server: RealServer) -> None:
    server.create("a", enabled=True)
    with flagbit.Client(server.url, server_key=server.key, stream=True, poll_interval=600) as client:
        assert client.wait_until_ready(20) is True
        server.switch("a", enabled=False)
        assert will_be(client, False)
        begin = time.monotonic()
        assert server.do("stop") == 0
        assert time.monotonic() - begin < 10  # the server waits as long for requests that do not end
        answer = client.evaluate("a", default=True)
        assert (answer.enabled, answer.error_code) == (False, None)
        assert client.status().state == "ready"
        server.do("start")
        server.switch("a", enabled=True)
        assert will_be(client, True)


@pytest.mark.parametrize("stream", [False, True])
def test_a_revoked_key_leaves_the_flags(
    server: RealServer, stream: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "flagbit")
    server.create("a", enabled=True)
    with Kit("relay", port=server.port) as between:
        options: dict[str, Any] = {"poll_interval": 1, "stale_after": 3, "stream": stream}
        cache = tmp_path / "flags.cache"
        with flagbit.Client(between.url, server_key=server.key, cache_path=cache, **options) as client:
            assert client.wait_until_ready(20) is True
            assert eventually(cache.exists)
            server.do("revoke")
            assert will_say(client, "401")
            asked = len(between.do("requests"))
            assert "check the key" in (client.status().last_error or "")
            assert eventually(lambda: "check the key" in caplog.text)
            assert will_be_in(client, "stale")
            assert client.is_enabled("a") is True
            time.sleep(1.5)
            assert len(between.do("requests")) == asked, "it asks slowly: a person must do something first"
            assert client.refresh(20) is False  # an explicit refresh is tried at once, and refused as well
            assert server.key not in caplog.text
        with flagbit.Client(between.url, server_key=server.key, **options) as client:
            assert client.wait_until_ready(None) is False
            assert client.status().state == "error"
            assert client.evaluate("a").error_code == "PROVIDER_NOT_READY"


def test_a_key_of_an_environment_reads_that_environment(server: RealServer) -> None:
    server.create("a", enabled=True)
    staging = server.of_project("POST", "/environments", {"name": "staging"})
    server.of_project("PATCH", "/environments/staging/flags/a", {"enabled": False})
    with (
        flagbit.Client(server.url, server_key=server.key, stream=True) as production,
        flagbit.Client(server.url, server_key=staging["server_key"], stream=True) as client,
    ):
        assert client.wait_until_ready(20) is True
        assert production.wait_until_ready(20) is True
        assert (production.is_enabled("a"), client.is_enabled("a")) == (True, False)
        server.of_project("PATCH", "/environments/staging/flags/a", {"enabled": True})
        assert will_be(client, True)
        server.switch("a", enabled=False)
        assert will_be(production, False)
        assert client.is_enabled("a") is True


def test_an_api_key_reads_the_listing_of_a_project(server: RealServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "flagbit")
    snapshot = json.loads((REPOSITORY / "examples/flags.json").read_text())
    server.import_flags({"flags": snapshot["flags"]})
    account: dict[str, Any] = {"api_key": server.api_key, "project_id": server.project}
    with pytest.raises(flagbit.FlagBitError, match="poll_interval= takes 60 s or more"):
        flagbit.Client(server.url, poll_interval=30, **account)
    with Kit("relay", port=server.port) as between, flagbit.Client(between.url, **account) as client:
        assert client.wait_until_ready(20) is True
        assert client.refresh(20) is True
        assert [status for status, _ in between.do("answers")] == [200, 304]
        assert between.do("requests")[0].startswith(f"GET /api/v1/projects/{server.project}/flags HTTP/1.1\r\n")
        assert_same_answers(server, client)
        assert eventually(lambda: "may do everything in its account" in caplog.text)


def test_answers_are_those_of_the_server(server: RealServer) -> None:
    snapshot = json.loads((REPOSITORY / "examples/flags.json").read_text())
    more = [
        {"key": "beta", "enabled": True, "rules": [{"operator": "in_segment", "value": "testers"}]},
        {
            "key": "limits",
            "enabled": True,
            "variants": {"few": {"items": 3, "names": ["a", "b"]}, "many": {"items": 2.5e3, "names": []}},
            "default": "few",
            "rules": [{"conditions": [{"operator": "in_segment", "value": "testers"}], "value": "many"}],
        },
        {
            "key": "price",
            "enabled": True,
            "variants": {"low": 9.5, "high": 12},
            "default": "low",
            "rules": [{"conditions": [], "value": {"split": [["low", 30], ["high", 70]]}}],
        },
    ]
    testers = {"rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]}
    server.import_flags({"flags": snapshot["flags"] + more, "segments": {"testers": testers}})
    with flagbit.Client(server.url, server_key=server.key) as client:
        assert client.wait_until_ready(20) is True
        assert client.warnings() == []
        assert_same_answers(server, client)


def assert_same_answers(server: RealServer, client: flagbit.Client) -> None:
    """Compares all flags for all users with the answers of POST /api/v1/evaluate."""
    compared = 0
    for user in USERS:
        answers = server.ask("POST", "/evaluate", {"context": user}, server.key)["flags"]
        assert sorted(answers) == client.flags()
        for key, theirs in answers.items():
            ours = client.evaluate(key, user)
            told = {
                "flag_key": ours.flag_key,
                "enabled": ours.enabled,
                "value": ours.value,
                "variant": ours.variant,
                "reason": ours.reason,
                "rule_index": ours.rule_index,
            }
            assert told == theirs, user
            compared += 1
    assert compared >= 28 * len(USERS)

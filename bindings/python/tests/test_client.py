"""A client's life: opening, loading, files, waiting, status, overrides, closing."""

from __future__ import annotations

import datetime
import json
import logging
import re
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import flagbit
from conftest import SNAPSHOT, eventually, snapshot

REFUSED = {
    "not JSON": ('{"flags": [\n  {]}', r"line 2.*column 4"),
    "wrong shape": ('{"flags": 5}', r"^flags: "),
    "an outer text": ('"flags"', "list|object"),
    "duplicate in a list": (
        '[{"key": "a", "enabled": true}, {"key": "a", "enabled": true}]',
        r'^\[1\].key: duplicate key "a"',
    ),
    "duplicate in a map": ('{"flags": {"a": {"enabled": true}, "a": {"enabled": true}}}', r'^flags\["a"\].*duplicate'),
    "no key": ('{"flags": [{"enabled": true}]}', r"^flags\[0\].key: "),
    "bad UTF-8": (b'[{"key": "\xff", "enabled": true}]', "line 1.*column 11"),
    "a lone surrogate": ('[{"key": "\ud800", "enabled": true}]', "line 1.*column 11"),
    "a lone surrogate in a dict": ([{"key": "\ud800", "enabled": True}], "line 1"),
    "not for JSON": ({"flags": {1, 2}}, "cannot be written as JSON.*set"),
    "NaN": ([{"key": "a", "enabled": float("nan")}], "cannot be written as JSON"),
}

SET_ASIDE = {
    "unknown operator": ({"attribute": "a", "operator": "resembles", "value": 1}, r"\.operator: .*resembles"),
    "percentage of 101": ({"operator": "percent", "value": 101}, r"\.value: a percentage .*101"),
    "percentage as text": ({"operator": "percent", "value": "30"}, r"\.value: a percentage .*30"),
    "in without a list": ({"attribute": "a", "operator": "in", "value": "x"}, r"\.value: .*list"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_snapshot_names_the_place_and_leaves_the_old_one(client: flagbit.Client, name: str) -> None:
    text, message = REFUSED[name]
    for attempt in (client.load_snapshot, flagbit.Client.from_snapshot):
        with pytest.raises(flagbit.SnapshotError, match=message) as error:
            attempt(text)  # type: ignore[arg-type]
        assert error.value.status in ("SNAPSHOT_REFUSED", None)
        assert isinstance(error.value, ValueError)
    assert client.is_enabled("always") is True
    assert client.status().state == "ready"


@pytest.mark.parametrize("name", SET_ASIDE)
def test_a_flag_that_cannot_be_read_is_set_aside(name: str, caplog: pytest.LogCaptureFixture) -> None:
    rule, message = SET_ASIDE[name]
    flags = [
        {"key": "bad", "enabled": True, "rules": [rule]},
        {"key": "good", "enabled": True, "default_enabled": True},
    ]
    client = flagbit.Client.from_snapshot({"flags": flags})
    assert client.is_enabled("good") is True
    (warning,) = client.warnings()
    assert client.status().flags_set_aside == 1
    assert re.search(message, warning)
    assert warning.startswith("flags[0].rules[0].")
    found = client.evaluate("bad")
    assert found.error_code == "PARSE_ERROR"
    assert warning in str(found.error_message)
    assert any(warning in record.message and record.levelname == "WARNING" for record in caplog.records)


@pytest.mark.parametrize("value", [None, 5, object(), {"a"}])
def test_a_snapshot_of_another_type(client: flagbit.Client, value: Any) -> None:
    with pytest.raises(TypeError, match="a snapshot is a str, bytes, a dict or a list, not"):
        flagbit.Client.from_snapshot(value)
    with pytest.raises(TypeError, match="a snapshot is"):
        client.load_snapshot(value)


def test_a_snapshot_is_text_bytes_or_what_json_makes_of_it() -> None:
    text = json.dumps(SNAPSHOT)
    for value in (
        text,
        text.encode(),
        bytearray(text.encode()),
        memoryview(text.encode()),
        SNAPSHOT,
        SNAPSHOT["flags"],
    ):
        assert flagbit.Client.from_snapshot(value).flags() == ["always", "broken", "off", "pro"]  # type: ignore[arg-type]


def test_the_size_limit(tmp_path: Path) -> None:
    text = json.dumps(SNAPSHOT)
    (tmp_path / "flags.json").write_text(text)
    exact = len(text)
    flagbit.Client.from_snapshot(text, max_snapshot_bytes=exact)
    client = flagbit.Client.from_file(tmp_path / "flags.json", max_snapshot_bytes=2**80)
    assert client.is_enabled("always") is True
    with pytest.raises(flagbit.SnapshotError, match=str(exact - 1)):
        flagbit.Client.from_snapshot(text, max_snapshot_bytes=exact - 1)
    with pytest.raises(flagbit.SnapshotError, match=str(exact - 1)):
        flagbit.Client.from_file(tmp_path / "flags.json", max_snapshot_bytes=exact - 1)
    with pytest.raises(flagbit.FlagBitError, match=r"^max_snapshot_bytes= takes 1 or more, not -") as error:
        flagbit.Client.from_snapshot(text, max_snapshot_bytes=-(2**64) + 5)
    assert error.value.status == "INVALID_ARGUMENT"


def test_status(client: flagbit.Client) -> None:
    status = client.status()
    assert (status.state, status.revision, status.source, status.generation) == ("ready", "r1", "text", 1)
    assert (status.flags, status.flags_set_aside, status.unsupported_values) == (4, 1, 0)
    assert (status.last_error, status.consecutive_failures) == (None, 0)
    assert status.last_success is not None
    assert abs(status.last_success - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=1)
    with pytest.raises(flagbit.SnapshotError):
        client.load_snapshot("[")
    failed = client.status()
    assert failed.consecutive_failures == 1
    assert "line 1" in str(failed.last_error)
    assert "r1" not in repr(client)


def test_long_texts_come_out_whole() -> None:
    revision = "ü" * 5000
    client = flagbit.Client.from_snapshot({"revision": revision, "flags": []})
    assert client.status().revision == revision
    assert client.evaluate("k" * 5000).error_message == f'no flag "{"k" * 5000}" among the 0 in force'
    assert client.evaluate("k").revision == revision


def test_the_revision_follows_the_snapshot(client: flagbit.Client) -> None:
    assert client.evaluate("always").revision == "r1"
    client.load_snapshot({"revision": 7, "flags": {"always": {"enabled": False}}})
    found = client.evaluate("always")
    assert (found.revision, found.generation, found.enabled) == ("7", 2, False)
    client.load_snapshot({"flags": {"always": {"enabled": True}}})
    assert client.evaluate("always").revision is None
    assert client.status().revision is None


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "flägs.json"
    with pytest.raises(flagbit.FileError, match=r"flägs\.json") as error:
        flagbit.Client.from_file(path)
    assert isinstance(error.value, OSError)
    assert error.value.status == "IO"
    path.write_text("{")
    with pytest.raises(flagbit.SnapshotError, match=r"flägs\.json: .*line 1"):
        flagbit.Client.from_file(str(path))
    path.write_text(json.dumps(snapshot(a=True)))
    client = flagbit.Client.from_file(bytes(path))
    assert client.is_enabled("a") is True
    path.write_text("{")
    assert client.refresh() is False
    assert "flägs.json" in str(client.status().last_error)
    assert client.is_enabled("a") is True
    path.write_text(json.dumps(snapshot(a=False)))
    assert client.refresh(timeout=1) is True
    assert client.is_enabled("a", default=True) is False
    with pytest.raises(flagbit.FlagBitError, match="opened from a snapshot") as other:
        client.load_snapshot("[]")
    assert other.value.status == "INVALID_ARGUMENT"
    with pytest.raises(TypeError):
        flagbit.Client.from_file(5)  # type: ignore[arg-type]


def test_a_watched_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "flags.json"
    with flagbit.Client.from_file(path, watch=True) as client:
        assert client.wait_until_ready(timeout=0.05) is False
        assert client.evaluate("a").error_code == "PROVIDER_NOT_READY"
        assert client.status().state == "error"
        path.write_text(json.dumps(snapshot(a=True)))
        assert client.wait_until_ready() is True
        assert client.is_enabled("a") is True
        path.write_text("{")
        assert eventually(lambda: client.status().consecutive_failures)
        assert client.is_enabled("a") is True
        assert "what was in force stays" in caplog.text
        path.write_text(json.dumps(snapshot(a=False)))
        assert eventually(lambda: not client.is_enabled("a", default=True))


def test_waiting_ends_with_the_client(tmp_path: Path) -> None:
    client = flagbit.Client.from_file(tmp_path / "flags.json", watch=True)
    begin = time.monotonic()
    threading.Timer(0.1, client.close).start()
    assert client.wait_until_ready(timeout=None) is False
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(("timeout", "error"), [(float("nan"), ValueError), ("5", TypeError), ([], TypeError)])
def test_a_timeout_is_a_number(client: flagbit.Client, timeout: Any, error: type[Exception]) -> None:
    for call in (client.refresh, client.wait_until_ready):
        with pytest.raises(error):
            call(timeout)
        assert call(timeout=0) is call(timeout=-1) is call(timeout=None) is call(timeout=float("inf")) is True


def test_overrides_nest_and_end(client: flagbit.Client) -> None:
    with client.override({"pro": True, "new": True}):
        assert client.is_enabled("pro") is client.is_enabled("new") is True
        assert "new" in client.flags()
        with client.override({"pro": False}):
            assert client.is_enabled("pro", {"plan": "pro"}) is False
            assert client.is_enabled("new") is True
        assert client.is_enabled("pro") is True
    assert client.is_enabled("pro") is client.is_enabled("new") is False
    with suppress(KeyError), client.override({"off": True}):
        assert client.is_enabled("off") is True
        raise KeyError
    assert client.is_enabled("off") is False


@pytest.mark.parametrize("values", [{"a": None}, {"": True}, {"a": object()}, {"a": float("nan")}, {"a": "\ud800"}])
def test_what_is_no_value_of_an_override(client: flagbit.Client, values: Any) -> None:
    for attempt in (flagbit.Client.for_testing, client.override):
        with pytest.raises(flagbit.SnapshotError), attempt(values):
            pass
    with pytest.raises(TypeError, match="a mapping of keys to values, not list"):
        flagbit.Client.for_testing(["a"])  # type: ignore[arg-type]


def test_use_after_close(client: flagbit.Client) -> None:
    user = flagbit.Context(plan="pro")
    with client.override({"pro": True}):
        client.close()
        client.close()
    assert client.is_enabled("always") is False
    assert client.is_enabled("always", user, default=True) is True
    found = client.evaluate("always", {"plan": "pro"}, default=True)
    assert (found.enabled, found.error_code, found.error_message) == (
        True,
        "PROVIDER_NOT_READY",
        "the client is closed",
    )
    assert client.evaluate("\udc80").error_code == "PROVIDER_NOT_READY"
    assert client.evaluate_all(user) == {}
    assert client.flags() == client.warnings() == []
    assert client.status().state == "closed"
    assert client.wait_until_ready() is client.refresh() is False
    with pytest.raises(flagbit.ClosedError) as error:
        client.load_snapshot("[]")
    assert error.value.status == "CLOSED"
    with pytest.raises(flagbit.ClosedError), client.override({"a": True}):
        pass


def test_log_lines_of_a_broken_handler_do_not_come_out(client: flagbit.Client) -> None:
    def broken(_record: logging.LogRecord) -> bool:
        raise RuntimeError

    logger = logging.getLogger("flagbit")
    logger.addFilter(broken)
    try:
        assert client.is_enabled("always", {"a": object()}) is True  # type: ignore[dict-item]
    finally:
        logger.removeFilter(broken)


@pytest.mark.parametrize("path", ["flags.json", "/etc/flags.json", "localhost:8080", ""])
def test_a_path_for_a_url_names_from_file(path: str) -> None:
    with pytest.raises(flagbit.FlagBitError, match=re.escape(f"Client.from_file({path!r})")) as error:
        flagbit.Client(path, server_key="fbsrv_x")
    assert error.value.status == "INVALID_ARGUMENT"

"""A program that follows a server: the flags come over the network. Run by the Python of an installed package."""

import sys
from pathlib import Path

import flagbit

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests/kit"))
from flagbit_kit import KEY, Stub

with (
    Stub([{"key": "a", "enabled": True, "default_enabled": True}]) as stub,
    flagbit.Client(stub.url, server_key=KEY) as client,
):
    assert client.wait_until_ready(timeout=20), client.status().last_error
    assert client.is_enabled("a")
    print(client.status().state)  # noqa: T201

"""A program that follows a server: the flags come over the network. Run by the Python of an installed package."""

import flagbit
from stub import KEY, serving

with (
    serving([{"key": "a", "enabled": True, "default_enabled": True}]) as stub,
    flagbit.Client(stub.url, server_key=KEY) as client,
):
    assert client.wait_until_ready(timeout=20), client.status().last_error
    assert client.is_enabled("a")
    print(client.status().state)  # noqa: T201

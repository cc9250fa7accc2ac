"""Run with gevent or eventlet: python greenlets.py gevent|eventlet before|after URL KEY. Prints the failures.

The process imports flagbit `before` or `after` it patches its threads. A greenlet ticks all the while, and every call
of flagbit has to let it. The parent changes the flags when it reads `change`.
"""

import gc
import logging
import socket
import sys
import time
import weakref
from importlib import import_module
from typing import Any

PACKAGE, ORDER, URL, KEY = sys.argv[1:]
TICK = 0.005
FEWEST = 5
"""The ticks in a second, even on a busy machine; there are none while a call blocks."""

if ORDER == "before":
    import flagbit
if PACKAGE == "gevent":
    import_module("gevent.monkey").patch_all()
    spawn: Any = import_module("gevent").spawn
else:
    import_module("eventlet").monkey_patch()
    spawn = import_module("eventlet").spawn_n

import flagbit  # noqa: E402


class Ticks:
    """Counts how often another greenlet has run."""

    def __init__(self) -> None:
        self.count = 0
        spawn(self._tick)

    def _tick(self) -> None:
        while True:
            time.sleep(TICK)
            self.count += 1


def eventually(condition: Any) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(TICK)


def waits(ticks: Ticks) -> None:
    """A call that waits blocks only its own greenlet."""
    silent = socket.create_server(("127.0.0.1", 0))  # nobody accepts, so nobody answers
    url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    with silent, flagbit.Client(url, server_key=KEY) as lost:
        done: list[bool] = []
        spawn(lambda: done.append(lost.refresh(1.5)))
        before, begin = ticks.count, time.monotonic()
        assert lost.wait_until_ready(1.0) is False
        assert time.monotonic() - begin >= 1.0
        assert ticks.count - before >= FEWEST
        before = ticks.count
        assert lost.refresh(1.0) is False
        assert ticks.count - before >= FEWEST
        eventually(lambda: done == [False])


def follows() -> None:
    """Listeners run on a greenlet that may use everything that is patched, and log lines arrive."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("flagbit").addHandler(handler)
    told: list[object] = []
    states: list[str] = []

    def listen(keys: object) -> None:
        time.sleep(2 * TICK)  # patched, so that others go on
        told.append(keys)

    client = flagbit.Client(URL, server_key=KEY, poll_interval=1)
    client.on_change(listen)
    client.on_state_change(lambda status: states.append(status.state))
    assert client.wait_until_ready(10)
    assert client.is_enabled("a") is True
    # The first flags may have come before `listen` was added, which then hears only of the next ones.
    sys.stdout.write("change\n")
    sys.stdout.flush()
    eventually(lambda: told and told[-1] == ["a"])
    assert client.is_enabled("a") is False
    client.close()
    with flagbit.Client("http://127.0.0.1:1", server_key=KEY):
        eventually(lambda: any("127.0.0.1:1" in line for line in lines))


def contends() -> None:
    """Log lines and listeners share the program's locks with other greenlets."""
    logger = logging.getLogger("flagbit.test")
    logger.addHandler(logging.NullHandler())
    client = flagbit.Client.from_snapshot([])
    heard: list[object] = []

    def listen(keys: object) -> None:
        logger.warning("changed: %s", keys)
        heard.append(keys)

    client.on_change(listen)
    for number in range(300):
        client.load_snapshot([{"key": f"f{number}", "enabled": True}])
        logger.warning("loaded")
        time.sleep(0)
    eventually(lambda: heard)
    logger.warning("no lock is held")
    client.close()


def collects() -> None:
    """A client that nothing refers to ends its greenlet and its thread."""
    client = flagbit.Client.from_snapshot([])
    client.on_change(print)
    handle = weakref.ref(client._handle)
    del client
    gc.collect()
    eventually(lambda: handle() is None)


if __name__ == "__main__":
    ticks = Ticks()
    time.sleep(0.05)
    follows()
    waits(ticks)
    contends()
    collects()
    sys.stdout.write("done\n")

"""Support for processes whose threads are greenlets, since gevent or eventlet has patched them.

A greenlet that blocks in the library would block all the others. So a real thread waits for the library. That thread
touches nothing that is patched; it rings a bell for a greenlet, which does the rest. The locks of neither package would
survive that rest on a real thread: a lock of eventlet that two threads want stays locked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from io import FileIO
from typing import Any, Protocol


class Bell(Protocol):
    """Wakes a greenlet from a real thread."""

    def ring(self) -> None:
        """Wakes the greenlet that waits, or the one that will wait next. May be called on any thread."""

    def wait(self) -> None:
        """Waits for a ring, while other greenlets go on. May return without a ring."""

    def close(self) -> None:
        """Frees the bell, which nobody uses any more."""


class Greenlets(Protocol):
    """The functions of gevent or of eventlet that this package uses."""

    def start_thread(self, function: Callable[[], None]) -> None:
        """Starts a real thread. Raises RuntimeError."""

    def spawn(self, function: Callable[[], None]) -> None:
        """Starts a greenlet on the present thread."""

    def sleep(self, seconds: float) -> None:
        """Lets other greenlets go on for a while."""

    def on_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Calls a function on a real thread of gevent's or eventlet's pool, while other greenlets go on."""

    def bell(self) -> Bell:
        """Returns a new bell, for which the greenlets of the present thread can wait."""
        ...


def greenlets() -> Greenlets | None:
    """Returns the package that has made greenlets of this process's threads, or None if threads are threads."""
    monkey: Any = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("threading"):
        return _Gevent()
    patcher: Any = sys.modules.get("eventlet.patcher")
    if patcher is not None and patcher.is_monkey_patched("thread"):
        return _Eventlet()
    return None


class _Gevent:
    def __init__(self) -> None:
        self._gevent: Any = import_module("gevent")
        self._monkey: Any = import_module("gevent.monkey")

    def start_thread(self, function: Callable[[], None]) -> None:
        self._monkey.get_original("_thread", "start_new_thread")(function, ())

    def spawn(self, function: Callable[[], None]) -> None:
        self._gevent.spawn(function)

    def sleep(self, seconds: float) -> None:
        self._gevent.sleep(seconds)

    def on_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return self._gevent.get_hub().threadpool.apply(function, arguments)

    def bell(self) -> Bell:
        return _GeventBell(self._gevent)


class _GeventBell:
    def __init__(self, gevent: Any) -> None:
        self._rung: Any = import_module("gevent.event").Event()
        self._watcher: Any = gevent.get_hub().loop.async_()
        self._watcher.start(self._rung.set)

    def ring(self) -> None:
        self._watcher.send()

    def wait(self) -> None:
        self._rung.wait()
        self._rung.clear()

    def close(self) -> None:
        self._watcher.stop()
        self._watcher.close()


class _Eventlet:
    def __init__(self) -> None:
        self._eventlet: Any = import_module("eventlet")

    def start_thread(self, function: Callable[[], None]) -> None:
        import_module("eventlet.patcher").original("_thread").start_new_thread(function, ())

    def spawn(self, function: Callable[[], None]) -> None:
        self._eventlet.spawn_n(function)

    def sleep(self, seconds: float) -> None:
        self._eventlet.sleep(seconds)

    def on_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return import_module("eventlet.tpool").execute(function, *arguments)

    def bell(self) -> Bell:
        return _EventletBell()


class _EventletBell:
    def __init__(self) -> None:
        self._hubs: Any = import_module("eventlet.hubs")
        # eventlet's own os.read and os.write would switch to another greenlet, and a real thread has none.
        read, write = os.pipe()
        os.set_blocking(read, False)
        self._read, self._write = FileIO(read, "rb"), FileIO(write, "wb")
        self._process = os.getpid()

    def ring(self) -> None:
        self._write.write(b"\0")

    def wait(self) -> None:
        self._hubs.trampoline(self._read.fileno(), read=True)
        # In a forked child the pipe still belongs to the parent, so its bytes must stay there.
        if self._process == os.getpid():
            self._read.read(4096)

    def close(self) -> None:
        self._read.close()
        self._write.close()

"""The thread that tells a client's listeners of changes, and the way of the library's log lines into `logging`."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from ctypes import POINTER, byref, c_bool, c_uint64
from dataclasses import dataclass

from . import _ffi
from ._calls import check, take_texts, texts

Keys = list[str] | None
Callback = Callable[[Keys], object]

_logger = logging.getLogger("flagbit")
_LATEST = _FOREVER = 2**64 - 1


@dataclass(eq=False)
class _Subscription:
    callback: Callback
    generation: int
    """What the listener has been told of."""
    active: bool = True


class Listeners:
    """The listeners of one client. The thread refers to this and the handle, never to the Client, which so can go."""

    def __init__(self, client: _ffi.ClientHandle) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        # Replaced as a whole, so that the thread reads it without the lock.
        self._subscriptions: tuple[_Subscription, ...] = ()

    def add(self, callback: Callback) -> Callable[[], None]:
        """Adds a listener. Returns what ends the listening."""
        with self._lock:
            subscription = _Subscription(callback, _changes(self._client, _LATEST)[1])
            self._subscriptions += (subscription,)
        self.start()

        def stop() -> None:
            subscription.active = False
            with self._lock:
                self._subscriptions = tuple(other for other in self._subscriptions if other is not subscription)

        return stop

    def start(self) -> None:
        """Starts the thread, unless it was."""
        with self._lock:
            if self._thread is None:
                self._start()

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="flagbit-listeners", daemon=True)
        self._thread = thread
        _started.add(self)
        thread.start()

    def restart_after_fork(self) -> None:
        """In the child: the thread is not there, nor whoever may have held the lock."""
        self._lock = threading.Lock()
        # Without a thread the flags are still followed, but nobody is told.
        with suppress(RuntimeError):
            self._start()

    def _run(self) -> None:
        event = c_uint64(0)
        # A listener may fork. It then goes on as the child's main thread, and another thread listens there.
        while self._thread is threading.current_thread():
            status = _ffi.client_wait(self._client, event.value, _FOREVER, byref(event))
            drain_log(self._client)
            if status != _ffi.Status.OK:
                return
            for subscription in self._subscriptions:
                self._tell(subscription)

    def _tell(self, subscription: _Subscription) -> None:
        keys, subscription.generation = _changes(self._client, subscription.generation)
        if keys == [] or not subscription.active:
            return
        try:
            subscription.callback(keys)
        except Exception:
            _logger.exception("a listener of on_change failed")


_started: weakref.WeakSet[Listeners] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for listeners in list(_started):
        listeners.restart_after_fork()


if hasattr(os, "register_at_fork"):
    # After those of threading and logging, which are imported above: a thread can be started, nothing is called.
    os.register_at_fork(after_in_child=_after_fork_in_child)


def _changes(client: _ffi.ClientHandle, since: int) -> tuple[Keys, int]:
    """The keys that changed after a generation, None for all; and the generation now."""
    pointer, everything, generation = POINTER(_ffi.TextList)(), c_bool(), c_uint64()
    check(_ffi.client_changes(client, since, byref(pointer), byref(everything), byref(generation)))
    keys = take_texts(pointer)
    return None if everything.value else keys, generation.value


def drain_log(client: _ffi.ClientHandle) -> None:
    """Hands the library's log lines to the logger `flagbit`."""
    for line in texts(_ffi.client_take_log, client):
        level, _, message = line.partition(": ")
        # Handlers and filters are the user's; what they raise must not come out of an evaluation.
        with suppress(Exception):
            _logger.log(logging.WARNING if level == "warning" else logging.INFO, "%s", message)

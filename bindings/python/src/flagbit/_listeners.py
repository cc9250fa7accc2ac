"""The thread that tells a client's listeners what is new, and the way of the library's log lines into `logging`."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from ctypes import POINTER, byref, c_bool, c_uint64
from typing import TypeVar

from . import _ffi
from ._calls import check, take_texts, texts
from .status import Status, read_status

Keys = list[str] | None
Callback = Callable[[Keys], object]
StateCallback = Callable[[Status], object]

_Callback = TypeVar("_Callback", Callback, StateCallback)
_logger = logging.getLogger("flagbit")
_LATEST = _FOREVER = 2**64 - 1


class _Listener:
    name: str
    active = True
    """Until it is stopped."""

    def tell(self) -> None:
        """Calls the callback, where there is something new since it was called last."""
        raise NotImplementedError


class _OfChanges(_Listener):
    name = "on_change"

    def __init__(self, client: _ffi.ClientHandle, callback: Callback) -> None:
        self._client = client
        self._callback = callback
        self._generation = _changes(client, _LATEST)[1]

    def tell(self) -> None:
        keys, self._generation = _changes(self._client, self._generation)
        if keys != [] and self.active:
            self._callback(keys)


class _OfStates(_Listener):
    name = "on_state_change"

    def __init__(self, client: _ffi.ClientHandle, callback: StateCallback, told: str | None) -> None:
        self._client = client
        self._callback = callback
        self._told = told

    def tell(self) -> None:
        status = read_status(self._client)
        # Whoever closes a client knows that it is closed.
        if status.state not in (self._told, "closed") and self.active:
            self._told = status.state
            self._callback(status)


class Listeners:
    """The listeners of one client. The thread refers to this and the handle, never to the Client, which so can go."""

    def __init__(self, client: _ffi.ClientHandle) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        # Replaced as a whole, so that the thread reads it without the lock.
        self._all: tuple[_Listener, ...] = ()

    def on_change(self, callback: Callback) -> Callable[[], None]:
        """Tells of changes from here on. Returns what ends that."""
        return self._add(_OfChanges(self._client, _checked(callback)))

    def on_state_change(self, callback: StateCallback) -> Callable[[], None]:
        """Tells of states that differ from the present one. Returns what ends that."""
        return self._add(_OfStates(self._client, _checked(callback), read_status(self._client).state))

    def on_state(self, callback: StateCallback) -> Callable[[], None]:
        """Tells of the present state, and then as `on_state_change` does."""
        return self._add(_OfStates(self._client, callback, None))

    def _add(self, listener: _Listener) -> Callable[[], None]:
        with self._lock:
            self._all += (listener,)
        self.start()
        # The thread may have told the others just before of what this one does not know: it looks again.
        check(_ffi.client_wake(self._client))

        def stop() -> None:
            listener.active = False
            with self._lock:
                self._all = tuple(other for other in self._all if other is not listener)

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
            for listener in self._all:
                _tell(listener)


_started: weakref.WeakSet[Listeners] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for listeners in list(_started):
        listeners.restart_after_fork()


if hasattr(os, "register_at_fork"):
    # After those of threading and logging, which are imported above: a thread can be started, nothing is called.
    os.register_at_fork(after_in_child=_after_fork_in_child)


def _checked(callback: _Callback) -> _Callback:
    if not callable(callback):
        raise TypeError(f"a listener is callable, not {type(callback).__name__}")
    return callback


def _tell(listener: _Listener) -> None:
    try:
        listener.tell()
    except Exception:
        _logger.exception("a listener of %s failed", listener.name)


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

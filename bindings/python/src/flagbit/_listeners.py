"""The thread that calls a client's listeners and passes the library's log lines to `logging`."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from ctypes import byref, c_bool, c_uint64
from typing import TypeVar

from . import _ffi, _uwsgi
from ._calls import check, take_texts, texts
from ._forks import tell_of_forks
from ._runner import Runner
from .errors import FlagBitError
from .status import Status, read_status

Keys = list[str] | None
Callback = Callable[[Keys], object]
StateCallback = Callable[[Status], object]

_Callback = TypeVar("_Callback", Callback, StateCallback)
_logger = logging.getLogger("flagbit")
_LATEST = 2**64 - 1


class _Listener:
    name: str
    active = True
    """Is true until the listener is stopped."""

    def tell(self) -> None:
        """Calls the callback if something has changed since the last call."""
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
        # Whoever closes a client knows that the client is closed.
        if status.state not in (self._told, "closed") and self.active:
            self._told = status.state
            self._callback(status)


class Listeners:
    """The listeners of one client. Their thread refers to them and to the handle, but never keeps the Client alive."""

    def __init__(self, client: _ffi.ClientHandle) -> None:
        self._client = client
        self._lock = threading.Lock()
        # Replaced as a whole, so that the thread can read it without the lock.
        self._all: tuple[_Listener, ...] = ()
        self._runner: Runner | None = None
        self._process = 0
        """The process in which the thread was wanted, or 0 before it was."""
        self.trouble: str | None = None
        """Why there is no thread after a fork, although there was one before."""

    def on_change(self, callback: Callback) -> Callable[[], None]:
        """Tells `callback` of changes, and returns the function that ends this. Raises FlagBitError, TypeError."""
        return self._add(_OfChanges(self._client, _checked(callback)))

    def on_state_change(self, callback: StateCallback) -> Callable[[], None]:
        """Tells `callback` of new states, and returns the function that ends this. Raises FlagBitError, TypeError."""
        return self._add(_OfStates(self._client, _checked(callback), read_status(self._client).state))

    def on_state(self, callback: StateCallback) -> Callable[[], None]:
        """Tells `callback` of the present state, and then does the same as `on_state_change`."""
        return self._add(_OfStates(self._client, callback, None))

    def _add(self, listener: _Listener) -> Callable[[], None]:
        self.start()
        with self._lock:
            self._all += (listener,)
        # The thread may just have told the others of something that this listener does not know: it looks again.
        check(_ffi.client_wake(self._client))

        def stop() -> None:
            listener.active = False
            with self._lock:
                self._all = tuple(other for other in self._all if other is not listener)

        return stop

    def start(self) -> None:
        """Starts the thread, unless there is one. Raises FlagBitError if no thread can be started."""
        self.start_again()
        with self._lock:
            if self._runner is None:
                self._start()

    def start_again(self) -> None:
        """Starts the thread that a fork has ended, or that could not be started before. Raises nothing.

        A forked child calls this, and so do later calls, in case nobody told of the fork. A uWSGI without a master
        calls this in the process that forked, too, which then becomes a worker.
        """
        if self._process == 0 or (self._runner is not None and self._process == os.getpid()):
            return
        if self._process != os.getpid():
            # The child has neither the thread nor whoever held the lock.
            self._process = os.getpid()
            self._lock = threading.Lock()
            if self._runner is not None:
                self._runner.abandon()
                self._runner = None
        try:
            with self._lock:
                if self._runner is None:
                    self._start()
        except FlagBitError as error:
            if self.trouble is None:
                _log(logging.WARNING, f"{error}; the next call tries again")
            self.trouble = f"{error}; the next call tries again"

    def _start(self) -> None:
        if not _uwsgi.is_to_fork():
            try:
                self._runner = Runner(self._client, self._work)
            except RuntimeError as error:
                message = f"the thread of the listeners cannot be started: {error}"
                raise FlagBitError(message, _ffi.Status.THREAD.name) from error
            self.trouble = None
            if _uwsgi.lacks_threads():
                _log(logging.WARNING, _uwsgi.NO_THREADS)
        self._process = os.getpid()
        tell_of_forks(self)

    def _work(self, is_open: bool) -> None:
        drain_log(self._client)
        if is_open:
            for listener in self._all:
                _tell(listener)


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
    """Returns the keys that changed after a generation, None for all, and the present generation."""
    pointer, everything, generation = _ffi.TextListPointer(), c_bool(), c_uint64()
    check(_ffi.client_changes(client, since, byref(pointer), byref(everything), byref(generation)))
    keys = take_texts(pointer)
    return None if everything.value else keys, generation.value


def drain_log(client: _ffi.ClientHandle) -> None:
    """Hands the library's log lines to the logger `flagbit`."""
    for line in texts(_ffi.client_take_log, client):
        level, _, message = line.partition(": ")
        _log(logging.WARNING if level == "warning" else logging.INFO, message)


def _log(level: int, message: str) -> None:
    # Handlers and filters belong to the user: their exceptions must not come out of an evaluation or a fork.
    with suppress(Exception):
        _logger.log(level, "%s", message)

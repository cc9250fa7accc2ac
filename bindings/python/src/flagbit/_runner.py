"""Runs a client's listeners on a thread, or on a greenlet if threads are greenlets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from ctypes import byref, c_uint64

from . import _ffi
from ._greenlets import Bell, Greenlets, greenlets

_FOREVER = 2**64 - 1

Work = Callable[[bool], None]
"""Takes whether the client is open."""


class Runner:
    """Calls `work` after each event of a client, and a last time after the client was closed."""

    def __init__(self, client: _ffi.ClientHandle, work: Work) -> None:
        """Starts. Raises RuntimeError where no thread can be started."""
        self._client = client
        self._is_active = True
        self._event = c_uint64(0)
        self._bell: Bell | None = None
        self._is_watched = False
        if found := greenlets():
            self._start_greenlet(found, work)
        else:
            # The thread refers to `work` and not to this object, which `work` refers to: a cycle would be freed late.
            threading.Thread(target=self._run, args=(work,), name="flagbit-listeners", daemon=True).start()

    def abandon(self) -> None:
        """Ends what a forked child inherited: a greenlet, or the thread that forked. A child has no other threads."""
        self._is_active = False
        if self._bell:
            self._bell.ring()

    def _run(self, work: Work) -> None:
        is_open = True
        while is_open and self._is_active:
            is_open = self._wait(_FOREVER) == _ffi.Status.OK
            work(is_open)

    def _wait(self, milliseconds: int) -> int:
        status: int = _ffi.client_wait(self._client, self._event.value, milliseconds, byref(self._event))
        return status

    def _start_greenlet(self, found: Greenlets, work: Work) -> None:
        self._bell = bell = found.bell()
        self._is_watched = True
        try:
            found.start_thread(lambda: self._watch(bell))
        except RuntimeError:
            bell.close()
            raise
        found.spawn(lambda: self._run_greenlet(found, bell, work))

    def _watch(self, bell: Bell) -> None:
        """Runs on a real thread: rings after each event, and a last time after the client was closed."""
        event, status = c_uint64(0), _ffi.Status.OK
        while status == _ffi.Status.OK:
            status = _ffi.client_wait(self._client, event.value, _FOREVER, byref(event))
            bell.ring()
        self._is_watched = False

    def _run_greenlet(self, found: Greenlets, bell: Bell, work: Work) -> None:
        is_open = True
        while is_open and self._is_active:
            status = self._wait(0)
            if status == _ffi.Status.TIMEOUT:
                bell.wait()
            else:
                is_open = status == _ffi.Status.OK
                work(is_open)
        while self._is_active and self._is_watched:
            found.sleep(0.01)
        self._bell = None
        bell.close()

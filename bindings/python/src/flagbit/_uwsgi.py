"""Support for uWSGI, which forks its workers without Python's knowledge and runs Python's threads only on request.

uWSGI lets go of Python's lock before it forks. If another thread holds the lock at that moment, the worker waits for it
without end. So no thread of this package runs Python in a process that is still to fork.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

_uwsgi: Any = sys.modules.get("uwsgi")
"""The module that uWSGI gives to the programs it runs; None in any other process."""

NO_THREADS = (
    "uWSGI runs no threads of Python, so listeners are called only while a request is served: "
    "start it with --enable-threads"
)


def register_after_fork(function: Callable[[], None]) -> None:
    """Makes uWSGI call a function in each worker after the fork."""
    if _uwsgi is None:
        return
    try:
        import_module("uwsgidecorators").postfork(function)
    except Exception:
        # The module belongs to uWSGI, but Python may run at another place than the one it was installed at. Without a
        # master process the module refuses to be imported.
        before = getattr(_uwsgi, "post_fork_hook", None)

        def hook() -> None:
            if before is not None:
                before()
            function()

        _uwsgi.post_fork_hook = hook


def is_to_fork() -> bool:
    """Returns whether this process is uWSGI before it has forked its workers, or the master, which replaces them."""
    return _uwsgi is not None and _uwsgi.worker_id() == 0 and _uwsgi.masterpid() in (0, os.getpid())


def lacks_threads() -> bool:
    """Returns whether this process is uWSGI without `--enable-threads`."""
    return not getattr(_uwsgi, "has_threads", True)

"""uWSGI forks its workers without Python's knowledge, and runs Python's threads only if it is told to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

_uwsgi: Any = sys.modules.get("uwsgi")
"""The module that uWSGI gives the programs it runs; None in any other process."""

NO_THREADS = (
    "uWSGI runs no threads of Python, so listeners are called only while a request is served: "
    "start it with --enable-threads"
)


def register_after_fork(function: Callable[[], None]) -> None:
    """Has uWSGI call a function in each worker after it was forked."""
    if _uwsgi is None:
        return
    try:
        import_module("uwsgidecorators").postfork(function)
    except (ImportError, AttributeError):
        # The module is uWSGI's own, but where Python runs may be another place than where it was installed.
        before = getattr(_uwsgi, "post_fork_hook", None)

        def hook() -> None:
            if before is not None:
                before()
            function()

        _uwsgi.post_fork_hook = hook


def lacks_threads() -> bool:
    """Whether this is uWSGI without `--enable-threads`."""
    return not getattr(_uwsgi, "has_threads", True)

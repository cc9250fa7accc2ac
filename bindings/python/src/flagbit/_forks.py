"""Tells those who have threads that the process was forked, in the child."""

from __future__ import annotations

import os
import weakref
from typing import Protocol

from . import _uwsgi


class Forked(Protocol):
    """Has a thread, which a forked child lacks."""

    def after_fork(self) -> None:
        """Called in the child, perhaps more than once. Raises nothing."""


_forked: weakref.WeakSet[Forked] = weakref.WeakSet()


def tell_of_forks(whom: Forked) -> None:
    """From here on `whom` is told, for as long as it lives."""
    _forked.add(whom)


def _after_fork() -> None:
    for one in list(_forked):
        one.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
_uwsgi.register_after_fork(_after_fork)

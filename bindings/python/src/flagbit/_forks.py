"""Tells objects that own threads, in the child, that the process was forked."""

from __future__ import annotations

import os
import weakref
from typing import Protocol

from . import _uwsgi


class Forked(Protocol):
    """An object with a thread, which a forked child lacks."""

    def start_again(self) -> None:
        """Starts what the child of a fork lacks. Is called in the child, perhaps more than once. Raises nothing."""


_forked: weakref.WeakSet[Forked] = weakref.WeakSet()


def tell_of_forks(owner: Forked) -> None:
    """Tells `owner` of forks from here on, for as long as `owner` lives."""
    _forked.add(owner)


def _after_fork() -> None:
    for one in list(_forked):
        one.start_again()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
_uwsgi.register_after_fork(_after_fork)

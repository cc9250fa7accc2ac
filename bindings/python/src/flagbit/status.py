"""How a client is doing."""

from __future__ import annotations

from ctypes import byref, sizeof
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from . import _ffi
from ._calls import copied, state_name, text_in

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

State = Literal["initializing", "ready", "stale", "error", "closed"]
"""What a client is doing."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a client knows of itself at one moment."""

    state: State
    """`initializing`, `ready`, `stale` (serving, but the server was not reached for a while, or not yet), `error`
    (nothing to serve, and the file cannot be read or the server refuses) or `closed`."""

    revision: str | None
    """The revision that the snapshot in force states."""

    source: str
    """Where the flags come from, in words."""

    flags: int
    """How many flags are in force, those set aside included."""

    flags_set_aside: int
    """How many flags cannot be read; `Client.warnings()` tells why."""

    last_error: str | None
    """Why the source was not read the last time; None after it was."""

    last_success: datetime | None
    """When the source was last read well, in UTC."""

    consecutive_failures: int
    """How many reads failed since then."""

    unsupported_values: int
    """How many attributes evaluations saw that no rule can match."""

    generation: int
    """Counts the changes of the flags in force; 0 before the first."""


def read_status(client: _ffi.ClientHandle) -> Status:
    """Asks the library."""
    report = _ffi.ClientReport(struct_size=sizeof(_ffi.ClientReport))
    block = copied(_ffi.client_status, client, byref(report))
    success = report.last_success_ms
    return Status(
        state=state_name(report.state),
        revision=text_in(block, report.revision) if report.has_revision else None,
        source=text_in(block, report.source),
        flags=report.flags,
        flags_set_aside=report.flags_set_aside,
        last_error=text_in(block, report.last_error) or None,
        last_success=_EPOCH + timedelta(milliseconds=success) if success >= 0 else None,
        consecutive_failures=report.consecutive_failures,
        unsupported_values=report.unsupported_values,
        generation=report.generation,
    )

"""A client's state."""

from __future__ import annotations

from ctypes import byref, sizeof
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from . import _ffi
from ._calls import copied, state_name, text_in

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

State = Literal["initializing", "ready", "stale", "error", "closed"]
"""A client's state in one word."""


@dataclass(frozen=True, slots=True)
class Status:
    """A client's state at one moment, with its details."""

    state: State
    """`initializing`, `ready`, `stale` (serving, but without contact to the server for a while, or as yet), `error`
    (nothing to serve, and the file cannot be read or the server refuses) or `closed`."""

    revision: str | None
    """The revision of the snapshot in force; None if the snapshot states none."""

    source: str
    """The source of the flags, in words."""

    flags: int
    """How many flags are in force, including those set aside."""

    flags_set_aside: int
    """How many flags cannot be read. `Client.warnings()` tells why."""

    last_error: str | None
    """Why the last read of the source failed; None if it succeeded."""

    last_success: datetime | None
    """When the source was last read successfully, in UTC."""

    consecutive_failures: int
    """How many reads have failed since `last_success`."""

    unsupported_values: int
    """How many attributes with values that no rule can match evaluations have seen."""

    generation: int
    """How often the flags in force have changed; 0 before the first flags."""


def read_status(client: _ffi.ClientHandle) -> Status:
    """Asks the library for the state."""
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

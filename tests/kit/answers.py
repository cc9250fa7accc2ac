"""Answers as commands describe them: everything that takes long is done before the first request."""

from __future__ import annotations

import gzip as gzipping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Step:
    """Sends a text or bytes, so often, with a pause before each; then holds the connection, or resets it."""

    send: str = ""
    send_hex: str = ""
    times: int = 1
    every: float = 0
    hold: bool = False
    reset: bool = False

    @property
    def piece(self) -> bytes:
        return self.send.encode() + bytes.fromhex(self.send_hex)


@dataclass
class Answer:
    """One answer. README.md explains the fields."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    body_hex: str = ""
    times: int = 1
    gzip: bool = False
    etag: str | None = None
    chunked: bool = False
    steps: list[dict[str, Any]] | None = None
    stays: bool = False
    wait: float = 0
    events: bool = False
    tunnel: int | None = None

    def __post_init__(self) -> None:
        content = (self.body.encode() + bytes.fromhex(self.body_hex)) * self.times
        fields = dict(self.headers)
        if self.gzip:
            content = gzipping.compress(content, mtime=0)
            fields["Content-Encoding"] = "gzip"
        if self.etag is not None:
            fields["ETag"] = self.etag
        if self.events:
            fields["Content-Type"] = "text/event-stream"
        elif self.chunked:
            fields["Transfer-Encoding"] = "chunked"
            content = _chunks(content)
        elif self.status != 304:
            fields["Content-Length"] = str(len(content))
        self.content = b"" if self.status in (204, 304) else content
        self.head = _head(self.status, fields)
        for name in ("Content-Length", "Transfer-Encoding"):
            fields.pop(name, None)
        self.head_unchanged = _head(304, fields)
        self.taken = None if self.steps is None else [Step(**step) for step in self.steps]

    def is_unchanged_for(self, headers: dict[str, str]) -> bool:
        return self.status == 200 and self.etag is not None and headers.get("if-none-match") == self.etag


def _head(status: int, fields: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Told", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode()


def _chunks(content: bytes, size: int = 0x10000) -> bytes:
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])

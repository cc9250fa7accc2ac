"""A connection of a stub server: it reads requests and sends answers."""

from __future__ import annotations

import os
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from answers import Answer, Step

LONGEST_LINE = 1 << 20
SEND_TIMEOUT = struct.pack("ll", 20, 0)


@dataclass
class Request:
    method: str
    path: str
    """With the query."""
    headers: dict[str, str]
    """By lower-case names."""
    head: str
    """The request line and the headers, as they arrived."""
    connection: int
    """Which of the server's connections it came over, from 1 on."""
    in_flight: int = 0
    """How many requests but those for the stream were under way, this one included."""
    status: int = 0
    """The status of the answer; 0 before the answer, and for an answer of steps."""
    sent: int = 0
    """The bytes of the answer."""

    @property
    def target(self) -> str:
        """The path without the host, which a proxy is given."""
        return re.sub(r"^\w+://[^/]*", "", self.path)


class Connection:
    def __init__(self, connected: socket.socket, number: int) -> None:
        if os.name != "nt":  # which has another form of it
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, SEND_TIMEOUT)
        self._socket = connected
        self._reader = connected.makefile("rb")
        self._number = number
        self._is_reset = False
        self.is_stream = False
        self.requests = 0

    def read(self) -> Request | None:
        """The next request; bytes that are not HTTP are a request without a method and a path."""
        self.requests += 1
        if not self._reader.peek(1)[:1].isalpha():
            greeting = self._reader.read1(1024)
            return Request("", "", {}, repr(greeting), self._number) if greeting else None
        lines: list[str] = []
        while (line := self._reader.readline(LONGEST_LINE).decode("latin-1")) not in ("\r\n", ""):
            lines.append(line)
        if not line:
            return None
        method, path, *_ = [*lines[0].split(" "), "", ""]
        pairs = [one.partition(":") for one in lines[1:]]
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        self._reader.read(int(headers.get("content-length", 0)))
        return Request(method, path, headers, "".join(lines), self._number)

    def answer(self, answer: Answer, request: Request, delay: float, note: Callable[[int, int], None]) -> bool:
        """Sends an answer; whether the connection stays open. Notes status and bytes before the last byte is sent."""
        time.sleep(answer.wait)
        if answer.taken is not None:
            for step in answer.taken:
                self._take(step)
            return answer.stays
        if answer.tunnel is not None:
            self._tunnel(answer.tunnel)
            return False
        if answer.is_unchanged_for(request.headers):
            status, head, content = 304, answer.head_unchanged, b""
        else:
            status, head, content = answer.status, answer.head, answer.content
        if delay:
            self._socket.sendall(head)
            time.sleep(delay)
            head = b""
        note(status, len(head) + len(content))
        self._socket.sendall(head + content)
        return True

    def _take(self, step: Step) -> None:
        for _ in range(step.times if step.every else 1):
            time.sleep(step.every)
            self._socket.sendall(step.piece if step.every else step.piece * step.times)
        if step.hold:
            self.hold()
        if step.reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._is_reset = True

    def open_stream(self, answer: Answer) -> None:
        self._socket.sendall(answer.head + answer.content)
        self.is_stream = True

    def push(self, text: str) -> None:
        with suppress(OSError):
            self._socket.sendall(text.encode())

    def hold(self) -> None:
        """Says nothing until the other side goes or the connection is cut."""
        while self._reader.read1(65536):
            pass

    def cut(self) -> None:
        if not self._is_reset:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._reader.close()
        self._socket.close()

    def _tunnel(self, port: int) -> None:
        """Connects with a port of this machine, as a proxy does, and copies both ways until one side ends."""
        with socket.create_connection(("127.0.0.1", port)) as far:
            self._socket.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=self._copy_back, args=(far,), daemon=True)
            back.start()
            with suppress(OSError):
                while piece := self._reader.read1(65536):
                    far.sendall(piece)
            with suppress(OSError):
                far.shutdown(socket.SHUT_RDWR)
            back.join()

    def _copy_back(self, far: socket.socket) -> None:
        with suppress(OSError):
            while piece := far.recv(65536):
                self._socket.sendall(piece)
        self.cut()

"""A port in front of a server that keeps what clients and the server say to each other."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from typing import Any

ANSWER = re.compile(rb"HTTP/1\.1 (\d+) ?[^\r]*\r\n.*?\r\n\r\n", re.DOTALL)


class Relay:
    def __init__(self, port: int) -> None:
        self._behind = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.facts: dict[str, Any] = {"port": port, "url": f"http://127.0.0.1:{port}"}
        self._kept: list[tuple[bytearray, bytearray]] = []
        self._sockets = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    # The commands.

    def requests(self) -> list[str]:
        """The heads of all requests; those of a connection are together."""
        return [head.decode() for asked, _ in list(self._kept) for head in bytes(asked).split(b"\r\n\r\n")[:-1]]

    def answers(self) -> list[tuple[int, str]]:
        """The status and the head of all answers."""
        kept = [bytes(answered) for _, answered in list(self._kept)]
        return [(int(match[1]), match[0].decode()) for answered in kept for match in ANSWER.finditer(answered)]

    def end(self) -> None:
        for one in list(self._sockets):
            # A thread that waits for a socket does not hear of a close alone.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    # Connections.

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._behind))
            except OSError:
                return
            asked, answered = bytearray(), bytearray()
            self._sockets += [near, far]
            self._kept.append((asked, answered))
            threading.Thread(target=_copy, args=(near, far, asked), daemon=True).start()
            threading.Thread(target=_copy, args=(far, near, answered), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            kept += piece
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)

"""A real gunicorn, whose workers are forks: each follows the server, with a client made before or after the fork."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import eventually, snapshot
from flagbit_kit import KEY, RealServer, Stub

WORKERS = 3

APPLICATION = """
import os, flagbit
stream = os.environ["STREAM"] == "yes"
client = flagbit.Client(os.environ["SERVER"], server_key=os.environ["KEY"], poll_interval=1, stream=stream)
told = []
client.on_change(told.append)

def application(environ, start_response):
    client.wait_until_ready(10)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Connection", "close")])
    return [f"{os.getpid()} {client.is_enabled('a')} {bool(told)} {client.status().state}".encode()]
"""


@dataclass(frozen=True)
class Source:
    """A server with the flag `a`, which is on."""

    url: str
    key: str
    switch: Callable[[bool], None]


@contextmanager
def stub() -> Iterator[Source]:
    with Stub(snapshot(a=True)) as server:
        yield Source(server.url, KEY, lambda on: server.put(snapshot(a=on)))


@contextmanager
def real() -> Iterator[Source]:
    with RealServer() as server:
        server.create("a", enabled=True)
        yield Source(server.url, server.key, lambda on: server.switch("a", on))


@contextmanager
def gunicorn(folder: Path, source: Source, stream: str, *options: str) -> Iterator[str]:
    (folder / "shop.py").write_text(APPLICATION)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "shop:application", "--bind", address, "--workers", str(WORKERS)]
    command += ["--graceful-timeout", "5", "--no-control-socket", *options]
    environment = {**os.environ, "SERVER": source.url, "KEY": source.key, "STREAM": stream}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield f"http://{address}/"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, (folder / "log").read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def ask(url: str) -> tuple[str, ...]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return tuple(answer.read().decode().split())
    except OSError:
        return ()


@pytest.mark.parametrize("options", [(), ("--preload",), ("-k", "gevent"), ("-k", "gevent", "--preload")])
@pytest.mark.parametrize(("server", "stream"), [(stub, "no"), (real, "no"), (real, "yes")])
def test_every_worker_follows_the_server(
    tmp_path: Path,
    server: Callable[[], AbstractContextManager[Source]],
    stream: str,
    options: tuple[str, ...],
) -> None:
    with server() as source, gunicorn(tmp_path, source, stream, *options) as url:

        def all_workers(enabled: str, *, told: bool) -> bool:
            answers = [ask(url) for _ in range(WORKERS * 8)]
            return (
                all(answer and answer[1] == enabled and answer[3] == "ready" for answer in answers)
                and all(answer[2] == "True" or not told for answer in answers)
                and len({answer[0] for answer in answers}) == WORKERS
            )

        assert eventually(lambda: all_workers("True", told=False), 30), (tmp_path / "log").read_text()
        source.switch(False)
        assert eventually(lambda: all_workers("False", told=True), 30), (tmp_path / "log").read_text()

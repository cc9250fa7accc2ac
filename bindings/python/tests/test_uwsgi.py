"""A real uWSGI, which forks its workers without Python's knowledge: each follows the server and calls its listeners."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from conftest import eventually, snapshot
from flagbit_kit import KEY, Stub
from test_gunicorn import APPLICATION, ask

WORKERS = 2
PATIENCE = 30.0
SLOWLY = """
import time
at_once = application

def application(environ, start_response):
    time.sleep(0.05)  # so that no worker alone takes all requests
    return at_once(environ, start_response)
"""
UWSGI = Path(sys.executable).with_name("uwsgi")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uWSGI does not run here")


@contextmanager
def uwsgi(folder: Path, server: str, *options: str, application: str = APPLICATION) -> Iterator[str]:
    (folder / "shop.py").write_text(application + SLOWLY)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(UWSGI), "--http-socket", address, "--wsgi-file", "shop.py", "--need-app", "--die-on-term"]
    command += ["--disable-logging", "--processes", str(WORKERS), *options]
    environment = {**os.environ, "SERVER": server, "KEY": KEY, "STREAM": "no", "PYTHONPATH": path_of_packages()}
    # Without a master, uWSGI ends the first of its processes only: all of them are one group.
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield f"http://{address}/"
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def path_of_packages() -> str:
    """Returns the paths of this process's packages, since uWSGI's Python looks where it was itself installed."""
    return os.pathsep.join(path for path in sys.path if path)


def follows(url: str, enabled: str, *, told: bool) -> bool:
    """Returns whether all workers answer, and answer so."""
    with ThreadPoolExecutor(WORKERS * 4) as pool:
        answers = list(pool.map(ask, [url] * WORKERS * 8))
    return (
        all(answer and answer[1] == enabled for answer in answers)
        and all(answer[2] == "True" or not told for answer in answers)
        and len({answer[0] for answer in answers}) == WORKERS
    )


MODES = [
    ("--master",),
    ("--master", "--enable-threads"),
    ("--master", "--threads", "2"),
    ("--master", "--enable-threads", "--lazy-apps"),
    ("--enable-threads",),
]
if sys.version_info < (3, 13):
    # On Python 3.13 uWSGI's workers die of this option, whatever the program: "unlocking a recursive mutex that is not
    # owned by the current thread".
    MODES.append(("--master", "--enable-threads", "--py-call-osafterfork"))


@pytest.mark.parametrize("options", MODES, ids=" ".join)
def test_every_worker_follows_the_server(tmp_path: Path, options: tuple[str, ...]) -> None:
    with Stub(snapshot(a=True)) as server, uwsgi(tmp_path, server.url, *options) as url:
        assert eventually(lambda: follows(url, "True", told=False), PATIENCE), (tmp_path / "log").read_text()
        server.put(snapshot(a=False))
        assert eventually(lambda: follows(url, "False", told=True), PATIENCE), (tmp_path / "log").read_text()


COUNTING = (
    APPLICATION
    + """
import threading
client.wait_until_ready(10)
print("threads before the fork:", threading.active_count(), flush=True)
"""
)


def test_the_master_runs_no_thread_that_could_hold_the_lock_of_python(tmp_path: Path) -> None:
    with (
        Stub(snapshot(a=True)) as server,
        uwsgi(tmp_path, server.url, "--master", "--threads", "2", application=COUNTING) as url,
    ):
        assert eventually(lambda: follows(url, "True", told=False), PATIENCE), (tmp_path / "log").read_text()
    assert "threads before the fork: 1\n" in (tmp_path / "log").read_text()


# Newer versions of uWSGI always run threads. The module that an older one gives a program, without its decorators.
OLD = """
import logging, sys, types
called = []
uwsgi = types.ModuleType("uwsgi")
uwsgi.has_threads, uwsgi.post_fork_hook = 0, lambda: called.append("own")
uwsgi.worker_id, uwsgi.masterpid = lambda: 1, lambda: 0
sys.modules.update(uwsgi=uwsgi, uwsgidecorators=None)
logging.basicConfig(stream=sys.stdout, format="%(message)s")
import flagbit
flagbit.Client.from_snapshot([]).on_change(print)
uwsgi.post_fork_hook()
print(called)
"""


def test_it_is_said_when_uwsgi_runs_no_threads() -> None:
    done = subprocess.run([sys.executable, "-c", OLD], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "start it with --enable-threads" in done.stdout
    assert "['own']" in done.stdout

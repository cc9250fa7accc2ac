"""A PostgreSQL of its own, from Debian's package, on a free port of the loopback."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 60.0


class Cluster:
    def __init__(self, port: int) -> None:
        self._binaries = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self._port = port
        self._folder = Path(tempfile.mkdtemp(prefix="flagbit-postgres-"))
        # PostgreSQL refuses to be run by root.
        self._as: list[str] = []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._as = ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
        self._data = self._folder / "data"
        options = ["--auth=trust", "--username=flagbit", "--encoding=UTF8", "--locale=C", "-D", str(self._data)]
        self._run("initdb", *options)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "flagbit", "chaos")
        self.url = f"postgres://flagbit@127.0.0.1:{port}/chaos"

    @staticmethod
    def is_installed() -> bool:
        return any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))

    def start(self) -> None:
        command = [*self._as, str(self._binaries / "postgres"), "-h", "127.0.0.1", "-k", "", "-p", str(self._port)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "-D", str(self._data)], stdout=log, stderr=log, cwd="/", start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE
        ready = [str(self._binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        while subprocess.run(ready, check=False).returncode != 0:
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not start")
            time.sleep(0.05)

    def crash(self) -> None:
        """Ends it at once, as a lost machine does; its disk stays."""
        self._signal(signal.SIGQUIT)

    def freeze(self, frozen: bool) -> None:
        """Stops all of its processes without a word, or lets them go on."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP if frozen else signal.SIGCONT)
        for backend in self._backends():
            os.kill(backend, signal.SIGSTOP if frozen else signal.SIGCONT)

    def end(self) -> None:
        self._signal(signal.SIGQUIT)
        shutil.rmtree(self._folder)

    def _backends(self) -> list[int]:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as, str(self._binaries / program), *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/"
        )

"""A PostgreSQL of the system's packages on a free port of the loopback, for as long as it is needed."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database(port: int) -> Iterator[str]:
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    folder = Path(tempfile.mkdtemp())
    user = []
    if os.getuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        user = ["setpriv", "--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--clear-groups"]
    data = folder / "data"
    options = ["--auth=trust", "--username=flagbit", "--encoding=UTF8", "--locale=C", "-D", data]
    subprocess.run([*user, binaries / "initdb", *options], check=True, cwd="/", stdout=subprocess.DEVNULL)
    command = [*user, binaries / "postgres", "-h", "127.0.0.1", "-k", "", "-p", str(port), "-D", data]
    process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"postgres://flagbit@127.0.0.1:{port}/postgres"
        deadline = time.monotonic() + 30
        while subprocess.run([binaries / "psql", "-qc", "SELECT 1", url], capture_output=True).returncode:
            if time.monotonic() > deadline:
                raise SystemExit("PostgreSQL does not start")
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)

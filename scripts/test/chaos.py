"""Disturbs the real server while clients write to it: chaos.py SECONDS, the time of each circumstance.

A write counts as acknowledged when the server answered 201 or 200. At the end the server must have every acknowledged
write. A write without an answer may be there or not. The server's binary is named by FLAGBIT_SERVER. CHAOS="disk clock"
chooses circumstances; CHAOS_SEED repeats their order.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/kit"), str(Path(__file__).parent)]
from cluster import Cluster  # noqa: E402
from real import RealServer, free_port  # noqa: E402

WRITERS = 3
OPTIONS = ["--max-flags", "1000000", "--key-requests-per-second", "0"]
TIMEOUT = 20.0
"""Seconds for one request: the server must answer earlier, whatever happens to its database."""
RECOVERY = 60.0
LONGEST_PAUSE = 2.0


class Writers:
    """Threads that create flags and then change them. Each has flags of its own, and tries one server after the other."""

    def __init__(self, servers: list[RealServer], key: str, project: int) -> None:
        self._urls = [f"{server.facts['url']}/api/v1/projects/{project}/flags" for server in servers]
        self._key = key
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self.answers: Counter[str] = Counter()
        self.acknowledged: dict[str, int] = {}
        """The number of the latest acknowledged write of each flag."""
        self.slowest = 0.0
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        for one in self._threads:
            one.start()

    def end(self) -> None:
        self._ended.set()
        for one in self._threads:
            one.join()

    def ask(self, number: int, method: str, path: str = "", body: object = None) -> tuple[int, bytes]:
        """One request; the status 0 is none within the time."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        url = self._urls[number % len(self._urls)] + path
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, data, headers, method=method), timeout=TIMEOUT
            ) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError:
            return 0, b""

    def _write(self, writer: int) -> None:
        number = 0
        while not self._ended.is_set():
            number += 1
            # Each flag is created, and then changed nine times.
            key = f"w{writer}-{number // 10}"
            fields: dict[str, object] = {"description": f"{number} " + "x" * 2000}
            begin = time.monotonic()
            if key in self.acknowledged:
                status, _ = self.ask(writer + number, "PATCH", f"/{key}", fields)
            else:
                status, _ = self.ask(writer + number, "POST", body={"key": key, "enabled": True, **fields})
            with self._lock:
                self.answers["no answer" if status == 0 else str(status)] += 1
                self.slowest = max(self.slowest, time.monotonic() - begin)
                if status in (200, 201):
                    self.acknowledged[key] = number
            if status not in (200, 201):
                time.sleep(0.05)


def number_of(flag: dict[str, str]) -> int:
    return int(flag["description"].split()[0])


def judge(name: str, writers: Writers, disturbances: int) -> bool:
    """Waits until the server accepts writes again, and compares what it has; whether nothing is wrong."""
    deadline = time.monotonic() + RECOVERY
    begin = time.monotonic()
    while True:
        status, body = writers.ask(0, "POST", body={"key": f"after-{time.monotonic_ns()}", "enabled": True})
        if status == 201:
            break
        if time.monotonic() > deadline:
            last = f"{status} {body.decode(errors='replace')[:300]}" if status else "none"
            print(f"chaos: {name}: FAILED, no write succeeds {RECOVERY:.0f} s after the end; the last answer: {last}")
            return False
        time.sleep(0.2)
    recovered = time.monotonic() - begin
    problems = []
    for replica in range(len(writers._urls)):
        status, body = writers.ask(replica, "GET")
        flags = json.loads(body)["flags"] if status == 200 else []
        have = {flag["key"]: number_of(flag) for flag in flags if flag["key"].startswith("w")}
        lost = [key for key, number in writers.acknowledged.items() if have.get(key, -1) < number]
        if lost:
            problems.append(f"{len(lost)} acknowledged writes are lost on server {replica + 1}, such as {lost[0]}")
    acknowledged = writers.answers["200"] + writers.answers["201"]
    if acknowledged == 0 or disturbances == 0:
        problems.append("nothing was acknowledged, or nothing was disturbed")
    if writers.answers["500"]:
        problems.append("a failure of the database was answered with 500 instead of 503")
    print(
        f"chaos: {name}: {disturbances} disturbances, {acknowledged} acknowledged writes, "
        f"{'none lost' if not problems else 'FAILED: ' + '; '.join(problems)}; answers {dict(writers.answers)}; "
        f"slowest {writers.slowest:.1f} s; writes again {recovered:.1f} s after the end"
    )
    return not problems


def disturb(seconds: float, servers: list[RealServer], *disturbances: Callable[[], object]) -> tuple[Writers, int]:
    account = servers[0].sign_up()
    writers = Writers(servers, account["api_key"], account["project"]["id"])
    count = 0
    try:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(random.uniform(0.2, LONGEST_PAUSE))
            random.choice(disturbances)()
            count += 1
    finally:
        writers.end()
    return writers, count


def kills(seconds: float) -> bool:
    server = RealServer(OPTIONS)
    try:
        writers, count = disturb(seconds, [server], server.start)
        return judge("kills, SQLite", writers, count)
    finally:
        server.end()


def clock(seconds: float) -> bool | None:
    libraries = sorted(Path("/usr/lib").glob("**/faketime/libfaketime.so.1"))
    if not libraries:
        print("chaos: clock: did not run: libfaketime is missing: apt-get install faketime")
        return None
    server = RealServer(OPTIONS)

    def jump() -> None:
        os.environ["LD_PRELOAD"] = str(libraries[0])
        os.environ["FAKETIME"] = f"{random.randint(-40, 40):+d}d"
        try:
            server.start()
        finally:
            del os.environ["LD_PRELOAD"], os.environ["FAKETIME"]

    try:
        writers, count = disturb(seconds, [server], jump)
        return judge("clock, 40 days to both sides", writers, count)
    finally:
        server.end()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path | None]:
    with tempfile.TemporaryDirectory(prefix="flagbit-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
        if os.getuid() != 0 or subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def disk(seconds: float) -> bool | None:
    # Every write leaves its text in the audit, so a longer run needs a larger disk: two megabytes a second are enough.
    with small_disk(64 + int(2 * seconds)) as folder:
        if folder is None:
            print("chaos: full disk: did not run: only root can mount a small disk")
            return None
        server = RealServer(OPTIONS, database=f"sqlite://{folder}/flagbit.db")
        ballast = folder / "ballast"

        def fill() -> None:
            with ballast.open("wb", buffering=0) as file:
                for size in (1 << 20, 4096):
                    with suppress(OSError):
                        while file.write(b"x" * size) == size:
                            pass
            time.sleep(random.uniform(0.5, LONGEST_PAUSE))
            ballast.unlink()

        try:
            writers, count = disturb(seconds, [server], fill)
            return judge("full disk, SQLite", writers, count)
        finally:
            server.end()


def replicas(seconds: float) -> bool | None:
    if not Cluster.is_installed():
        print("chaos: replicas and database: did not run: PostgreSQL is missing: apt-get install postgresql")
        return None
    cluster = Cluster(free_port())
    servers: list[RealServer] = []
    try:
        servers += [RealServer(OPTIONS, database=cluster.url) for _ in range(2)]

        def crash() -> None:
            cluster.crash()
            time.sleep(random.uniform(0, LONGEST_PAUSE))
            cluster.start()

        def freeze() -> None:
            cluster.freeze(True)
            try:
                time.sleep(random.uniform(0, LONGEST_PAUSE))
            finally:
                cluster.freeze(False)

        def kill() -> None:
            random.choice(servers).start()

        writers, count = disturb(seconds, servers, crash, freeze, kill)
        return judge("replicas killed, PostgreSQL killed and frozen", writers, count)
    finally:
        for one in servers:
            one.end()
        cluster.end()


CIRCUMSTANCES = {"kills": kills, "disk": disk, "clock": clock, "replicas": replicas}


def main() -> int:
    # The end of the script ends its servers, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seconds = float(sys.argv[1])
    seed = int(os.environ.get("CHAOS_SEED", time.time()))
    random.seed(seed)
    print(f"chaos: {seconds:.0f} s each, CHAOS_SEED={seed}")
    chosen = os.environ.get("CHAOS", " ".join(CIRCUMSTANCES)).split()
    outcomes = [CIRCUMSTANCES[name](seconds) for name in chosen]
    if False in outcomes:
        return 1
    return int(os.environ["DID_NOT_RUN"]) if None in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())

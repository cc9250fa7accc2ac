"""What reports of usage cost a server: its processor time, and how long changes of a flag take meanwhile.

1,000 instances report 200 flags each minute, with two results for each flag, spread evenly. Processor time is the server's
own (and PostgreSQL's), without the programs that ask.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import postgres
from servers import free_port

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/benchmarks.md"
INSTANCES = 1000
FLAGS = 200
IS_SHORT = "--short" in sys.argv
MINUTE = 6.0 if IS_SHORT else 60.0
EVALUATIONS = 500 if IS_SHORT else 20_000
ROUNDS = 1 if IS_SHORT else 5


class Server:
    """A server on a database, with an account and its flags."""

    def __init__(self, binary: str, database: str) -> None:
        self.port = free_port()
        command = [binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--database", database]
        command += ["--metrics-listen", "off", "--log-level", "warn"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.wait()
        account = self.ask("POST", "/api/v1/signup", {"email": "dev@example.com"})
        self.api_key, self.server_key = account["api_key"], account["server_key"]
        self.flags = f"/api/v1/projects/{account['project']['id']}"
        flags = [{"key": f"flag-{number}", "enabled": True} for number in range(FLAGS)]
        self.ask("PUT", f"{self.flags}/snapshot", {"flags": flags}, self.api_key)

    def wait(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.connect().request("GET", "/healthz")
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, method: str, path: str, body: object, key: str = "") -> dict:
        return send(self.connect(), method, path, body, key)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def send(connection: http.client.HTTPConnection, method: str, path: str, body: object, key: str) -> dict:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    connection.request(method, path, json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {text.decode()}")
    return json.loads(text) if text else {}


def cpu(pid: int) -> float:
    """The seconds that a process and all its children have computed."""
    pids, total = [pid], 0.0
    while pids:
        pid = pids.pop()
        try:
            stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except FileNotFoundError:
            continue
        # With those that have ended, as the processes of closed connections.
        total += sum(int(ticks) for ticks in stat[11:15]) / os.sysconf("SC_CLK_TCK")
        pids += [int(child) for child in children]
    return total


def report(instance: int, sequence: int) -> dict:
    flags = {f"flag-{number}": {"on": 10 + instance % 7, "off": 3} for number in range(FLAGS)}
    now = datetime.now(UTC).isoformat()
    return {"instance": f"bench-{instance}", "sequence": sequence, "sdk": "bench/1", "to": now, "flags": flags}


class Load(threading.Thread):
    """Reports of all instances, each once a minute, for so many seconds."""

    def __init__(self, server: Server, seconds: float, first: int = 0) -> None:
        super().__init__()
        self.server, self.seconds, self.first = server, seconds, first
        self.sent, self.times = 0, []

    def run(self) -> None:
        connection = self.server.connect()
        start, gap = time.monotonic(), 60.0 / INSTANCES
        while (due := self.sent * gap) < self.seconds:
            time.sleep(max(0.0, start + due - time.monotonic()))
            body = report(self.sent % INSTANCES, self.first + self.sent // INSTANCES)
            begun = time.monotonic()
            send(connection, "POST", "/api/v1/usage", body, self.server.server_key)
            self.times.append(time.monotonic() - begun)
            self.sent += 1


def changes(server: Server, seconds: float) -> list[float]:
    """The times of changes of a flag, ten a second, in milliseconds."""
    connection, times = server.connect(), []
    start = time.monotonic()
    while (now := time.monotonic()) < start + seconds:
        body = {"enabled": len(times) % 2 == 0}
        send(connection, "PATCH", f"{server.flags}/flags/flag-0", body, server.api_key)
        times.append((time.monotonic() - now) * 1000)
        time.sleep(max(0.0, now + 0.1 - time.monotonic()))
    return times


@contextmanager
def sqlite() -> Iterator[tuple[str, int | None]]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite://{folder}/flagbit.db", None


@contextmanager
def postgresql() -> Iterator[tuple[str, int | None]]:
    port = free_port()
    with postgres.database(port) as url:
        # The process that keeps this database's folder.
        pid = subprocess.run(["pgrep", "-f", f"postgres -h 127.0.0.1 -k  -p {port}"], capture_output=True, text=True)
        yield url, int(pid.stdout.split()[0])


def quantiles(times: list[float]) -> str:
    ranks = sorted(times)
    return f"{statistics.median(ranks):.1f} / {ranks[int(len(ranks) * 0.99)]:.1f} / {ranks[-1]:.1f}"


def measure(name: str, database: Callable[..., object]) -> str:
    with database() as (url, pid), Server(os.environ["FLAGBIT_SERVER"], url) as server:
        alone = changes(server, MINUTE)
        # Without changes: the processor time of the reports alone, with all that is written afterwards.
        pids = [server.process.pid] + ([pid] if pid else [])
        before = [cpu(pid) for pid in pids]
        load = Load(server, MINUTE)
        load.start()
        load.join()
        time.sleep(6)
        used = [100 * (cpu(pid) - start) / MINUTE for pid, start in zip(pids, before, strict=True)]
        counted = server.ask("GET", f"{server.flags}/usage?flag=flag-1", None, server.api_key)
        off = counted["flags"]["flag-1"]["results"]["off"]
        if off != 3 * load.sent:
            raise SystemExit(f"{name}: {load.sent} reports, and {off} evaluations instead of {3 * load.sent}")
        load = Load(server, MINUTE, first=load.sent // INSTANCES + 1)
        load.start()
        with_reports = changes(server, MINUTE)
        load.join()
        database_cpu = f"{used[1]:.1f} %" if pid else "in the server"
        return (
            f"| {name} | {used[0]:.1f} % | {database_cpu} | {statistics.median(load.times) * 1000:.1f} "
            f"| {quantiles(alone)} | {quantiles(with_reports)} |"
        )


def evaluation(binary: str) -> list[float]:
    """The processor time of an evaluation over HTTP, and of one of all flags, in microseconds: one flag, 200 flags."""
    with sqlite() as (url, _), Server(binary, url) as server:
        found = []
        for body, count in (({"flag_key": "flag-7"}, EVALUATIONS), ({}, EVALUATIONS // 10)):
            connection = server.connect()
            before = cpu(server.process.pid)
            for _ in range(count):
                send(connection, "POST", "/api/v1/evaluate", body, server.server_key)
            found.append((cpu(server.process.pid) - before) / count * 1e6)
        return found


def compare() -> list[str]:
    binaries = {"this server": os.environ["FLAGBIT_SERVER"]}
    if baseline := os.environ.get("FLAGBIT_BASELINE"):
        binaries["without counting"] = baseline
    rounds: dict[str, list[list[float]]] = {name: [] for name in binaries}
    for _ in range(ROUNDS):
        for name, binary in binaries.items():
            rounds[name].append(evaluation(binary))
    lines = ["| processor time of an answer, µs: median / minimum | one flag | all 200 flags |", "|---|---|---|"]
    for name, found in rounds.items():
        cells = [f"{statistics.median(times):.0f} / {min(times):.0f}" for times in zip(*found, strict=True)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    load = Path("/proc/loadavg").read_text().split()[0]
    lines = [
        "| database | processor of the server | of PostgreSQL | a report, ms | a change of a flag alone, ms | with reports, ms |",
        "|---|---|---|---|---|---|",
        measure("SQLite", sqlite),
        measure("PostgreSQL", postgresql),
        "",
        *compare(),
        "",
        f"Load average at the start {load}, {datetime.now(UTC):%Y-%m-%d}.",
    ]
    text = "\n".join(lines)
    if IS_SHORT:
        return print(text)
    page = PAGE.read_text()
    head, rest = page.split("<!-- usage -->", 1)
    _, tail = rest.split("<!-- /usage -->", 1)
    PAGE.write_text(f"{head}<!-- usage -->\n\n{text}\n\n<!-- /usage -->{tail}")


if __name__ == "__main__":
    main()

"""Starting each server on the loopback, with the same flags, and how it is asked."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import flags

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "build/server-peers"
CONTEXT = {"user_id": "usr_123", "plan": "free"}


@dataclass
class Ask:
    """A request for wrk, and the status that it must get."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    status: int = 200

    def send(self) -> tuple[int, dict[str, str], bytes]:
        data = self.body.encode() if self.method != "GET" else None
        request = urllib.request.Request(self.url, data, self.headers, method=self.method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def unchanged(self) -> "Ask":
        """Returns the same request for a client that already has the answer."""
        status, headers, _ = self.send()
        tag = next((value for name, value in headers.items() if name.lower() == "etag"), None)
        if status != 200 or tag is None:
            raise ValueError(f"answers {status} with the ETag {tag}")
        return Ask(self.method, self.url, {**self.headers, "If-None-Match": tag}, self.body, status=304)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class NotStarted(Exception):
    """A server did not start. The message says what it wrote last."""


class Server:
    """A process; subclasses add how to start it and how to ask it."""

    name: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self.log = (self.folder / "log").open("w")
        self.process = subprocess.Popen(self.command(), stdout=self.log, stderr=self.log, cwd=self.folder)
        self.wait()

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_up(self) -> bool:
        return self.evaluation().send()[0] == 200

    def evaluation(self, key: str = flags.MIDDLE) -> Ask:
        raise NotImplementedError

    def wait(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.is_up():
                    return
            except OSError:
                pass
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.stop()
                last = (self.folder / "log").read_text().strip().splitlines()[-1:]
                raise NotStarted(f"does not start: {' '.join(last)[-200:]}")
            time.sleep(0.02)

    def memory(self) -> float | None:
        """Resident, in MiB; None if the process has ended."""
        if self.process.poll() is not None:
            return None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class FlagBit(Server):
    name = "FlagBit"
    account: dict

    def __init__(self, folder: Path, database: str | None = None, account: dict | None = None) -> None:
        self.database = database or f"sqlite://{folder}/flagbit.db"
        super().__init__(folder)
        if account is None:
            account = self.sign_up()
            # The others begin with flags that are there; so does this one.
            self.stop()
            self.start()
        self.account = account

    def command(self) -> list[str]:
        binary = ROOT / "server/target/release/flagbit"
        return [
            str(binary), "serve", "--listen", f"127.0.0.1:{self.port}", "--database", self.database,
            "--metrics-listen", "off", "--key-requests-per-second", "0",
        ]

    def is_up(self) -> bool:
        return Ask("GET", f"{self.url}/readyz").send()[0] == 200

    def sign_up(self) -> dict:
        ask = Ask("POST", f"{self.url}/api/v1/signup", {"Content-Type": "application/json"}, '{"email": "a@example.com"}')
        status, _, body = ask.send()
        assert status == 201, body
        account = json.loads(body)
        status, _, body = self.manage(account, "PUT", "snapshot", flags.flagbit()).send()
        assert status == 200, body
        return account

    def manage(self, account: dict, method: str, path: str, body: str) -> Ask:
        headers = {"Authorization": f"Bearer {account['api_key']}", "Content-Type": "application/json"}
        return Ask(method, f"{self.url}/api/v1/projects/{account['project']['id']}/{path}", headers, body)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.account['server_key']}", "Content-Type": "application/json"}

    def evaluation(self, key: str = flags.MIDDLE) -> Ask:
        body = json.dumps({"flag_key": key, "context": CONTEXT})
        return Ask("POST", f"{self.url}/api/v1/evaluate", self.headers(), body)

    def ofrep(self) -> Ask:
        return Ask("POST", f"{self.url}/ofrep/v1/evaluate/flags/{flags.MIDDLE}", self.headers(), json.dumps({"context": CONTEXT}))

    def snapshot(self) -> Ask:
        return Ask("GET", f"{self.url}/api/v1/snapshot", {**self.headers(), "Accept-Encoding": "gzip"})


class GoFeatureFlag(Server):
    name = "GO Feature Flag relay proxy"

    def __init__(self, folder: Path, file: Path | None = None) -> None:
        self.file = file or folder / "flags.json"
        folder.mkdir(parents=True, exist_ok=True)
        if file is None:
            self.file.write_text(flags.go_feature_flag())
        super().__init__(folder)

    def command(self) -> list[str]:
        config = {
            "server": {"mode": "http", "host": "127.0.0.1", "port": self.port},
            "pollingInterval": 1000,
            "logLevel": "ERROR",
            "hideBanner": True,
            "fileFormat": "json",
            "retriever": {"kind": "file", "path": str(self.file)},
        }
        (self.folder / "config.json").write_text(json.dumps(config))
        return [str(PEERS / "bin/relayproxy"), "--config", str(self.folder / "config.json")]

    def evaluation(self, key: str = flags.MIDDLE) -> Ask:
        body = json.dumps({"context": {"targetingKey": CONTEXT["user_id"], "plan": CONTEXT["plan"]}})
        return Ask("POST", f"{self.url}/ofrep/v1/evaluate/flags/{key}", {"Content-Type": "application/json"}, body)

    def snapshot(self) -> Ask:
        return Ask("POST", f"{self.url}/v1/flag/configuration", {"Content-Type": "application/json"}, "{}")


class UnleashEdge(Server):
    name = "Unleash Edge"
    token = "*:development.0123456789abcdef0123456789abcdef"

    def __init__(self, folder: Path, file: Path | None = None) -> None:
        self.file = file or folder / "features.json"
        folder.mkdir(parents=True, exist_ok=True)
        if file is None:
            self.file.write_text(flags.unleash())
        super().__init__(folder)

    def command(self) -> list[str]:
        return [
            str(PEERS / "bin/unleash-edge"), "--interface", "127.0.0.1", "--port", str(self.port), "offline",
            "--bootstrap-file", str(self.file), "--tokens", self.token, "--reload-interval", "1",
        ]

    def headers(self) -> dict[str, str]:
        return {"Authorization": self.token}

    def evaluation(self, key: str = flags.MIDDLE) -> Ask:
        query = f"userId={CONTEXT['user_id']}&properties%5Bplan%5D={CONTEXT['plan']}"
        return Ask("GET", f"{self.url}/api/frontend/features/{key}?{query}", self.headers())

    def snapshot(self) -> Ask:
        return Ask("GET", f"{self.url}/api/client/features", self.headers())



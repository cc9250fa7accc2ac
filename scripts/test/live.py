"""Runs the live examples while the real server is killed, comes back and revokes their key: live.py PROGRAM...

The server's binary is named by FLAGBIT_SERVER. A program prints `ANSWER STATE` whenever what it shows changes.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/kit"))
from flagbit_kit import RealServer  # noqa: E402

PATIENCE = 90.0
FLAG = "a"


class Follower:
    def __init__(self, program, server, folder):
        self.name = Path(program).name
        self.file = folder / f"{self.name}.shown"
        environment = os.environ | {"FLAGBIT_SERVER_KEY": server.key}
        with self.file.open("w") as shown:
            self.process = subprocess.Popen([program, server.url, FLAG], env=environment, stdout=shown)

    def must_show(self, line, after):
        deadline = time.monotonic() + PATIENCE
        while self.file.read_text().splitlines()[-1:] != [line]:
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit(f"{self.name} does not show {line!r} after {after}: {self.file.read_text()!r}")
            time.sleep(0.01)


def check(server, programs, folder):
    followers = []

    def all_must_show(line, after):
        for one in followers:
            one.must_show(line, after)

    try:
        server.create(FLAG, enabled=False)
        followers += [Follower(program, server, folder) for program in programs]
        all_must_show("off ready", "the start")
        server.switch(FLAG, enabled=True)
        all_must_show("on ready", "the flag was switched on")
        server.do("kill")
        all_must_show("on stale", "the server was killed")
        server.do("start")
        all_must_show("on ready", "the server came back")
        server.switch(FLAG, enabled=False)
        all_must_show("off ready", "the flag was switched off")
        server.do("revoke")
        all_must_show("off stale", "the key was revoked")
    finally:
        for one in followers:
            one.process.kill()
            one.process.wait()
    print(f"live: {', '.join(one.name for one in followers)} went through all of it")


def main():
    with tempfile.TemporaryDirectory() as temporary, RealServer() as server:
        check(server, sys.argv[1:], Path(temporary))


if __name__ == "__main__":
    main()

"""If gevent or eventlet has made greenlets of the threads, a client must not block those of the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import snapshot
from flagbit_kit import KEY, Stub

SCRIPT = Path(__file__).with_name("greenlets.py")


@pytest.mark.parametrize("order", ["before", "after"], ids="imported {} patching".format)
@pytest.mark.parametrize("package", ["gevent", "eventlet"])
def test_other_greenlets_go_on(package: str, order: str) -> None:
    with Stub(snapshot(a=True)) as server:
        command = [sys.executable, "-W", "ignore", "-X", "faulthandler", str(SCRIPT), package, order, server.url, KEY]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert process.stdout
            line = process.stdout.readline()
            if line == "change\n":
                server.put(snapshot(a=False))
            rest, errors = process.communicate(timeout=60)
        finally:
            process.kill()
            process.wait()
    assert (line, rest, process.returncode) == ("change\n", "done\n", 0), errors


GREENLETS_FORK = """
import sys
from gevent import monkey
monkey.patch_all()
import os, time, flagbit
told = []
client = flagbit.Client.from_snapshot([])
client.on_change(told.append)
time.sleep(0.05)
child = os.fork()
client.load_snapshot([{"key": "child" if child == 0 else "parent", "enabled": True}])
deadline = time.monotonic() + 30
while not told and time.monotonic() < deadline:
    time.sleep(0.01)
# After a fork the history begins anew, so the child may be told of all.
ok = told in ([["parent"]], [["parent", "child"]]) if child else told in ([None], [["child"]])
if child == 0:
    os._exit(0 if ok else 1)
_, status = os.waitpid(child, 0)
client.load_snapshot([])
while len(told) < 2 and time.monotonic() < deadline:
    time.sleep(0.01)
sys.exit(0 if ok and status == 0 and len(told) == 2 else f"{told} {status}")
"""


def test_a_forked_process_of_greenlets_listens() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", GREENLETS_FORK], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr

"""While no thread can be started, the listeners' thread is tried again, and its lack is reported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0,
    reason="limits on threads do not bind root, and it takes root to leave root",
)

# The program runs as a separate user, which has no other processes.
SETUP = """
import logging, os, resource, sys, time
import flagbit
os.setgid(65534)
os.setuid(61300 + os.getpid() % 4000)
logging.basicConfig(stream=sys.stdout, format="%(message)s")

def threads(most):
    resource.setrlimit(resource.RLIMIT_NPROC, (most, 64))

def eventually(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)

told = []
client = flagbit.Client.from_snapshot([])
"""

AT_FIRST = """
threads(1)
for attempt in (lambda: client.on_change(told.append), lambda: client.on_state_change(told.append)):
    try:
        attempt()
        sys.exit("a thread was started")
    except flagbit.FlagBitError as error:
        assert error.status == "THREAD", error
        assert "thread of the listeners cannot be started" in str(error)
threads(64)
client.on_change(told.append)
client.load_snapshot([{"key": "a", "enabled": True}])
eventually(lambda: told == [["a"]])
"""

AFTER_A_FORK = """
client.on_change(told.append)
# The process, its thread and the child.
threads(3)
child = os.fork()
if child:
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))
for _ in range(2):
    status = client.status()
    assert "cannot be started" in status.last_error, status
    assert status.state == "ready"
threads(64)
{call}
client.load_snapshot([{{"key": "a", "enabled": True}}])
eventually(lambda: told)
assert client.status().last_error is None
"""

CALLS = ["client.status()", "client.evaluate('a')", "client.value('a', default='x')", "client.refresh()"]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", SETUP + code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_listener_is_refused_and_can_be_given_again() -> None:
    run(AT_FIRST)


@pytest.mark.parametrize("call", CALLS)
def test_a_child_tells_and_tries_again(call: str) -> None:
    assert run(AFTER_A_FORK.format(call=call)).count("the next call tries again") == 1

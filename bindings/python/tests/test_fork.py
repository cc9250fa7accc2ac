"""A child of a fork goes on with the flags, and follows its files and listeners."""

from __future__ import annotations

import json
import multiprocessing
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import flagbit
from conftest import REPOSITORY, eventually, snapshot
from flagbit_kit import KEY, Stub

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


def in_child(check: Callable[[], object], seconds: int = 20) -> None:
    """Runs a check in a forked child, which is killed when it hangs."""
    child = os.fork()
    if child == 0:
        signal.alarm(seconds)
        try:
            code = 0 if check() else 1
        except BaseException:
            code = 2
        os._exit(code)
    _, status = os.waitpid(child, 0)
    assert status == 0, "1: the check did not hold, 2: it raised, 14: it hung"


def test_a_child_evaluates_and_loads(client: flagbit.Client) -> None:
    user = flagbit.Context(plan="pro")

    def check() -> bool:
        before = client.is_enabled("pro", user) and client.is_enabled("pro", {"plan": "pro"})
        client.load_snapshot(snapshot(pro=False))
        after = client.is_enabled("pro", user)
        client.close()
        return before and not after

    in_child(check)
    assert client.is_enabled("pro", user) is True


def test_listeners_are_armed_again_in_the_child(client: flagbit.Client) -> None:
    told: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
    stop = client.on_change(told.put)

    def check() -> bool:
        client.load_snapshot(snapshot(always=True))
        # After a fork the history begins anew, so the child may be told of all.
        heard = told.get(timeout=10)
        late: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
        client.on_change(late.put)
        stop()
        client.load_snapshot(snapshot(always=False))
        return heard in (None, ["broken", "off", "pro"]) and late.get(timeout=10) == ["always"]

    for _ in range(5):
        in_child(check)
    assert told.empty()
    client.load_snapshot(snapshot(always=True))
    assert told.get(timeout=5) == ["broken", "off", "pro"]


def test_a_grandchild(client: flagbit.Client) -> None:
    told: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
    client.on_change(told.put)

    def check() -> bool:
        client.load_snapshot(snapshot(always=False))
        told.get(timeout=10)
        return True

    def child() -> bool:
        in_child(check)
        return check()

    in_child(child)


def test_a_watched_file_is_followed_in_the_child(tmp_path: Path) -> None:
    path = tmp_path / "flags.json"
    path.write_text(json.dumps(snapshot(a=True)))
    told: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
    with flagbit.Client.from_file(path, watch=True) as client:
        client.on_change(told.put)

        def check() -> bool:
            path.write_text(json.dumps(snapshot(a=False, b=True)))
            told.get(timeout=10)
            return not client.is_enabled("a") and client.is_enabled("b")

        in_child(check)
        assert eventually(lambda: client.is_enabled("b"))


def test_a_listener_may_fork(client: flagbit.Client) -> None:
    codes: queue.SimpleQueue[int] = queue.SimpleQueue()
    told: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()

    def fork(keys: list[str] | None) -> None:
        if keys == ["again"]:
            told.put(keys)
            return
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            client.load_snapshot(snapshot(a=True, again=True))
            os._exit(0 if told.get(timeout=10) == ["again"] else 1)
        codes.put(os.waitpid(child, 0)[1])

    client.load_snapshot(snapshot(a=False))
    client.on_change(fork)
    client.load_snapshot(snapshot(a=True))
    assert codes.get(timeout=30) == 0


def work(flag: str) -> bool:
    assert INHERITED is not None
    return INHERITED.is_enabled(flag, {"plan": "pro"})


INHERITED: flagbit.Client | None = None


def test_multiprocessing(client: flagbit.Client) -> None:
    global INHERITED
    INHERITED = client
    client.on_change(lambda _keys: None)
    try:
        with multiprocessing.get_context("fork").Pool(2) as pool:
            assert pool.map(work, ["always", "pro", "off"] * 10) == [True, True, False] * 10
    finally:
        INHERITED = None


def test_forks_during_calls_of_all_kinds() -> None:
    """The parent forks while its threads hold the library's locks and wait."""
    client = flagbit.Client.from_snapshot(snapshot(a=True))
    told: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
    client.on_change(told.put)
    stop = threading.Event()

    def churn() -> None:
        on = False
        while not stop.is_set():
            on = not on
            client.load_snapshot(snapshot(a=on))
            client.status()
            client.evaluate_all()

    def check() -> bool:
        client.load_snapshot(snapshot(a=True, b=True))
        # News that the parent's thread had not told yet may come first.
        while (keys := told.get(timeout=10)) is not None and "b" not in keys:
            pass
        return client.is_enabled("b") and client.status().state == "ready"

    threads = [threading.Thread(target=churn) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        begin = time.monotonic()
        for _ in range(30):
            in_child(check)
        assert time.monotonic() - begin < 60
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        client.close()


def test_a_child_of_many_waiting_threads(tmp_path: Path) -> None:
    """Threads of the parent wait in the library; the child's threads may be given their stacks."""
    path = tmp_path / "flags.json"
    path.write_text(json.dumps(snapshot(a=True)))
    clients = [flagbit.Client.from_file(path, watch=True) for _ in range(12)]
    for client in clients:
        client.on_change(lambda _keys: None)

    def check() -> bool:
        for client in clients:
            client.status()
            with client.override({"b": True}):
                assert client.is_enabled("b") is True
            client.close()
        return True

    for _ in range(60):
        in_child(check)
    for client in clients:
        client.close()


def test_a_child_follows_the_server_and_leaves_the_parent_alone() -> None:
    told: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
    with Stub(snapshot(a=True)) as stub, flagbit.Client(stub.url, server_key=KEY) as client:
        assert client.wait_until_ready(10)
        client.on_change(told.put)

        def check() -> bool:
            inherited = client.is_enabled("a")
            refreshed = client.refresh(10)
            told.get(timeout=10)
            return inherited and refreshed and not client.is_enabled("a", default=True)

        stub.put(snapshot(a=False))
        for _ in range(5):
            in_child(check)
        assert client.is_enabled("a") is True  # it has not asked yet
        assert client.refresh(10) is True
        assert told.get(timeout=10) == ["a"]


def test_a_child_follows_by_itself() -> None:
    """The child calls nothing but evaluations."""
    with Stub(snapshot(a=True)) as stub, flagbit.Client(stub.url, server_key=KEY, poll_interval=1) as client:
        assert client.wait_until_ready(10)

        def check() -> bool:
            return eventually(lambda: not client.is_enabled("a", default=True))

        children = [threading.Thread(target=in_child, args=(check,)) for _ in range(4)]
        for child in children:
            child.start()
        stub.put(snapshot(a=False))
        for child in children:
            child.join()
        assert eventually(lambda: not client.is_enabled("a", default=True))


FORKS = """
import os, sys, time, warnings, flagbit
warnings.simplefilter("always")
if "filtered" in sys.argv:
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
client = flagbit.Client("http://127.0.0.1:1", server_key="fbsrv_secret")
if "closed" in sys.argv:
    client.close()
    while len(os.listdir("/proc/self/task")) > 1:
        time.sleep(0.01)
child = os.fork()
if child == 0:
    os._exit(0)
os.waitpid(child, 0)
warnings.warn("something else is old", DeprecationWarning)
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython warns of forks with threads from 3.12 on")
@pytest.mark.parametrize(("arguments", "warns"), [([], True), (["filtered"], False), (["closed"], False)])
def test_cpythons_warning_is_as_the_readme_says(arguments: list[str], warns: bool) -> None:
    """Python warns while a client of a server is open; the README's filter silences this warning and nothing else."""
    readme = (REPOSITORY / "bindings/python/README.md").read_text()
    assert 'warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)' in readme
    run = subprocess.run([sys.executable, "-c", FORKS, *arguments], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert ("is multi-threaded, use of fork()" in run.stderr) is warns
    assert "something else is old" in run.stderr

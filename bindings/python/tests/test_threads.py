"""Many threads on one client, while its flags are swapped and it is closed and dropped."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import flagbit
from conftest import eventually, snapshot

ON = flagbit.Context(plan="pro")


def test_each_evaluation_sees_one_whole_snapshot() -> None:
    one, other = snapshot(a=True, b=True) | {"revision": 1}, snapshot(a=False, b=False) | {"revision": 0}
    client = flagbit.Client.from_snapshot(one)
    stop = threading.Event()

    def evaluate() -> int:
        count = 0
        while not stop.is_set():
            every = client.evaluate_all(ON)
            assert every["a"].enabled is every["b"].enabled
            found = client.evaluate("a", {"plan": "pro"})
            assert found.revision == str(int(found.enabled))
            assert client.is_enabled("a", ON) in (True, False)
            count += 1
        return count

    with ThreadPoolExecutor(4) as pool:
        counts = [pool.submit(evaluate) for _ in range(4)]
        for number in range(300):
            client.load_snapshot(other if number % 2 else one)
            with client.override({"c": True}):
                assert client.is_enabled("c") is True
        stop.set()
        assert all(count.result() > 0 for count in counts)


@pytest.mark.parametrize("watch", [False, True])
def test_closing_and_dropping_during_evaluations(watch: bool, tmp_path: object) -> None:
    def evaluate(client: flagbit.Client, started: threading.Semaphore, closed: threading.Event) -> None:
        while not closed.is_set():
            client.is_enabled("a", {"n": 1})
            client.evaluate("a", ON)
            started.release()
        assert client.is_enabled("a", ON) is False

    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            client = (
                flagbit.Client.from_file(f"{tmp_path}/missing.json", watch=True)
                if watch
                else flagbit.Client.from_snapshot(snapshot(a=True))
            )
            stop = client.on_change(lambda _keys: None)
            started, closed = threading.Semaphore(0), threading.Event()
            running = [pool.submit(evaluate, client, started, closed) for _ in range(3)]
            assert started.acquire(timeout=10)
            client.close()
            closed.set()
            del client
            gc.collect()
            stop()
            for one in running:
                one.result()
    assert eventually(lambda: not any(thread.name == "flagbit-listeners" for thread in threading.enumerate()))


CYCLE = """
import flagbit, gc
class Holder:
    def __del__(self):
        # The client's handle may be freed already: the default, and no crash.
        self.client.is_enabled("a", self.user)
        self.client.evaluate("a", self.user)
        self.client.close if ok else None
ok = True
for _ in range(50):
    holder = Holder()
    holder.client, holder.user, holder.itself = flagbit.Client.from_snapshot("[]"), flagbit.Context(a=1), holder
    holder.client.is_enabled("a")
    holder.handle = holder.client._handle
del holder
{collect}
"""

EXIT = """
import flagbit, json, threading
client = flagbit.Client.from_snapshot({"flags": {"a": {"enabled": True}}})
seen = threading.Event()
client.on_change(lambda keys: seen.set())
def churn():
    on = False
    while True:
        on = not on
        client.load_snapshot({"flags": {"a": {"enabled": on}}})
        client.is_enabled("a", {"plan": "pro"})
threading.Thread(target=churn, daemon=True).start()
assert seen.wait(10)
"""


def run(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("collect", ["gc.collect()", ""], ids=["collected", "at exit"])
def test_finalizers_in_any_order(collect: str) -> None:
    run(CYCLE.replace("{collect}", collect))


def test_the_interpreter_ends_with_threads_at_work() -> None:
    for _ in range(8):
        run(EXIT)

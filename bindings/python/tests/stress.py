"""Threads that ask in every way while flags are swapped; prints by how many bytes the process grew.

python stress.py SECONDS [leak]. The first third of the time is for one-time allocations. Then the peak of memory in
the second third is compared with the peak in the last. `leak` keeps 4 KiB of each round, to show that it would be seen.
"""

import itertools
import os
import sys
import threading
import time
from contextlib import suppress

import flagbit

THREADS = 4
PAGE = os.sysconf("SC_PAGE_SIZE")
kept: list[bytearray] = []


def snapshot(revision: int) -> dict[str, object]:
    on = bool(revision % 2)
    rules = [{"attribute": "roles", "operator": "has", "value": "staff"}]
    theme = {"key": "theme", "enabled": True, "variants": {"a": {"n": [revision % 7]}, "b": {"n": []}}, "default": "a"}
    return {
        "revision": str(revision),
        "flags": [{"key": "a", "enabled": True, "default_enabled": on, "rules": rules}, theme],
    }


def ask(client: flagbit.Client, over: threading.Event) -> None:
    user = flagbit.Context(user_id="usr_1", roles=["staff"])
    for number in itertools.count():
        if over.is_set():
            return
        assert client.is_enabled("a", user) is True
        client.is_enabled("a", {"user_id": f"usr_{number}", "unsupported": float("nan")})
        answer = client.evaluate("a", {"roles": ("x", number)})
        assert answer.revision is not None
        assert answer.enabled is bool(int(answer.revision) % 2)
        client.value("theme", default={})
        client.evaluate_all(flagbit.Context(n=number))
        client.explain("a", user)
        client.status()
        if len(sys.argv) > 2:
            kept.append(bytearray(4096))


def swap(client: flagbit.Client, over: threading.Event) -> None:
    for revision in itertools.count():
        if over.is_set():
            return
        client.load_snapshot(snapshot(revision))
        with client.override({"theme": {"n": [1]}}):
            client.value("theme", default={})
        with flagbit.Client.from_snapshot("[]") as other:
            other.on_change(print)()
        with suppress(flagbit.ContextError):
            flagbit.Context(bad=float("nan"))


def in_use() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * PAGE


def most(until: float) -> int:
    found = 0
    while time.monotonic() < until:
        found = max(found, in_use())
        time.sleep(0.01)
    return found


def main(seconds: float) -> None:
    sys.setswitchinterval(0.0005)
    over = threading.Event()
    failed: list[object] = []
    threading.excepthook = failed.append
    with flagbit.Client.from_snapshot(snapshot(0)) as client:
        client.on_change(lambda _keys: None)
        threads = [threading.Thread(target=ask, args=(client, over)) for _ in range(THREADS)]
        threads.append(threading.Thread(target=swap, args=(client, over)))
        for thread in threads:
            thread.start()
        start = time.monotonic()
        _, before, after = (most(start + seconds * third / 3) for third in (1, 2, 3))
        over.set()
        for thread in threads:
            thread.join()
    assert not failed, failed
    sys.stdout.write(f"{after - before}\n")


if __name__ == "__main__":
    main(float(sys.argv[1]))

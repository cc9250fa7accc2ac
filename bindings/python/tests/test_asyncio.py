"""A program with an event loop: evaluations in coroutines, waiting on threads, changes handed over to the loop."""

from __future__ import annotations

import asyncio
import re
import runpy
from pathlib import Path

import pytest

import flagbit
from conftest import snapshot
from flagbit_kit import KEY, Stub
from packages import PROJECT

ON = flagbit.Context(plan="pro")


async def ask(client: flagbit.Client, default: bool = False) -> int:
    """Returns how many of 100 answers were on."""
    count = 0
    for _ in range(100):
        count += client.is_enabled("a", ON, default)
        assert client.evaluate("a", {"plan": "pro"}, default).enabled in (True, False)
        await asyncio.sleep(0)
    return count


def test_coroutines_evaluate_as_they_are() -> None:
    async def main(client: flagbit.Client) -> list[int]:
        return await asyncio.gather(*(ask(client) for _ in range(20)))

    with flagbit.Client.from_snapshot(snapshot(a=True)) as client:
        assert asyncio.run(main(client)) == [100] * 20


def test_waiting_on_a_thread_leaves_the_loop_free() -> None:
    async def main(stub: Stub) -> None:
        client = flagbit.Client(stub.url, server_key=KEY)
        waiting = asyncio.create_task(asyncio.to_thread(client.wait_until_ready, 20))
        assert await asyncio.to_thread(stub.wait_for_request, 20), "the server was asked and does not answer"
        assert await ask(client, default=True) == 100
        assert not waiting.done()
        # Two calls that block at once: closing lets both go.
        refreshing = asyncio.create_task(asyncio.to_thread(client.refresh, 20))
        await asyncio.sleep(0.05)
        client.close()
        assert await waiting is False
        assert await refreshing is False

    with Stub(snapshot(a=True)) as stub:
        stub.tell(0)
        asyncio.run(main(stub))


def test_the_readmes_program_hears_of_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def change(stub: Stub, program: asyncio.Task[None]) -> None:
        on = False
        while not program.done():
            on = not on
            stub.put(snapshot(**{"premium-feature": True, "b": on}))
            await asyncio.sleep(0.05)

    async def main(stub: Stub) -> None:
        with flagbit.Client(stub.url, server_key=KEY, poll_interval=1) as client:
            program = asyncio.create_task(asyncio.wait_for(readme["main"](client), 20))
            await change(stub, program)
            await program

    (example,) = re.findall(
        r"```python\n(import asyncio\n.*?)```", (PROJECT / "README.md").read_text(), flags=re.DOTALL
    )
    (tmp_path / "example.py").write_text(example)
    readme = runpy.run_path(str(tmp_path / "example.py"))
    with Stub(snapshot()) as stub:
        asyncio.run(main(stub))
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "True"
    assert printed[1].startswith("changed: [")

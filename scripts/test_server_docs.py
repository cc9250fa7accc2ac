"""Checks docs/reference/server.md: python3 scripts/test_server_docs.py [--print], with the server's binary in FLAGBIT.

The commands of each block `console` run one after the other against a new server on SQLite, and print what the page
says: JSON is compared as JSON, all else line by line. "..." in a text stands for anything, as does a line of it; an id is
any id. A function that is defined stays; what the page exports is set here, from what signing up answered. `--print` prints
what is answered.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reference/server.md"
BINARY = Path(os.environ.get("FLAGBIT", ROOT / "server/target/debug/flagbit"))
IDS = {"id", "account_id", "project", "project_id", "revision"}


def examples(page: str) -> list[tuple[int, str, str]]:
    """Line, command and expected output of each example."""
    found: list[tuple[int, str, str]] = []
    is_console, goes_on = False, False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            is_console, goes_on = line == "```console", False
        elif is_console and (goes_on or line.startswith("$ ")):
            if goes_on:
                first, command, _ = found[-1]
                found[-1] = (first, f"{command}\n{line}", "")
            else:
                found.append((number, line[2:], ""))
            goes_on = line.endswith("\\") or found[-1][1].count("'") % 2 == 1
        elif is_console:
            first, command, expected = found[-1]
            found[-1] = (first, command, f"{expected}{line}\n")
    return found


def alike(expected: Any, found: Any) -> bool:
    if isinstance(expected, str) and isinstance(found, str):
        pattern = ".*".join(map(re.escape, expected.split("...")))
        return re.fullmatch(pattern, found, re.DOTALL) is not None
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(alike, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            alike(expected[name], found[name]) or (name in IDS and isinstance(found[name], int)) for name in expected
        )
    return type(expected) is type(found) and expected == found


def same_output(expected: str, found: str) -> bool:
    try:
        return alike(json.loads(expected), json.loads(found))
    except ValueError:
        pass
    lines = [".*" if line == "..." else ".*".join(map(re.escape, line.split("..."))) for line in expected.splitlines()]
    return re.fullmatch("\n".join(lines), found.replace("\r", "").rstrip("\n"), re.DOTALL) is not None


def main() -> int:
    is_printing = "--print" in sys.argv[1:]
    problems = 0
    with tempfile.TemporaryDirectory() as folder:
        command = [BINARY, "serve", "--listen", "127.0.0.1:0", "--database", f"sqlite://{folder}/flagbit.db"]
        server = subprocess.Popen([*command, "--metrics-listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        try:
            assert server.stdout is not None
            address = re.search(r"http://([0-9.:]+)", server.stdout.readline())
            if address is None:
                raise SystemExit("the server does not start")
            environment = os.environ | {"FLAGBIT": f"http://{address[1]}"}
            functions = ""
            found = examples(PAGE.read_text(encoding="utf-8"))
            for line, command_text, expected in found:
                if command_text.startswith("export "):
                    continue
                if re.match(r"\w+\(\)", command_text):
                    functions += f"{command_text}\n"
                ran = subprocess.run(["bash", "-c", functions + command_text], env=environment, cwd=folder, text=True,
                                     capture_output=True, timeout=30, check=False)
                if is_printing:
                    print(f"$ {command_text}\n{ran.stdout}{ran.stderr}")
                elif not same_output(expected, ran.stdout):
                    problems += 1
                    print(f"{PAGE.name}:{line}: {command_text}\nexpected {expected}found    {ran.stdout}{ran.stderr}")
                if "api_key" in ran.stdout and "API_KEY" not in environment:
                    account = json.loads(ran.stdout)
                    environment |= {name.upper(): account[name] for name in ("api_key", "sdk_key", "server_key")}
                    environment["PROJECT"] = str(account["project"]["id"])
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)
    print(f"{PAGE.name}: {len(found)} examples, {problems} problems")
    return min(problems, 1)


if __name__ == "__main__":
    sys.exit(main())

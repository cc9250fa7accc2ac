"""Checks pages that show a server: python3 scripts/docs/server.py [--print] [PAGE...], with its binary in FLAGBIT_SERVER.

The commands of each block `console` run one after the other against a new server on SQLite, and print what the page
says: JSON is compared as JSON, all else line by line. "..." in a text stands for anything, as does a line of it; an id is
any id. A function that is defined stays; what the page exports is set here, from what signing up answered. `--print` prints
what is answered. A block `python live` is a program that runs from there on, by the Python that runs this script, and
prints what the next block `text output` says before it ends.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/kit"))
from flagbit_kit import Kit  # noqa: E402

PAGES = ["docs/reference/server.md", "docs/reference/people.md", "docs/reference/usage.md"]
IDS = {"id", "account_id", "project", "project_id", "revision", "next"}


@dataclass
class Example:
    """A command, a program that runs on, or what that program has printed once it ends."""

    line: int
    kind: str
    text: str
    expected: str = ""


KINDS = {"```console": "command", "```python live": "program", "```text output": "output"}


def examples(page: str) -> list[Example]:
    found: list[Example] = []
    kind, goes_on = None, False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            kind, goes_on = KINDS.get(line), False
            if kind in ("program", "output"):
                found.append(Example(number, kind, ""))
        elif kind in ("program", "output"):
            found[-1].text += f"{line}\n"
        elif kind == "command" and (goes_on or line.startswith("$ ")):
            if goes_on:
                found[-1].text += f"\n{line}"
            else:
                found.append(Example(number, kind, line[2:]))
            goes_on = line.endswith("\\") or found[-1].text.count("'") % 2 == 1
        elif kind == "command":
            found[-1].expected += f"{line}\n"
    return found


def matches(expected: Any, found: Any) -> bool:
    if isinstance(expected, str) and isinstance(found, str):
        pattern = ".*".join(map(re.escape, expected.split("...")))
        return re.fullmatch(pattern, found, re.DOTALL) is not None
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(matches, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            matches(expected[name], found[name]) or (name in IDS and isinstance(found[name], int)) for name in expected
        )
    return type(expected) is type(found) and expected == found


def same_output(expected: str, found: str) -> bool:
    try:
        return matches(json.loads(expected), json.loads(found))
    except ValueError:
        pass
    lines = [".*" if line == "..." else ".*".join(map(re.escape, line.split("..."))) for line in expected.splitlines()]
    return re.fullmatch("\n".join(lines), found.replace("\r", "").rstrip("\n"), re.DOTALL) is not None


class Reader:
    """Does with a new server what a page shows."""

    def __init__(self, page: Path, folder: str, address: str, is_printing: bool) -> None:
        self.page, self.folder, self.is_printing = page, folder, is_printing
        self.environment = os.environ | {"FLAGBIT": address}
        self.functions = ""
        self.program: subprocess.Popen[str] | None = None
        self.printed = ""
        self.problems = 0

    def compare(self, example: Example, expected: str, found: str) -> None:
        if self.is_printing:
            print(f"$ {example.text}\n{found}")
        elif not same_output(expected, found):
            self.problems += 1
            print(f"{self.page.name}:{example.line}: {example.text}\nexpected {expected}found    {found}")

    def command(self, example: Example) -> None:
        if example.text.startswith("export "):
            return
        if re.match(r"\w+\(\)", example.text):
            self.functions += f"{example.text}\n"
        ran = subprocess.run(["bash", "-c", self.functions + example.text], env=self.environment, cwd=self.folder,
                             text=True, capture_output=True, timeout=30, check=False)
        self.compare(example, example.expected, ran.stdout + ran.stderr)
        if "api_key" in ran.stdout and "API_KEY" not in self.environment:
            account = json.loads(ran.stdout)
            self.environment |= {name.upper(): account[name] for name in ("api_key", "sdk_key", "server_key")}
            self.environment["PROJECT"] = str(account["project"]["id"])

    def start(self, example: Example) -> None:
        """What follows on the page happens after the program's first line."""
        self.program = subprocess.Popen([sys.executable, "-c", example.text], env=self.environment, cwd=self.folder,
                                        text=True, stdout=subprocess.PIPE)
        assert self.program.stdout is not None
        self.printed = self.program.stdout.readline()

    def end(self, example: Example) -> None:
        if self.program is None:
            raise SystemExit(f"{self.page.name}:{example.line}: no program runs")
        rest, _ = self.program.communicate(timeout=30)
        self.compare(Example(example.line, "output", "the program"), example.text, self.printed + rest)

    def read(self) -> int:
        steps = {"command": self.command, "program": self.start, "output": self.end}
        found = examples(self.page.read_text(encoding="utf-8"))
        try:
            for example in found:
                steps[example.kind](example)
        finally:
            if self.program is not None and self.program.poll() is None:
                self.program.kill()
        print(f"{self.page.name}: {len(found)} examples, {self.problems} problems")
        return self.problems


def check(page: Path, is_printing: bool) -> int:
    # The pages show the server's numbers, which have a port of their own, and sign up themselves.
    with tempfile.TemporaryDirectory() as folder, Kit("server", options=["--metrics-listen", "127.0.0.1:0"]) as server:
        return Reader(page, folder, server.url, is_printing).read()


def main() -> int:
    is_printing = "--print" in sys.argv[1:]
    pages = [argument for argument in sys.argv[1:] if argument != "--print"] or PAGES
    return min(sum(check(ROOT / page, is_printing) for page in pages), 1)


if __name__ == "__main__":
    sys.exit(main())

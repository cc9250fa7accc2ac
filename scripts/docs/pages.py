"""Checks that what the documents show is true: python3 scripts/docs/pages.py [PAGE...], by default all of docs/.

A page's fenced blocks say what they are after the language:

    json snapshot      a whole snapshot; nothing in it is set aside
    json flag          one flag, the only one of its snapshot; nothing is set aside
    json rule          one rule of a boolean flag named "f"
    json refused       one of these three, that is set aside, with the warning in the text block that follows
    json fragment      JSON that is no whole, or that has no meaning here; it only has to be JSON
    text answers       what the last of the three answers, a line each: [FLAG] CONTEXT -> ANSWER, REASON[, rule N]
    json context       a context, for the explanation that follows
    json explanation   what explain() answers for it and the last snapshot's flag
    python             runs with `client` serving the last of the three; the text output that follows is printed
    python openfeature the same, all of a page as one program; run by bindings/python/tests, which have OpenFeature's SDK

Links to files of the repository and to their headings are checked in all documents. Needs the package flagbit:
`make docs`.
"""

import contextlib
import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flagbit

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(?P<info>.*)$")
LINK = re.compile(r"\]\(([^)\s]+)\)")
ANSWER = re.compile(
    r"^(?:(?P<flag>[\w.-]+) +)?(?P<context>\{.*?\}) +-> +(?P<answer>[\w.-]+), (?P<reason>\w+)(?:, rule (?P<rule>\d+))?$"
)
SHAPES = ("snapshot", "flag", "rule")


@dataclass
class Block:
    line: int
    info: str
    text: str


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks, in order. A fence inside a list is indented, which is left as it is."""
    opened: Block | None = None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line.strip())
        if opened is None:
            opened = Block(number, fence["info"].strip(), "") if fence else None
        elif fence:
            yield opened
            opened = None
        else:
            opened.text += line + "\n"
    if opened is not None:
        raise ValueError(f"line {opened.line}: the block has no end")


def snapshot_of(kind: str, text: str) -> str:
    """Text and not what json makes of it, which has forgotten how numbers were written and what was there twice."""
    if kind == "rule":
        text = f'{{"key": "f", "enabled": true, "rules": [{text}]}}'
    return text if kind == "snapshot" else f'{{"flags": [{text}]}}'


def kind_of(value: Any) -> str:
    return "snapshot" if isinstance(value, list) or "flags" in value else "flag" if "key" in value else "rule"


class Page:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.client: flagbit.Client | None = None
        self.problems: list[str] = []
        self.checked = 0

    def check(self) -> None:
        found = list(blocks(self.text))
        for index, block in enumerate(found):
            before = found[index - 1] if index else Block(0, "", "")
            after = found[index + 1] if index + 1 < len(found) else Block(0, "", "")
            try:
                self.check_block(before, block, after)
            except Exception as error:  # Whatever is wrong with one block, the others are told too.
                self.problem(block, f"{type(error).__name__}: {error}")

    def problem(self, block: Block, what: str) -> None:
        self.problems.append(f"{self.path.relative_to(ROOT)}:{block.line}: {what}")

    def check_block(self, before: Block, block: Block, after: Block) -> None:
        language, _, what = block.info.partition(" ")
        if language == "json":
            value = json.loads(block.text)
            if what in SHAPES:
                self.serve(snapshot_of(what, block.text), block)
            elif what == "refused":
                self.check_refused(block, value, after)
            elif what == "explanation":
                self.check_explanation(block, value, before)
            elif what not in ("context", "fragment"):
                self.problem(block, "say after json what the block is; the beginning of this script has the list")
                return
        elif block.info == "text answers":
            self.check_answers(block)
        elif block.info == "python":
            self.check_python(block, after)
        else:
            return
        self.checked += 1

    def serve(self, snapshot: str, block: Block) -> None:
        self.client = flagbit.Client.from_snapshot(snapshot)
        for warning in self.client.warnings():
            self.problem(block, f"set aside: {warning}")

    def check_refused(self, block: Block, value: Any, after: Block) -> None:
        said = " ".join(after.text.split()) if after.info == "text" else None
        got = flagbit.Client.from_snapshot(snapshot_of(kind_of(value), block.text)).warnings()
        if got != [said]:
            self.problem(block, f"expected the warning {said!r}, got {got}")

    def check_explanation(self, block: Block, value: Any, before: Block) -> None:
        got = self.serving().explain(self.flag(None), json.loads(before.text))
        if got != value:
            self.problem(block, f"the explanation is {json.dumps(got)}")

    def check_answers(self, block: Block) -> None:
        for line in filter(None, block.text.splitlines()):
            said = ANSWER.match(line.strip())
            if not said:
                self.problem(block, f"no answer: {line!r}")
                continue
            got = self.serving().evaluate(self.flag(said["flag"]), json.loads(said["context"]))
            rule = None if said["rule"] is None else int(said["rule"])
            if (said["answer"], said["reason"], rule) != (got.variant, got.reason, got.rule_index):
                self.problem(block, f"{line!r}, but it is {got.variant}, {got.reason}, rule {got.rule_index}")

    def check_python(self, block: Block, after: Block) -> None:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block.text, str(self.path), "exec"), {"client": self.client, "flagbit": flagbit})  # noqa: S102
        said = after.text if after.info == "text output" else ""
        if printed.getvalue() != said:
            self.problem(block, f"it prints {printed.getvalue()!r}")

    def serving(self) -> flagbit.Client:
        if self.client is None:
            raise ValueError("there is no snapshot, flag or rule before this")
        return self.client

    def flag(self, key: str | None) -> str:
        keys = self.serving().flags()
        if key is None and len(keys) != 1:
            raise ValueError(f"say which flag: {keys}")
        return key or keys[0]

    def check_links(self) -> None:
        prose = re.sub(r"^```.*?^```", "", self.text, flags=re.MULTILINE | re.DOTALL)
        for target in LINK.findall(prose):
            if re.match(r"\w+:", target):
                continue
            file, _, anchor = target.partition("#")
            path = (self.path.parent / file).resolve() if file else self.path
            if not path.exists():
                self.problems.append(f"{self.path.relative_to(ROOT)}: no file {target}")
            elif anchor and anchor not in anchors(path):
                self.problems.append(f"{self.path.relative_to(ROOT)}: no heading {target}")


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def main() -> int:
    logging.disable()  # The warnings are what is checked.
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    pages = [Page(path) for path in map(ROOT.joinpath, sys.argv[1:] or listed.stdout.split())]
    for page in pages:
        if page.path.is_relative_to(ROOT / "docs"):
            page.check()
        page.check_links()
    problems = [problem for page in pages for problem in page.problems]
    for problem in problems:
        print(problem)  # noqa: T201
    print(f"docs: {len(pages)} pages, {sum(page.checked for page in pages)} blocks, {len(problems)} problems")  # noqa: T201
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())

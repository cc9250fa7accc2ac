"""The code blocks of docs/openfeature/python.md form one program, which prints what the page says."""

from __future__ import annotations

import runpy
from itertools import pairwise
from typing import Any

import pytest
from openfeature import api

import flagbit
from conftest import REPOSITORY


def test_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = runpy.run_path(str(REPOSITORY / "scripts/docs/pages.py"))["blocks"]
    page = list(blocks((REPOSITORY / "docs/openfeature/python.md").read_text()))
    (snapshot,) = (block.text for block in page if block.info == "json snapshot")
    program: dict[str, Any] = {"client": flagbit.Client.from_snapshot(snapshot)}
    ran = 0
    try:
        for block, after in pairwise(page):
            if block.info == "python openfeature":
                exec(compile(block.text, f"line {block.line}", "exec"), program)  # noqa: S102
                assert after.info == "text output"
                assert capsys.readouterr().out == after.text
                ran += 1
    finally:
        api.shutdown()
    assert ran == sum(block.info == "python openfeature" for block in page) == 5

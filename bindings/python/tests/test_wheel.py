"""The wheel for other Linux machines, on every Python there is, in a clean place outside the repository."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from packages import check_installed, succeed

WHEEL = os.environ.get("FLAGBIT_TEST_WHEEL", "")
PYTHONS = sorted(
    {python.resolve() for python in [Path(sys.executable), *Path.home().glob(".pyenv/versions/3.1[0-9].*/bin/python")]}
)

pytestmark = pytest.mark.skipif(not WHEEL, reason="set by scripts/test/wheel.sh")


@pytest.mark.parametrize("python", PYTHONS, ids=lambda python: python.name)
def test_it_installs_and_runs(python: Path, tmp_path: Path) -> None:
    succeed(python, "-m", "venv", "--without-pip", "venv", folder=tmp_path)
    clean = tmp_path / "venv/bin/python"
    # pip alone decides from the name whether the wheel is for this machine.
    offline = ("--no-index", "--only-binary", ":all:", "--find-links", Path(WHEEL).parent)
    succeed(sys.executable, "-m", "pip", "--python", clean, "install", "-q", *offline, "flagbit", folder=tmp_path)
    check_installed(clean, tmp_path)

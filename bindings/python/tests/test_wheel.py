"""The wheels for other Linux machines, on every Python there is, in a clean place outside the repository."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from packages import check_installed, is_native, succeed

WHEELS = os.environ.get("FLAGBIT_TEST_WHEELS", "")
PYTHONS = sorted(
    {python.resolve() for python in [Path(sys.executable), *Path.home().glob(".pyenv/versions/3.1[0-9].*/bin/python")]}
)

pytestmark = pytest.mark.skipif(not WHEELS, reason="set by scripts/test/wheel.sh")


def install(python: Path, wheels: Path, folder: Path) -> Path:
    """Installs flagbit from a folder of wheels in a new environment, and returns its Python."""
    succeed(python, "-m", "venv", "--without-pip", "venv", folder=folder)
    clean = folder / "venv/bin/python"
    # pip alone decides from the names which wheel is for this Python and this machine.
    offline = ("--no-index", "--only-binary", ":all:", "--find-links", wheels)
    succeed(sys.executable, "-m", "pip", "--python", clean, "install", "-q", *offline, "flagbit", folder=folder)
    return clean


@pytest.mark.parametrize("python", PYTHONS, ids=lambda python: python.name)
def test_cpython_gets_the_extension(python: Path, tmp_path: Path) -> None:
    clean = install(python, Path(WHEELS), tmp_path)
    check_installed(clean, tmp_path)
    assert is_native(clean, tmp_path)
    assert not is_native(clean, tmp_path, FLAGBIT_NO_NATIVE="1")


@pytest.mark.parametrize("python", PYTHONS, ids=lambda python: python.name)
def test_the_wheel_without_the_extension_runs_too(python: Path, tmp_path: Path) -> None:
    # The Pythons for which pip finds no other: those without the GIL, and PyPy.
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for wheel in Path(WHEELS).glob("*-py3-none-*.whl"):
        shutil.copy(wheel, wheels)
    clean = install(python, wheels, tmp_path)
    check_installed(clean, tmp_path)
    assert not is_native(clean, tmp_path)

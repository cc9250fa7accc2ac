"""A library that is missing, another one, too old or too new is refused with a message that helps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flagbit import _codes

ABI = f"{_codes.ABI_MAJOR}.{_codes.ABI_MINOR}"
VERSIONS = 'const char *flagbit_version(void) { return "9.8.7"; }\nunsigned flagbit_abi_version(void) { return %s; }\n'


def compiled(folder: Path, code: str) -> Path:
    source, library = folder / "fake.c", folder / "libfake.so"
    source.write_text(code)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    return library


def refusal(path: Path | str) -> str:
    """Returns the output of `import flagbit` with a library."""
    code = "try:\n import flagbit\nexcept ImportError as error:\n print(type(error).__name__, error.path, error)"
    environment = os.environ | {"FLAGBIT_LIBRARY_PATH": str(path)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    kind, found, message = run.stdout.split(" ", 2)
    assert (kind, found) == ("LibraryError", str(path))
    assert f"needs FlagBit's C library with the ABI {ABI}" in message
    assert "FLAGBIT_LIBRARY_PATH" in message
    return message


def test_a_missing_library(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "libflagbit.so")


def test_a_file_that_is_no_library(tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("not a library")
    assert "cannot be loaded" in refusal(tmp_path / "text.so")


def test_a_foreign_library(tmp_path: Path) -> None:
    message = refusal(compiled(tmp_path, "int other(void) { return 1; }\n"))
    assert "another library: it has no function flagbit_abi_version" in message


@pytest.mark.parametrize(("number", "abi"), [("0", "0.0"), ("3", "0.3"), ("2 << 16", "2.0"), ("2 << 16 | 3", "2.3")])
def test_a_library_of_another_abi(tmp_path: Path, number: str, abi: str) -> None:
    assert f"its ABI is {abi} (version 9.8.7)" in refusal(compiled(tmp_path, VERSIONS % number))


@pytest.mark.parametrize("later", [0, 7])
def test_a_library_that_lacks_a_function(tmp_path: Path, later: int) -> None:
    """The library states a compatible ABI, the same or a newer minor one, so a missing function is the next fault."""
    number = str(_codes.ABI_MAJOR << 16 | (_codes.ABI_MINOR + later))
    assert "it has no function flagbit_status_message" in refusal(compiled(tmp_path, VERSIONS % number))


def test_without_the_variable_the_remedy_is_to_reinstall(tmp_path: Path) -> None:
    package = Path(__file__).parents[1] / "src" / "flagbit"
    copy = tmp_path / "flagbit"
    copy.mkdir()
    for file in package.glob("*.py"):
        (copy / file.name).write_bytes(file.read_bytes())
    environment = {name: value for name, value in os.environ.items() if name != "FLAGBIT_LIBRARY_PATH"}
    environment["PYTHONPATH"] = str(tmp_path)
    run = subprocess.run([sys.executable, "-c", "import flagbit"], env=environment, capture_output=True, text=True)
    assert run.returncode == 1
    assert "reinstall the package flagbit" in run.stderr
    assert str(copy / "libflagbit.so") in run.stderr

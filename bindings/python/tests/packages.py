"""Building and installing packages, for the tests of what strangers install."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import flagbit
from conftest import REPOSITORY

PROJECT = REPOSITORY / "bindings/python"
VARIABLES = (
    "FLAGBIT_LIBRARY",
    "FLAGBIT_LIBRARY_PATH",
    "FLAGBIT_NATIVE",
    "FLAGBIT_NO_NATIVE",
    "FLAGBIT_PLATFORM",
    "PYTHONPATH",
)


def run(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a command with none of FlagBit's variables but the given ones."""
    inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return subprocess.run(
        [str(part) for part in command], cwd=folder, env=inherited | environment, capture_output=True, text=True
    )


def succeed(*command: str | Path, folder: Path, **environment: str) -> str:
    done = run(*command, folder=folder, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(kind: str, folder: Path, **environment: str) -> Path:
    """Builds a wheel or an sdist with the hatchling of this environment."""
    command = (sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", folder / "dist", PROJECT)
    succeed(*command, folder=folder, **environment)
    (built,) = (folder / "dist").iterdir()
    return built


def example(heading: str, python: Path, folder: Path) -> str:
    """Returns the output that the README states for the first example below a heading."""
    _, _, section = (PROJECT / "README.md").read_text().partition(f"\n## {heading}\n")
    found = re.search(r"```python\n(.*?)```", section, flags=re.DOTALL)
    assert found
    (folder / "example.py").write_text(found[1])
    return succeed(python, "example.py", folder=folder)


def is_native(python: Path, folder: Path, **environment: str) -> bool:
    """Returns whether the extension answers in an installed package."""
    code = "import flagbit; print(flagbit.native, flagbit.Client.for_testing({'on': True}).is_enabled('on'))"
    native, answer = succeed(python, "-c", code, folder=folder, **environment).split()
    assert answer == "True"
    return native == "True"


def check_installed(python: Path, folder: Path) -> None:
    """Checks that an installed package runs the README's first example and follows a server, with the library next to
    it."""
    assert example("Ten lines", python, folder) == "True\npercentage_rollout\n"
    assert succeed(python, Path(__file__).with_name("follow.py"), folder=folder) == "ready\n"
    code = "import flagbit, flagbit._ffi as f; print(flagbit.__version__, f._path, flagbit.__file__)"
    version, library, module = succeed(python, "-c", code, folder=folder).split()
    assert version == flagbit.__version__
    assert Path(library).parent == Path(module).parent
    assert Path(library).is_relative_to(folder)

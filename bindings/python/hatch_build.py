"""Puts the C library next to the Python code: builds the library with cargo, or takes one that is already built.

FLAGBIT_LIBRARY   the path of a library to take instead of building one
FLAGBIT_PLATFORM  the wheel's platform tag, such as manylinux_2_17_x86_64, if the library was built for that platform
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = {"darwin": "libflagbit.dylib", "win32": "flagbit.dll"}.get(sys.platform, "libflagbit.so")

# The files that cargo needs to build the crate: in `rust` in an sdist, two folders up in the repository.
CRATE = [
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "LICENSE",
    "src",
    "include",
    "benches/evaluation.rs",
    "benches/fresh",
    "benches/model.rs",
]


class LibraryHook(BuildHookInterface[Any]):
    """Called by hatchling for each wheel and sdist."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the library to a wheel, or the crate's sources to an sdist."""
        own = Path(self.root, "rust")
        crate = own if own.exists() else Path(self.root).parent.parent
        if self.target_name == "sdist":
            build_data["force_include"] |= {str(crate / name): f"rust/{name}" for name in CRATE}
            return
        library = os.environ.get("FLAGBIT_LIBRARY") or build_library(crate)
        if not Path(library).is_file():
            raise FileNotFoundError(f"FLAGBIT_LIBRARY names no file: {library}")
        if version == "editable":
            shutil.copy(library, Path(self.root, "src", "flagbit", NAME))
        else:
            build_data["force_include"][str(Path(library).resolve())] = f"flagbit/{NAME}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ.get('FLAGBIT_PLATFORM') or platform_tag()}"


def build_library(crate: Path) -> str:
    """Builds the library with the release settings, and returns its path."""
    command = ["cargo", "rustc", "--profile", "dist", "--lib", "--crate-type", "cdylib"]
    command += ["--locked", "--manifest-path", str(crate / "Cargo.toml")]
    # Cargo tells where the library is, since the environment or a configuration file may move its target folder.
    command += ["--message-format", "json-render-diagnostics"]
    try:
        built = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    except FileNotFoundError:
        raise SystemExit(
            "flagbit: building the C library needs cargo, which was not found. Install Rust 1.88 or newer "
            "(https://rustup.rs), or name a library that is already built in FLAGBIT_LIBRARY."
        ) from None
    except subprocess.CalledProcessError as error:
        raise SystemExit(
            f"flagbit: cargo could not build the C library, see above (exit code {error.returncode})"
        ) from None
    files: list[str] = [file for line in built.stdout.splitlines() for file in json.loads(line).get("filenames", [])]
    return next(file for file in files if Path(file).name == NAME)


def platform_tag() -> str:
    """Returns the platform that cargo builds for here: this machine's and no wider one."""
    if sys.platform == "darwin":
        # This is Rust's default target, not the one that this Python was built for. Pip takes no 10.x on arm64.
        oldest = {"arm64": "11.0", "x86_64": "10.12"}[platform.machine()]
        major, minor = f"{os.environ.get('MACOSX_DEPLOYMENT_TARGET', oldest)}.0".split(".")[:2]
        return f"macosx_{major}_{minor if major == '10' else 0}_{platform.machine()}"
    tag = sysconfig.get_platform()
    return tag.replace("-", "_").replace(".", "_")

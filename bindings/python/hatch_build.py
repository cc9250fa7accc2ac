"""Puts the C library and the extension next to the Python code: builds them, or takes those that are already built.

FLAGBIT_LIBRARY   the path of a library to take instead of building one with cargo
FLAGBIT_NATIVE    the path of an extension to take instead of compiling one; 0 for a wheel without an extension
FLAGBIT_PLATFORM  the wheel's platform tag, such as manylinux_2_17_x86_64, if both were built for that platform

A wheel with the extension is for CPython 3.10 and newer, one without it for any Python.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = {"darwin": "libflagbit.dylib", "win32": "flagbit.dll"}.get(sys.platform, "libflagbit.so")
EXTENSION = "_native.pyd" if sys.platform == "win32" else "_native.abi3.so"

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

    _compiled: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the library to a wheel, or the crate's sources to an sdist."""
        own = Path(self.root, "rust")
        crate = own if own.exists() else Path(self.root).parent.parent
        if self.target_name == "sdist":
            build_data["force_include"] |= {str(crate / name): f"rust/{name}" for name in CRATE}
            return
        files = {NAME: named("FLAGBIT_LIBRARY") or build_library(crate)}
        if extension := self.extension(crate):
            files[EXTENSION] = extension
        for name, file in files.items():
            if version == "editable":
                shutil.copy(file, Path(self.root, "src", "flagbit", name))
            else:
                build_data["force_include"][str(file.resolve())] = f"flagbit/{name}"
        python = "cp310-abi3" if extension else "py3-none"
        build_data["pure_python"] = False
        build_data["tag"] = f"{python}-{os.environ.get('FLAGBIT_PLATFORM') or platform_tag()}"

    def finalize(self, _version: str, _build_data: dict[str, Any], _artifact_path: str) -> None:
        """Removes what was compiled."""
        if self._compiled:
            self._compiled.cleanup()

    def extension(self, crate: Path) -> Path | None:
        """Returns the path of the extension, or None if the wheel is to have none."""
        if os.environ.get("FLAGBIT_NATIVE") == "0":
            return None
        if given := named("FLAGBIT_NATIVE"):
            return given
        if not can_load_extension():
            return None
        self._compiled = tempfile.TemporaryDirectory()
        try:
            return compile_extension(Path(self.root, "native"), crate / "include", Path(self._compiled.name))
        except Exception as error:
            self.app.display_warning(
                f"flagbit: the extension in C cannot be compiled, so every call goes through ctypes, which is slower. "
                f"It needs a C compiler and Python's headers. {error}"
            )
            return None


def named(variable: str) -> Path | None:
    """Returns the file that a variable names, or None if the variable is not set. Raises FileNotFoundError."""
    value = os.environ.get(variable)
    if not value:
        return None
    if not Path(value).is_file():
        raise FileNotFoundError(f"{variable} names no file: {value}")
    return Path(value)


def can_load_extension() -> bool:
    """Returns whether this Python loads extensions of CPython's stable ABI. One without the GIL does not."""
    return platform.python_implementation() == "CPython" and not sysconfig.get_config_var("Py_GIL_DISABLED")


def compile_extension(sources: Path, include: Path, into: Path) -> Path:
    """Compiles the extension, and returns its path. Raises whatever the compiler's absence or refusal raises."""
    from setuptools import Distribution, Extension  # type: ignore[import-untyped]

    extension = Extension(
        "_native",
        sorted(map(str, sources.glob("*.c"))),
        include_dirs=[str(include)],
        define_macros=[("Py_LIMITED_API", "0x030A0000")],
        extra_compile_args=[] if sys.platform == "win32" else ["-std=c11", "-O2", "-g0", "-fvisibility=hidden"],
        py_limited_api=True,
    )
    command = Distribution({"name": "flagbit", "ext_modules": [extension]}).get_command_obj("build_ext")
    command.build_lib, command.build_temp = str(into), str(into / "objects")
    command.ensure_finalized()
    command.run()
    (built,) = into.glob("_native.*")
    return built


def build_library(crate: Path) -> Path:
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
    return next(path for path in map(Path, files) if path.name == NAME)


def platform_tag() -> str:
    """Returns the platform that cargo builds for here: this machine's and no wider one."""
    if sys.platform == "darwin":
        # This is Rust's default target, not the one that this Python was built for. Pip takes no 10.x on arm64.
        oldest = {"arm64": "11.0", "x86_64": "10.12"}[platform.machine()]
        major, minor = f"{os.environ.get('MACOSX_DEPLOYMENT_TARGET', oldest)}.0".split(".")[:2]
        return f"macosx_{major}_{minor if major == '10' else 0}_{platform.machine()}"
    tag = sysconfig.get_platform()
    return tag.replace("-", "_").replace(".", "_")

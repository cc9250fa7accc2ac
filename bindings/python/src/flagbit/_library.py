"""Finds and loads the C library, and refuses an incompatible one before anything else is called."""

from __future__ import annotations

import os
import sys
from ctypes import CDLL, PyDLL, c_char_p, c_uint32
from pathlib import Path

from ._codes import ABI_MAJOR, ABI_MINOR
from .errors import LibraryError

PATH_VARIABLE = "FLAGBIT_LIBRARY_PATH"

_NAMES = {"darwin": "libflagbit.dylib", "win32": "flagbit.dll"}
NAME = _NAMES.get(sys.platform, "libflagbit.so")


def library_path() -> str:
    """Returns the library's path: from the environment, or next to this file, where the wheel puts the library."""
    return os.environ.get(PATH_VARIABLE) or str(Path(__file__).with_name(NAME))


def load(path: str) -> tuple[PyDLL, CDLL]:
    """Loads the library twice: for calls of nanoseconds, which keep the GIL, and for blocking calls, which release it.

    Raises LibraryError.
    """
    try:
        fast, blocking = PyDLL(path), CDLL(path)
    except OSError as error:
        raise _error(path, f"it cannot be loaded: {error}") from error
    try:
        abi_version, version = fast["flagbit_abi_version"], fast["flagbit_version"]
    except AttributeError as error:
        raise _error(path, "it is another library: it has no function flagbit_abi_version") from error
    abi_version.restype, abi_version.argtypes = c_uint32, []
    version.restype, version.argtypes = c_char_p, []
    major, minor = divmod(abi_version(), 1 << 16)
    if major != ABI_MAJOR or minor < ABI_MINOR:
        raise _error(path, f"its ABI is {major}.{minor} (version {version().decode()})")
    return fast, blocking


def lacks(path: str, function: str) -> LibraryError:
    """Returns the error for a library that states a compatible ABI but lacks some of its functions."""
    return _error(path, f"it has no function {function}")


def _error(path: str, found: str) -> LibraryError:
    needed = f"this package needs FlagBit's C library with the ABI {ABI_MAJOR}.{ABI_MINOR}, or a later {ABI_MAJOR}.x"
    if os.environ.get(PATH_VARIABLE):
        remedy = f"{PATH_VARIABLE} names this file: unset it to use the package's own library, or name a fitting one"
    else:
        remedy = f"reinstall the package flagbit, or name a fitting library in {PATH_VARIABLE}"
    return LibraryError(f"cannot use {path}: {found}; {needed}; {remedy}", path)

"""What can go wrong. Evaluations raise none of these: what they find is in `Evaluation.error_code`."""

from __future__ import annotations


class FlagBitError(Exception):
    """The base of all errors of this package.

    `status` is the name of the C library's status, such as `SNAPSHOT_REFUSED`, or None where the library was not
    asked.
    """

    status: str | None

    def __init__(self, message: str, status: str | None = None) -> None:
        super().__init__(message)
        self.status = status


class SnapshotError(FlagBitError, ValueError):
    """A snapshot, or the values of an override, are refused; the message names the place. What was in force stays."""


class FileError(FlagBitError, OSError):
    """A snapshot's file cannot be read."""


class ContextError(FlagBitError, ValueError):
    """A Context cannot be built; the message names the attribute."""


class ClosedError(FlagBitError):
    """The client is closed."""


class LibraryError(FlagBitError, ImportError):
    """FlagBit's C library is missing, is another library, or does not fit this package. Raised by `import flagbit`."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path

    def __reduce__(self) -> tuple[type[LibraryError], tuple[str, str]]:
        return type(self), (str(self), str(self.path))

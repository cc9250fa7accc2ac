"""The errors of this package. Evaluations raise none of them: `Evaluation.error_code` has an evaluation's error."""

from __future__ import annotations


class FlagBitError(Exception):
    """The base of all errors of this package.

    `status` is the name of the C library's status, such as `SNAPSHOT_REFUSED`, or None if the error is not the
    library's.
    """

    status: str | None

    def __init__(self, message: str, status: str | None = None) -> None:
        super().__init__(message)
        self.status = status


class SnapshotError(FlagBitError, ValueError):
    """A snapshot or an override's values are refused. The message names the place. The old flags stay in force."""


class FileError(FlagBitError, OSError):
    """A snapshot's file cannot be read."""


class ContextError(FlagBitError, ValueError):
    """A Context cannot be built. The message names the attribute."""


class ClosedError(FlagBitError):
    """The client is closed."""


class LibraryError(FlagBitError, ImportError):
    """FlagBit's C library is missing, is another library, or is incompatible. Raised by `import flagbit`."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path

    def __reduce__(self) -> tuple[type[LibraryError], tuple[str, str]]:
        return type(self), (str(self), str(self.path))

"""FlagBit answers whether a feature is on for a user: in this process, and the same in every language."""

__version__ = "0.1.0"

from ._flag import Flag
from ._native_calls import is_native as native
from .client import Client
from .context import AttributeValue, Context
from .errors import ClosedError, ContextError, FileError, FlagBitError, LibraryError, SnapshotError
from .evaluation import ErrorCode, Evaluation, FlagValue, Reason
from .status import State, Status

__all__ = [
    "AttributeValue",
    "Client",
    "ClosedError",
    "Context",
    "ContextError",
    "ErrorCode",
    "Evaluation",
    "FileError",
    "Flag",
    "FlagBitError",
    "FlagValue",
    "LibraryError",
    "Reason",
    "SnapshotError",
    "State",
    "Status",
    "__version__",
    "native",
]

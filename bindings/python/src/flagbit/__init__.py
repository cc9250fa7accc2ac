"""FlagBit: is this feature on for this user? Answered in this process, the same in every language."""

__version__ = "0.1.0"

from .client import Client
from .context import AttributeValue, Context
from .errors import ClosedError, ContextError, FileError, FlagBitError, LibraryError, SnapshotError
from .evaluation import Evaluation, FlagValue
from .status import Status

__all__ = [
    "AttributeValue",
    "Client",
    "ClosedError",
    "Context",
    "ContextError",
    "Evaluation",
    "FileError",
    "FlagBitError",
    "FlagValue",
    "LibraryError",
    "SnapshotError",
    "Status",
    "__version__",
]

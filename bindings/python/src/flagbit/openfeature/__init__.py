"""FlagBit as a provider of OpenFeature: `pip install "flagbit[openfeature]"`. The rest of the package needs no SDK."""

try:
    import openfeature.provider  # noqa: F401
except ModuleNotFoundError as error:
    message = 'flagbit.openfeature needs the SDK of OpenFeature: pip install "flagbit[openfeature]"'
    raise ImportError(message) from error

from ._provider import FlagBitProvider

__all__ = ["FlagBitProvider"]

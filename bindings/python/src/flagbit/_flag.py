"""One flag of a client, for code that asks it again and again."""

from __future__ import annotations

from ctypes import byref
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex, TypeVar, overload

from . import _ffi
from ._native_calls import Holder, is_native
from .context import Attributes, Context
from .evaluation import Evaluation, FlagValue

if TYPE_CHECKING:
    from .client import Client

_Value = TypeVar("_Value", bool, str, int, float, dict[str, Any], list[Any])


class Flag(Holder):
    """One flag of a client, which `Client.flag` makes.

    It answers as its client does for its key, whatever the flags in force are meanwhile: a new snapshot, an override, a
    flag that appears later or disappears. It keeps its client alive. After the client's `close` it gives the default.
    Any number of threads may use one at once. Its evaluations never raise.
    """

    __slots__ = ("_client", "key")
    _client: Client
    key: str
    """The flag's key."""

    def __init__(self, client: Client, flag_key: str) -> None:
        if not isinstance(flag_key, str):
            raise TypeError(f"a flag key is a str, not {type(flag_key).__name__}")
        self._client, self.key = client, flag_key
        if is_native:
            # Of a call by ctypes the look-up is a small part. One thread at a time may ask: the GIL sees to that.
            key, handle = flag_key.encode("utf-8", "surrogatepass"), _ffi.FlagHandle()
            _ffi.flag_new(client._handle, key, len(key), byref(handle))
            self._handle = handle

    def is_enabled(self, context: Context | Attributes | None = None, default: bool = False) -> bool:
        """Returns whether the flag is on, as `Client.is_enabled` does."""
        return self._client.is_enabled(self.key, context, default)

    def evaluate(self, context: Context | Attributes | None = None, default: FlagValue = False) -> Evaluation:
        """Returns the flag's answer and the reason for it, as `Client.evaluate` does."""
        return self._client.evaluate(self.key, context, default)

    @overload
    def value(self, context: Context | Attributes | None = None, *, default: _Value) -> _Value: ...

    @overload
    def value(self, context: Context | Attributes | None, default: _Value) -> _Value: ...

    def value(self, context: Context | Attributes | None = None, default: Any = ...) -> Any:
        """Returns the flag's value if it has the type of `default`, as `Client.value` does."""
        return self._client.value(self.key, context, default)

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a Flag cannot be copied or pickled: share it, or call Client.flag again")

    def __repr__(self) -> str:
        return f"<flagbit.Flag {self.key!r} of {self._client!r}>"

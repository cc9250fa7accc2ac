"""The FlagBit client."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ctypes import byref, c_uint64
from dataclasses import replace
from types import TracebackType
from typing import Any, NoReturn, SupportsIndex, TypeVar, overload

from . import _ffi
from ._calls import call, texts
from ._evaluate import Evaluator, all_failed, truth
from ._explain import explain, unexplained
from ._ffi import is_enabled_unchecked, is_enabled_with_unchecked
from ._fitting import fitting
from ._flag import Flag
from ._greenlets import greenlets
from ._listeners import Callback, Listeners, StateCallback, drain_log
from ._native_calls import Holder, install
from ._open import (
    Path,
    Snapshot,
    header_lines,
    milliseconds,
    open_client,
    open_text,
    path_bytes,
    snapshot_bytes,
    values_bytes,
)
from ._pack import KEYS, pack
from ._question import UnanswerableError
from .context import Attributes, Context
from .errors import FlagBitError
from .evaluation import Evaluation, FlagValue
from .status import Status, read_status

AnyContext = Context | Attributes | None
Self = TypeVar("Self", bound="Client")

_WAIT_SLICE = 0.2
"""How long a wait may keep Python from running signal handlers, such as that of Ctrl-C, in seconds."""

_GREENLET_SLICE = 0.02
"""How often a waiting greenlet looks again, in seconds."""

_MISSING: Any = ...
"""Stands for a default that the caller did not give."""

_NO_URL = (
    "a server's URL begins with http:// or https://, and {!r} does not. If it is the path of a file with a snapshot: "
    "Client.from_file({!r})"
)


class Client(Holder):
    """Answers whether a feature is on for a user, from flags in memory.

    The constructor opens a client of a server; `from_snapshot`, `from_file` and `for_testing` open others. Any number
    of threads may call all methods at once, `close` included. Evaluations never raise, whatever they are given. After a
    fork the child goes on with the flags that it inherited; it follows the server or the watched file, and calls its
    listeners, as well.
    """

    __slots__ = ("__weakref__", "_evaluator", "_listeners", "_unsupported_noted")

    _handle: _ffi.ClientHandle
    _evaluator: Evaluator
    _listeners: Listeners
    _unsupported_noted: bool

    def __new__(cls: type[Self], *_arguments: object, **_options: object) -> Self:
        """Makes a client that is not open yet. It stays so if a subclass forgets `super().__init__`."""
        client = Holder.__new__(cls)
        client._hold(_ffi.ClientHandle())
        return client

    def __init__(
        self,
        url: str,
        *,
        server_key: str | None = None,
        api_key: str | None = None,
        project_id: int | None = None,
        poll_interval: float | None = None,
        stream: bool = False,
        bootstrap: Snapshot | None = None,
        cache_path: Path | None = None,
        connect_timeout: float | None = None,
        timeout: float | None = None,
        stale_after: float | None = None,
        ca_file: Path | None = None,
        system_roots: bool = False,
        proxy: str | None = None,
        headers: Mapping[str, str] | None = None,
        max_snapshot_bytes: int | None = None,
    ) -> None:
        """Opens a client of a FlagBit server and fetches the flags in the background. Never waits for the network.

        All durations are in seconds.

        `url`: the server's base URL.
        `server_key`: a server key, `fbsrv_...`. For the hosted service: `api_key`, `fb_...`, and `project_id` instead.
        `poll_interval`: how often the client asks the server; 30 by default, at least 1 (60 with an API key).
        `stream`: lets the server announce changes at once, over a connection that stays open. If that fails, the
        client polls.
        `bootstrap`: a snapshot that serves until there is a better one.
        `cache_path`: a file that keeps the last good snapshot, for a start without the server. Processes may share it.
        `connect_timeout`: the limit for resolving the server's name, and for connecting; 5 by default.
        `timeout`: the limit for a whole request; 30 by default.
        `stale_after`: how old the last contact may be before the state is `stale`; 3 intervals by default.
        `ca_file`: a PEM file with the authorities to trust instead of those compiled in.
        `system_roots`: trusts the operating system's authorities instead of those compiled in.
        `proxy`: the URL of a proxy; by default the one that the environment names.
        `headers`: additional headers of each request.
        `max_snapshot_bytes`: the largest snapshot that the client accepts; 32 MiB by default.

        What the library reports about the server goes to the logger `flagbit` at once, from a daemon thread.

        Raises FlagBitError for options that do not fit together and if no thread can be started, SnapshotError for an
        invalid bootstrap, FileError for an unreadable `ca_file`, and TypeError.
        """
        if self._handle:
            raise TypeError("this client is open already: make another")
        if isinstance(url, str) and "://" not in url:
            raise FlagBitError(_NO_URL.format(url, url), _ffi.Status.INVALID_ARGUMENT.name)
        option = _ffi.Option
        self._use(
            open_client(
                {
                    option.URL: url,
                    option.SERVER_KEY: server_key,
                    option.API_KEY: api_key,
                    option.PROJECT_ID: project_id,
                    option.POLL_INTERVAL_MS: milliseconds(poll_interval),
                    option.STREAM: bool(stream),
                    option.BOOTSTRAP: None if bootstrap is None else snapshot_bytes(bootstrap),
                    option.CACHE_PATH: path_bytes(cache_path),
                    option.CONNECT_TIMEOUT_MS: milliseconds(connect_timeout),
                    option.TIMEOUT_MS: milliseconds(timeout),
                    option.STALE_AFTER_MS: milliseconds(stale_after),
                    option.CA_FILE: path_bytes(ca_file),
                    option.SYSTEM_ROOTS: bool(system_roots),
                    option.PROXY: proxy,
                    option.HEADER: header_lines(headers),
                    option.MAX_SNAPSHOT_BYTES: max_snapshot_bytes,
                }
            )
        )
        try:
            self._listeners.start()
        except FlagBitError:
            _ffi.client_close(self._handle)
            raise

    @classmethod
    def from_snapshot(cls: type[Self], snapshot: Snapshot, *, max_snapshot_bytes: int | None = None) -> Self:
        """Opens a client of a snapshot in memory: its JSON text, or the object that `json.loads` makes of it.

        `max_snapshot_bytes` limits the text; 32 MiB by default. Raises SnapshotError, TypeError.
        """
        return cls._of(open_text(snapshot_bytes(snapshot), max_snapshot_bytes))

    @classmethod
    def from_file(
        cls: type[Self],
        path: Path,
        watch: bool = False,
        *,
        max_snapshot_bytes: int | None = None,
    ) -> Self:
        """Opens a client of a snapshot in a file.

        With `watch` the client checks the file each second and follows its changes; the file may be missing at first.
        Without `watch` the client reads the file once. Raises FileError and SnapshotError (but with `watch` `status`
        has them instead), FlagBitError if no thread can be started, and TypeError.
        """
        option = _ffi.Option
        settings = {
            option.FILE: path_bytes(path),
            option.WATCH: bool(watch),
            option.MAX_SNAPSHOT_BYTES: max_snapshot_bytes,
        }
        return cls._of(open_client(settings))

    @classmethod
    def for_testing(cls: type[Self], values: Mapping[str, FlagValue]) -> Self:
        """Opens a client of flags that give everybody the same answer, for tests.

        Example: `Client.for_testing({"on": True, "theme": "dark", "limit": 5})`.

        Raises SnapshotError, TypeError.
        """
        return cls._of(open_client({_ffi.Option.VALUES: values_bytes(values)}))

    @classmethod
    def _of(cls: type[Self], handle: _ffi.ClientHandle) -> Self:
        client = cls.__new__(cls)
        client._use(handle)
        return client

    def _use(self, handle: _ffi.ClientHandle) -> None:
        self._hold(handle)
        drain_log(handle)

    def _hold(self, handle: _ffi.ClientHandle) -> None:
        self._handle = handle
        self._evaluator = Evaluator(handle)
        self._listeners = Listeners(handle)
        self._unsupported_noted = False

    def is_enabled(self, flag_key: str, context: AnyContext = None, default: bool = False) -> bool:
        """Returns whether a boolean flag is on, or the truth of `default` if there is no answer. Never raises.

        A typed flag is not a boolean, so it gives the truth of `default`, too. `evaluate` tells why.

        `context`: a Context, a mapping of attributes, or None for no attributes.
        """
        try:
            key = KEYS[flag_key]
            if type(context) is Context:
                return is_enabled_unchecked(self._handle, key, context._handle, bool(default))  # type: ignore[no-any-return]
            if context is None:
                return is_enabled_unchecked(self._handle, key, None, bool(default))  # type: ignore[no-any-return]
            if type(context) is dict:
                packed, unsupported = pack(context)
                if not unsupported:
                    return is_enabled_with_unchecked(self._handle, key, packed, bool(default))  # type: ignore[no-any-return]
        except Exception:
            pass  # A new key, or anything unusual: the slow way handles them all.
        value = self.evaluate(flag_key, context, default).value
        return value if type(value) is bool else truth(default)

    def evaluate(self, flag_key: str, context: AnyContext = None, default: FlagValue = False) -> Evaluation:
        """Returns a flag's answer and the reason for it. Never raises: see `Evaluation.error_code`.

        A typed flag answers with its own value, whatever the type of `default`.

        `context`: a Context, a mapping of attributes, or None for no attributes. A context of another type gives
        `INVALID_CONTEXT`, and a key that is not a str gives `GENERAL`.
        """
        if self._listeners.trouble is not None:
            self._listeners.start_again()
        evaluation, unsupported = self._evaluator.evaluate(flag_key, context, default)
        if unsupported:
            self._note_unsupported()
        return evaluation

    @overload
    def value(self, flag_key: str, context: AnyContext = None, *, default: bool) -> bool: ...

    @overload
    def value(self, flag_key: str, context: AnyContext, default: bool) -> bool: ...

    @overload
    def value(self, flag_key: str, context: AnyContext = None, *, default: str) -> str: ...

    @overload
    def value(self, flag_key: str, context: AnyContext, default: str) -> str: ...

    @overload
    def value(self, flag_key: str, context: AnyContext = None, *, default: int) -> int: ...

    @overload
    def value(self, flag_key: str, context: AnyContext, default: int) -> int: ...

    @overload
    def value(self, flag_key: str, context: AnyContext = None, *, default: float) -> float: ...

    @overload
    def value(self, flag_key: str, context: AnyContext, default: float) -> float: ...

    @overload
    def value(self, flag_key: str, context: AnyContext = None, *, default: dict[str, Any]) -> dict[str, Any]: ...

    @overload
    def value(self, flag_key: str, context: AnyContext, default: dict[str, Any]) -> dict[str, Any]: ...

    @overload
    def value(self, flag_key: str, context: AnyContext = None, *, default: list[Any]) -> list[Any]: ...

    @overload
    def value(self, flag_key: str, context: AnyContext, default: list[Any]) -> list[Any]: ...

    def value(self, flag_key: str, context: AnyContext = None, default: FlagValue = _MISSING) -> FlagValue:
        """Returns a flag's value if it has the type of `default`, or `default` otherwise. Never raises.

        The type of `default` chooses the flag's type: a bool asks a boolean flag, a str a string flag, an int a number
        without a fraction from -2^63 to 2^64-1, a float a number, a dict or a list JSON of that kind. An int is exact;
        a float is the nearest one. A bool is not a number. A dict or a list belongs to the caller.
        """
        if type(default) is bool:
            return self.is_enabled(flag_key, context, default)
        if default is _MISSING:
            raise TypeError('Client.value() needs a default: value("theme", user, "light") or default="light"')
        if self._listeners.trouble is not None:
            self._listeners.start_again()
        value, unsupported = self._evaluator.value(flag_key, context)
        if unsupported:
            self._note_unsupported()
        try:
            return fitting(value, default)
        except Exception:
            return default  # It fails when it is asked for its type.

    def flag(self, flag_key: str) -> Flag:
        """Returns one flag, for code that asks it again and again: its evaluations look up no key.

        The flag need not exist yet. Raises TypeError for a key that is not a str.
        """
        return Flag(self, flag_key)

    def explain(self, flag_key: str, context: AnyContext = None) -> dict[str, Any]:
        """Returns a flag's answer and how it came about: each rule, and which of its conditions hold. Never raises.

        It is for people: for a support page, or a test that fails. It is slow, and contains the attributes' values.
        """
        explanation = explain(self._handle, flag_key, context)
        self._drain_log()
        return explanation or unexplained(self.evaluate(flag_key, context))

    def evaluate_all(self, context: AnyContext = None) -> dict[str, Evaluation]:
        """Returns all flags' answers by key, sorted, from one state of the client. The default is False. Never
        raises."""
        try:
            evaluations, unsupported = self._evaluator.evaluate_all(context)
        except UnanswerableError as error:
            return all_failed(self.flags(), str(error))
        if unsupported:
            self._note_unsupported()
        return evaluations

    def flags(self) -> list[str]:
        """Returns the keys of the flags in force, sorted, including those set aside."""
        return texts(_ffi.client_flags, self._handle)

    def warnings(self) -> list[str]:
        """Returns what is wrong with the flags that are set aside: the place and the reason of each."""
        return texts(_ffi.client_warnings, self._handle)

    def status(self) -> Status:
        """Returns the client's state. Raises FlagBitError for a client that was never opened."""
        self._drain_log()
        status = read_status(self._handle)
        trouble = self._listeners.trouble
        return status if trouble is None or status.last_error else replace(status, last_error=trouble)

    def load_snapshot(self, snapshot: Snapshot) -> None:
        """Puts another snapshot in force, in a client that `from_snapshot` made.

        Raises SnapshotError, after which the old snapshot stays in force; ClosedError; FlagBitError for a client of
        another source; TypeError.
        """
        text = snapshot_bytes(snapshot)
        try:
            call(_ffi.client_load, self._handle, text, len(text))
        finally:
            self._drain_log()

    def refresh(self, timeout: float | None = 5.0) -> bool:
        """Fetches the flags now, or reads the file. Returns True if that succeeded; if not, `status` tells why.

        `timeout`, in seconds, limits the wait for a fetch, which then goes on in the background. None waits for the
        fetch's end. For a snapshot in memory there is nothing to do. The calling thread blocks while other threads run,
        and a signal such as that of Ctrl-C is handled afterwards. If gevent or eventlet has patched the threads, the
        call runs on a thread of their pool, and only the calling greenlet waits.
        """
        within = milliseconds(max(0.0, _seconds(timeout)))
        if found := greenlets():
            status = found.on_thread(_ffi.client_refresh_within, self._handle, within, None)
        else:
            status = _ffi.client_refresh_within(self._handle, within, None)
        self._drain_log()
        return bool(status == _ffi.Status.OK)

    def wait_until_ready(self, timeout: float | None = 5.0) -> bool:
        """Waits until there are flags. Returns False when `timeout`, in seconds, is over or the client is closed. Also
        returns False, at once, without flags if the server refuses the key or the address: see `status`.

        None waits for as long as it takes. The calling thread blocks while other threads run. If gevent or eventlet has
        patched the threads, only the calling greenlet waits.
        """
        found = greenlets()
        deadline = time.monotonic() + _seconds(timeout)
        while True:
            left = deadline - time.monotonic()
            wait = 0.0 if found else max(0.0, min(left, _WAIT_SLICE))
            status = _ffi.client_wait_until_ready(self._handle, milliseconds(wait))
            if status != _ffi.Status.TIMEOUT or left <= wait:
                self._drain_log()
                return bool(status == _ffi.Status.OK)
            if found:
                found.sleep(min(left, _GREENLET_SLICE))

    def on_change(self, callback: Callback) -> Callable[[], None]:
        """Calls `callback` after each change of the flags, and returns a function that ends this.

        The callback gets the keys that may have changed, or None for all. Quick changes may come as one call. The
        callback runs on a thread of this client (a daemon that starts with the first listener); an exception of the
        callback is logged. A callback that refers to the client keeps it alive until `close`.
        """
        return self._listeners.on_change(callback)

    def on_state_change(self, callback: StateCallback) -> Callable[[], None]:
        """Calls `callback` with a Status after each change of `Status.state`, and returns a function that ends this.

        The callback may miss a state that was over at once, and does not hear of the client's closing. Everything else
        is as for `on_change`, and on the same thread.
        """
        return self._listeners.on_state_change(callback)

    @contextmanager
    def override(self, values: Mapping[str, FlagValue]) -> Iterator[None]:
        """Overrides the snapshot within a `with` block: flags give everybody the same answer, on all threads.

        A bool answers for a boolean flag; a str, a number, a dict or a list answers for a typed one. If a flag has
        several overrides, the latest wins. Raises SnapshotError, ClosedError, TypeError.
        """
        text, number = values_bytes(values), c_uint64()
        call(_ffi.override_start, self._handle, text, len(text), byref(number))
        try:
            yield
        finally:
            # A client that was closed meanwhile has no override to end.
            _ffi.override_end(self._handle, number)

    def close(self) -> None:
        """Closes the client: from here on evaluations give the default, and waiting calls return.

        Returns at once, and may be called more than once. You need not close a client at the end of a process.
        """
        _ffi.client_close(self._handle)
        self._drain_log()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self, _close: Callable[[_ffi.ClientHandle], object] = _ffi.client_close) -> None:
        # The thread of the listeners has the handle too: closing ends the thread, and the last reference goes.
        # At the interpreter's end the module may be empty already, but this argument is not.
        _close(self._handle)

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            "a Client cannot be copied or pickled: share it between threads, or make another. "
            "A forked process goes on with the client that it inherited"
        )

    def __repr__(self) -> str:
        if not self._handle:
            return "<flagbit.Client, never opened>"
        status = read_status(self._handle)
        return f"<flagbit.Client of {status.source}: {status.state}, {status.flags} flags>"

    def _note_unsupported(self) -> None:
        # The library reports it once.
        if not self._unsupported_noted:
            self._unsupported_noted = True
            self._drain_log()

    def _drain_log(self) -> None:
        if self._handle:
            self._listeners.start_again()
            drain_log(self._handle)


install(Client, Flag, Context)


def _seconds(timeout: float | None) -> float:
    """Returns a timeout as a number. Raises TypeError, ValueError."""
    if timeout is None:
        return math.inf
    if math.isnan(timeout):
        raise ValueError("a timeout is a number of seconds, not NaN")
    return timeout

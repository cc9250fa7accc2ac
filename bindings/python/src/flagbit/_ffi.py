"""The C ABI, in the order of include/flagbit.h. A test compares the two."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_bool, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any, ClassVar, NoReturn, SupportsIndex

from . import _library
from ._codes import AttributeKind as AttributeKind
from ._codes import ErrorCode as ErrorCode
from ._codes import IntegerKind as IntegerKind
from ._codes import Kind as Kind
from ._codes import Option as Option
from ._codes import Reason as Reason
from ._codes import State as State
from ._codes import Status as Status
from ._codes import UnsupportedReason as UnsupportedReason


class Handle(c_void_p):
    """An object of the library, which is freed with the last reference to the handle.

    The arguments of a call are such references, so nothing is freed while a thread is in a call that uses it.
    """

    free: ClassVar[Any]

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        # ctypes would copy the pointer, and both copies would free the object.
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled")

    def __del__(self) -> None:
        self.free(self)
        # The finalizer of another object in the same garbage may still call the library with this handle: NULL by then.
        self.value = None


class ClientHandle(Handle): ...


class ContextHandle(Handle): ...


class FlagHandle(Handle): ...


class ErrorHandle(Handle): ...


class OptionsHandle(Handle): ...


class Text(ctypes.Structure):
    _fields_ = [("offset", c_uint32), ("length", c_uint32)]


class TextList(ctypes.Structure):
    _fields_ = [("items", POINTER(Text)), ("count", c_size_t), ("text", c_void_p), ("text_length", c_size_t)]


class ClientReport(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("state", c_int32),
        ("generation", c_uint64),
        ("flags", c_uint64),
        ("flags_set_aside", c_uint64),
        ("unsupported_values", c_uint64),
        ("last_success_ms", c_int64),
        ("consecutive_failures", c_uint32),
        ("has_revision", c_uint32),
        ("revision", Text),
        ("source", Text),
        ("last_error", Text),
    ]


class Evaluation(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("error_code", c_int32),
        ("reason", c_int32),
        ("kind", c_int32),
        ("rule_index", c_int32),
        ("enabled", c_uint32),
        ("number", c_double),
        ("variant_id", c_uint64),
        ("generation", c_uint64),
        ("is_static", c_uint32),
        ("reserved", c_uint32),
        ("integer", c_uint64),
        ("integer_kind", c_int32),
        ("reserved2", c_uint32),
    ]


class Attribute(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("name_length", c_size_t),
        ("kind", c_int32),
        ("reason", c_int32),
        ("text", c_char_p),
        ("items", c_void_p),
        ("length", c_size_t),
        ("number", c_double),
        ("integer", c_uint64),
    ]


class FlagEvaluation(ctypes.Structure):
    _fields_ = [("key", Text), ("variant", Text), ("value", Text), ("evaluation", Evaluation)]


class Evaluations(ctypes.Structure):
    _fields_ = [
        ("items", c_void_p),
        ("count", c_size_t),
        ("item_size", c_size_t),
        ("text", c_void_p),
        ("text_length", c_size_t),
        ("generation", c_uint64),
    ]


# Made once: until CPython 3.12 the POINTER of one interpreter of a process forgets the types of the others.
TextListPointer = POINTER(TextList)
EvaluationsPointer = POINTER(Evaluations)

_path = _library.library_path()
_fast, _blocking = _library.load(_path)


def address(name: str) -> int | None:
    """Returns the address of a function of the library. Raises LibraryError."""
    try:
        return ctypes.cast(_fast[name], c_void_p).value
    except AttributeError as error:
        raise _library.lacks(_path, name) from error


def _function(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
    try:
        function: Any = library["flagbit_" + name]
    except AttributeError as error:
        raise _library.lacks(_path, "flagbit_" + name) from error
    function.restype, function.argtypes = result, arguments
    return function


def _quick(name: str, result: Any, *arguments: Any) -> Any:
    """Declares a call of nanoseconds, for which releasing the GIL would cost more than the call itself."""
    return _function(_fast, name, result, *arguments)


def _slow(name: str, result: Any, *arguments: Any) -> Any:
    """Declares a call that waits, reads, or works through a whole snapshot."""
    return _function(_blocking, name, result, *arguments)


_client, _context, _options, _flag = ClientHandle, ContextHandle, OptionsHandle, FlagHandle
_error_out = POINTER(ErrorHandle)
_attributes = POINTER(Attribute)
_list_out = POINTER(TextListPointer)
_size_out = POINTER(c_size_t)
_text_out = POINTER(Text)
_evaluation_out = POINTER(Evaluation)
_evaluations_out = POINTER(EvaluationsPointer)

version = _quick("version", c_char_p)
abi_version = _quick("abi_version", c_uint32)
status_message = _quick("status_message", c_char_p, c_int32)
reason_name = _quick("reason_name", c_char_p, c_int32)
error_code_name = _quick("error_code_name", c_char_p, c_int32)
state_name = _quick("state_name", c_char_p, c_int32)
text_list_free = _quick("text_list_free", None, POINTER(TextList))
error_status = _quick("error_status", c_int32, ErrorHandle)
error_message = _quick("error_message", c_char_p, ErrorHandle)
error_free = _quick("error_free", None, ErrorHandle)
context_new = _quick("context_new", c_int32, c_char_p, c_size_t, POINTER(ContextHandle), _error_out)
context_new_of = _quick("context_new_of", c_int32, _attributes, c_size_t, c_size_t, POINTER(ContextHandle), _error_out)
context_free = _quick("context_free", None, _context)
options_new = _quick("options_new", c_int32, POINTER(OptionsHandle))
options_set_string = _quick("options_set_string", c_int32, _options, c_int32, c_char_p, c_size_t, _error_out)
options_set_integer = _quick("options_set_integer", c_int32, _options, c_int32, c_int64, _error_out)
options_free = _quick("options_free", None, _options)
client_open = _slow("client_open", c_int32, _options, POINTER(ClientHandle), _error_out)
client_from_snapshot = _slow("client_from_snapshot", c_int32, c_char_p, c_size_t, POINTER(ClientHandle), _error_out)
client_load = _slow("client_load", c_int32, _client, c_char_p, c_size_t, _error_out)
client_refresh = _slow("client_refresh", c_int32, _client, _error_out)
client_refresh_within = _slow("client_refresh_within", c_int32, _client, c_uint64, _error_out)
client_wait_until_ready = _slow("client_wait_until_ready", c_int32, _client, c_uint64)
client_wait = _slow("client_wait", c_int32, _client, c_uint64, c_uint64, POINTER(c_uint64))
client_wake = _slow("client_wake", c_int32, _client)
client_changes = _slow("client_changes", c_int32, _client, c_uint64, _list_out, POINTER(c_bool), POINTER(c_uint64))
client_take_log = _slow("client_take_log", c_int32, _client, _list_out)
client_flags = _slow("client_flags", c_int32, _client, _list_out)
client_warnings = _slow("client_warnings", c_int32, _client, _list_out)
client_revision = _slow("client_revision", c_int32, _client, c_uint64, c_char_p, c_size_t, _size_out)
client_error_message = _slow(
    "client_error_message", c_int32, _client, c_char_p, c_size_t, c_int32, c_char_p, c_size_t, _size_out
)
client_close = _slow("client_close", c_int32, _client)
client_free = _slow("client_free", None, _client)
client_status = _slow("client_status", c_int32, _client, POINTER(ClientReport), c_char_p, c_size_t, _size_out)
is_enabled = _quick("is_enabled", c_bool, _client, c_char_p, _context, c_bool)
is_enabled_n = _quick("is_enabled_n", c_bool, _client, c_char_p, c_size_t, _context, c_bool)
is_enabled_with = _quick("is_enabled_with", c_bool, _client, c_char_p, c_char_p, c_bool)
is_enabled_with_n = _quick("is_enabled_with_n", c_bool, _client, c_char_p, c_size_t, c_char_p, c_size_t, c_bool)
is_enabled_of = _quick("is_enabled_of", c_bool, _client, c_char_p, _attributes, c_size_t, c_size_t, c_bool)
is_enabled_of_n = _quick(
    "is_enabled_of_n", c_bool, _client, c_char_p, c_size_t, _attributes, c_size_t, c_size_t, c_bool
)
evaluate = _quick("evaluate", c_int32, _client, c_char_p, _context, _evaluation_out)
evaluate_n = _quick("evaluate_n", c_int32, _client, c_char_p, c_size_t, _context, _evaluation_out)
evaluate_with = _quick("evaluate_with", c_int32, _client, c_char_p, c_char_p, _evaluation_out)
evaluate_with_n = _quick("evaluate_with_n", c_int32, _client, c_char_p, c_size_t, c_char_p, c_size_t, _evaluation_out)
evaluate_of = _quick("evaluate_of", c_int32, _client, c_char_p, _attributes, c_size_t, c_size_t, _evaluation_out)
evaluate_of_n = _quick(
    "evaluate_of_n", c_int32, _client, c_char_p, c_size_t, _attributes, c_size_t, c_size_t, _evaluation_out
)
evaluate_value = _quick(
    "evaluate_value",
    c_int32,
    _client,
    c_char_p,
    c_size_t,
    _context,
    _evaluation_out,
    _text_out,
    _text_out,
    c_char_p,
    c_size_t,
    _size_out,
)
evaluate_value_with = _quick(
    "evaluate_value_with",
    c_int32,
    _client,
    c_char_p,
    c_size_t,
    c_char_p,
    c_size_t,
    _evaluation_out,
    _text_out,
    _text_out,
    c_char_p,
    c_size_t,
    _size_out,
)
evaluate_value_of = _quick(
    "evaluate_value_of",
    c_int32,
    _client,
    c_char_p,
    c_size_t,
    _attributes,
    c_size_t,
    c_size_t,
    _evaluation_out,
    _text_out,
    _text_out,
    c_char_p,
    c_size_t,
    _size_out,
)
evaluate_all = _slow("evaluate_all", c_int32, _client, _context, _evaluations_out)
evaluate_all_with = _slow("evaluate_all_with", c_int32, _client, c_char_p, c_size_t, _evaluations_out)
evaluate_all_of = _slow("evaluate_all_of", c_int32, _client, _attributes, c_size_t, c_size_t, _evaluations_out)
evaluations_free = _quick("evaluations_free", None, POINTER(Evaluations))
explain = _slow("explain", c_int32, _client, c_char_p, c_size_t, _context, c_char_p, c_size_t, _size_out)
explain_with = _slow(
    "explain_with", c_int32, _client, c_char_p, c_size_t, c_char_p, c_size_t, c_char_p, c_size_t, _size_out
)
explain_of = _slow(
    "explain_of", c_int32, _client, c_char_p, c_size_t, _attributes, c_size_t, c_size_t, c_char_p, c_size_t, _size_out
)
flag_new = _quick("flag_new", c_int32, _client, c_char_p, c_size_t, POINTER(FlagHandle))
flag_is_enabled = _quick("flag_is_enabled", c_bool, _flag, _context, c_bool)
flag_is_enabled_of = _quick("flag_is_enabled_of", c_bool, _flag, _attributes, c_size_t, c_size_t, c_bool)
flag_is_enabled_with = _quick("flag_is_enabled_with", c_bool, _flag, c_char_p, c_size_t, c_bool)
flag_evaluate = _quick("flag_evaluate", c_int32, _flag, _context, _evaluation_out)
flag_evaluate_of = _quick("flag_evaluate_of", c_int32, _flag, _attributes, c_size_t, c_size_t, _evaluation_out)
flag_evaluate_with = _quick("flag_evaluate_with", c_int32, _flag, c_char_p, c_size_t, _evaluation_out)
flag_free = _quick("flag_free", None, _flag)
override_start = _slow("override_start", c_int32, _client, c_char_p, c_size_t, POINTER(c_uint64), _error_out)
override_end = _slow("override_end", c_int32, _client, c_uint64)

ClientHandle.free, ContextHandle.free = client_free, context_free
ErrorHandle.free, OptionsHandle.free, FlagHandle.free = error_free, options_free, flag_free

# The two most frequent calls a second time, without argtypes: the conversion takes 200 of 500 ns. Only
# `Client.is_enabled` may call these, with the right types: a handle, bytes, a handle or bytes or None, and a bool,
# which ctypes passes as int.
is_enabled_unchecked: Any = _fast["flagbit_is_enabled"]
is_enabled_with_unchecked: Any = _fast["flagbit_is_enabled_with"]
is_enabled_unchecked.restype = is_enabled_with_unchecked.restype = c_bool

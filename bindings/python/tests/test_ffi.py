"""_ffi.py against include/flagbit.h: functions and structs."""

from __future__ import annotations

import ctypes
import re
from typing import Any

import pytest

import flagbit
from conftest import REPOSITORY
from flagbit import _codes, _ffi

HEADER = (REPOSITORY / "include/flagbit.h").read_text()
CODE = re.sub(r"//[^\n]*|/\*.*?\*/", "", HEADER, flags=re.DOTALL)

SCALARS: dict[str, Any] = {
    "bool": ctypes.c_bool,
    "uint32_t": ctypes.c_uint32,
    "int32_t": ctypes.c_int32,
    "uint64_t": ctypes.c_uint64,
    "int64_t": ctypes.c_int64,
    "size_t": ctypes.c_size_t,
    "double": ctypes.c_double,
    "flagbit_status": ctypes.c_int32,
    "void": None,
    "flagbit_text": _ffi.Text,
    "flagbit_evaluation": _ffi.Evaluation,
}
POINTERS: dict[str, Any] = {
    "char": ctypes.c_char_p,
    "uint8_t": ctypes.c_char_p,
    "flagbit_client": _ffi.ClientHandle,
    "flagbit_context": _ffi.ContextHandle,
    "flagbit_flag": _ffi.FlagHandle,
    "flagbit_options": _ffi.OptionsHandle,
    "flagbit_error": _ffi.ErrorHandle,
    "flagbit_attribute": ctypes.POINTER(_ffi.Attribute),
    "flagbit_text": ctypes.POINTER(_ffi.Text),
    "flagbit_text_list": ctypes.POINTER(_ffi.TextList),
    "flagbit_evaluations": ctypes.POINTER(_ffi.Evaluations),
    "flagbit_evaluation": ctypes.POINTER(_ffi.Evaluation),
    "flagbit_client_report": ctypes.POINTER(_ffi.ClientReport),
}


def c_type(text: str) -> Any:
    """The ctypes type of a C type."""
    name = re.sub(r"\b(const|struct)\b|\*", "", text).strip()
    stars = text.count("*")
    if stars == 0:
        return SCALARS[name]
    if stars == 1:
        return POINTERS.get(name) or ctypes.POINTER(SCALARS[name])
    return ctypes.POINTER(POINTERS[name])


def declarations() -> list[tuple[str, Any, list[Any]]]:
    found = re.findall(r"FLAGBIT_API\s+([^;(]*?)\b(flagbit_\w+)\(([^)]*)\);", CODE)
    return [
        (
            name,
            c_type(result),
            []
            if arguments.strip() == "void"
            else [c_type(re.sub(r"\w+$", "", one.strip())) for one in arguments.split(",")],
        )
        for result, name, arguments in found
    ]


def test_the_functions_are_those_of_the_header_in_its_order() -> None:
    declared = [
        ("flagbit_" + name, function.restype, list(function.argtypes))
        for name, function in vars(_ffi).items()
        if isinstance(function, ctypes._CFuncPtr) and not name.endswith("_unchecked")  # type: ignore[attr-defined]
    ]
    assert len(declared) > 40
    assert declared == declarations()


def test_a_call_that_may_wait_releases_the_gil_and_a_quick_one_keeps_it() -> None:
    def releases(function: Any) -> bool:
        return not function._flags_ & 4  # FUNCFLAG_PYTHONAPI

    assert all(map(releases, (_ffi.client_open, _ffi.client_wait, _ffi.client_refresh, _ffi.explain)))
    assert not any(map(releases, (_ffi.is_enabled, _ffi.evaluate_n, _ffi.evaluate_value, _ffi.is_enabled_unchecked)))


@pytest.mark.parametrize(
    "name", ["text", "text_list", "attribute", "client_report", "evaluation", "flag_evaluation", "evaluations"]
)
def test_the_structs_are_those_of_the_header(name: str) -> None:
    body = re.search(rf"typedef struct flagbit_{name} \{{(.*?)\}}", CODE, flags=re.DOTALL)
    assert body
    fields = [line.strip() for line in body[1].split(";") if line.strip()]
    struct = getattr(_ffi, "".join(part.title() for part in name.split("_")))
    assert [field for field, _ in struct._fields_] == [re.findall(r"\w+", field)[-1] for field in fields]
    for field, (_, found) in zip(fields, struct._fields_, strict=True):
        if "*" in field:
            assert ctypes.sizeof(found) == ctypes.sizeof(ctypes.c_void_p)
        else:
            assert found is c_type(re.sub(r"\w+$", "", field))


def test_versions_agree() -> None:
    version = re.search(r'#define FLAGBIT_VERSION "(.*)"', HEADER)
    cargo = re.search(r'^version = "(.*)"', (REPOSITORY / "Cargo.toml").read_text(), flags=re.MULTILINE)
    assert cargo
    assert version
    assert flagbit.__version__ == cargo[1] == version[1] == _ffi.version().decode()
    assert _ffi.abi_version() == _codes.ABI_MAJOR << 16 | _codes.ABI_MINOR

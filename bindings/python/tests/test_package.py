"""The wheel and the sdist, installed in a clean place outside the repository."""

from __future__ import annotations

import os
import runpy
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import flagbit
from packages import PROJECT, build, check_installed, example, is_native, run, succeed

pytestmark = pytest.mark.skipif("FLAGBIT_TEST_PACKAGE" not in os.environ, reason="slow; set by scripts/test/python.sh")


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """The Python of an empty virtual environment."""
    venv.create(tmp_path / "venv", with_pip=True)
    return tmp_path / "venv/bin/python"


def test_pip_installs_from_the_repository(clean: Path, tmp_path: Path) -> None:
    # A separate target folder: the repository's has a library of other crate types, which cargo would rebuild.
    target = os.environ.get("FLAGBIT_TEST_TARGET", str(tmp_path / "target"))
    succeed(clean, "-m", "pip", "install", "-q", f"{PROJECT}[openfeature]", folder=tmp_path, CARGO_TARGET_DIR=target)
    check_installed(clean, tmp_path)
    assert is_native(clean, tmp_path)
    assert example("OpenFeature", clean, tmp_path) == "True\nDEFAULT\n"


@pytest.mark.parametrize(
    ("environment", "python", "extensions"),
    [
        ({}, "cp310-abi3", {"flagbit/_native.abi3.so"}),
        ({"FLAGBIT_NATIVE": "0"}, "py3-none", set()),
        ({"CC": "false"}, "py3-none", set()),
    ],
)
def test_a_wheel_is_for_its_pythons_and_one_platform(
    tmp_path: Path, environment: dict[str, str], python: str, extensions: set[str]
) -> None:
    wheel = build("wheel", tmp_path, FLAGBIT_LIBRARY=library(), **environment)
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    assert wheel.name == f"flagbit-{flagbit.__version__}-{python}-{platform}.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (name for name in names if name.endswith("/WHEEL"))
        tags = archive.read(metadata).decode()
    assert f"Tag: {python}-{platform}\n" in tags
    assert {name for name in names if "_native." in name} == extensions
    assert "Root-Is-Purelib: false" in tags
    assert {"flagbit/libflagbit.so", "flagbit/py.typed", "flagbit/__init__.py"} <= set(names)
    assert any(name.endswith("/LICENSE") for name in names)
    assert not [
        name for name in names if not name.startswith(("flagbit/", f"flagbit-{flagbit.__version__}.dist-info/"))
    ]


def test_the_platform_can_be_named(tmp_path: Path) -> None:
    wheel = build("wheel", tmp_path, FLAGBIT_LIBRARY=library(), FLAGBIT_PLATFORM="manylinux_2_17_x86_64")
    assert wheel.name.endswith("-cp310-abi3-manylinux_2_17_x86_64.whl")


def test_without_a_compiler_the_build_says_what_is_missing(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path / "dist", PROJECT)
    done = run(*command, folder=tmp_path, FLAGBIT_LIBRARY=library(), CC="false")
    assert done.returncode == 0
    assert "every call goes through ctypes" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("machine", "target", "tag"),
    [
        ("arm64", None, "macosx_11_0_arm64"),
        ("x86_64", None, "macosx_10_12_x86_64"),
        ("x86_64", "10.15", "macosx_10_15_x86_64"),
        ("arm64", "13.3", "macosx_13_0_arm64"),
        ("arm64", "14", "macosx_14_0_arm64"),
    ],
)
def test_the_platform_of_macos(machine: str, target: str | None, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = runpy.run_path(str(PROJECT / "hatch_build.py"))
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.delenv("MACOSX_DEPLOYMENT_TARGET", raising=False)
    if target:
        monkeypatch.setenv("MACOSX_DEPLOYMENT_TARGET", target)
    assert hook["platform_tag"]() == tag


def test_an_sdist_builds_and_carries_the_crate(clean: Path, tmp_path: Path) -> None:
    sdist = build("sdist", tmp_path)
    assert sdist.stat().st_size < 2_000_000, "nothing that was built is in it"
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"rust/Cargo.toml", "rust/Cargo.lock", "rust/src/lib.rs", "hatch_build.py", "LICENSE"} <= names
    target = os.environ.get("FLAGBIT_TEST_TARGET", str(tmp_path / "target"))
    succeed(clean, "-m", "pip", "install", "-q", sdist, folder=tmp_path, CARGO_TARGET_DIR=target)
    check_installed(clean, tmp_path)
    assert is_native(clean, tmp_path)


def test_an_editable_install_has_the_library(clean: Path, tmp_path: Path) -> None:
    copied = [PROJECT / "src/flagbit" / name for name in ("libflagbit.so", "_native.abi3.so")]
    try:
        succeed(clean, "-m", "pip", "install", "-q", "-e", PROJECT, folder=tmp_path, FLAGBIT_LIBRARY=library())
        assert succeed(clean, "-c", "import flagbit; print(flagbit.__file__)", folder=tmp_path).startswith(str(PROJECT))
        assert is_native(clean, tmp_path)
    finally:
        for file in copied:
            file.unlink(missing_ok=True)


def library() -> str:
    return os.environ["FLAGBIT_LIBRARY_PATH"]


def failure(tmp_path: Path, **environment: str) -> str:
    command = (sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path / "dist", PROJECT)
    done = run(*command, folder=tmp_path, **environment)
    assert done.returncode != 0
    return done.stdout + done.stderr


def test_without_cargo_the_message_says_what_to_do(tmp_path: Path) -> None:
    message = failure(tmp_path, PATH=str(tmp_path))
    assert "needs cargo, which was not found" in message
    assert "rustup.rs" in message
    assert "FLAGBIT_LIBRARY" in message


@pytest.mark.parametrize("variable", ["FLAGBIT_LIBRARY", "FLAGBIT_NATIVE"])
def test_a_named_file_that_is_not_there(tmp_path: Path, variable: str) -> None:
    files = {"FLAGBIT_LIBRARY": library(), variable: "/nowhere.so"}
    assert f"{variable} names no file: /nowhere.so" in failure(tmp_path, **files)

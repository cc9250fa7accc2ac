#!/usr/bin/env bash
# Tests a platform, for .github/workflows/build.yml: Rust, the examples in C and C++ against the shared
# library, and the Python package. Needs bash, a C++ compiler and Python; on Windows Git's bash and clang.
. "$(dirname "$0")/../lib.sh"
out=$PWD/build/platform built=${CARGO_TARGET_DIR:-$PWD/target}/dist
# Python 3.14 and older read files in the code page of Windows unless told.
export PYTHONUTF8=1
mkdir -p "$out"

cargo test --locked
cargo run --locked --quiet --example shop > "$out/expected"
same() {
    # Windows ends lines otherwise.
    diff "$out/expected" <("$@" | tr -d '\r')
    echo "platform: $1 agrees with the Rust example"
}

case $OSTYPE in
    linux*)
        scripts/build/library.sh
        cc=cc cxx=c++ link=(-Lbuild/lib -lflagbit "-Wl,-rpath,$PWD/build/lib") ;;
    darwin*)
        cargo rustc --locked --profile dist --lib --crate-type cdylib
        cc=cc cxx=c++ link=("-L$built" -lflagbit "-Wl,-rpath,$built") ;;
    *)
        cargo rustc --locked --profile dist --lib --crate-type cdylib
        cc=clang cxx=clang++ link=("$built/flagbit.dll.lib")
        export PATH=$built:$PATH ;;
esac
"$cc" -std=c11 -Iinclude examples/c/shop.c "${link[@]}" -o "$out/shop-c.exe"
same "$out/shop-c.exe"
"$cxx" -std=c++17 -Iinclude examples/cpp/shop.cpp "${link[@]}" -o "$out/shop-cpp.exe"
same "$out/shop-cpp.exe"

python3 -m venv "$out/venv"
python=$out/venv/bin/python
[[ -e $python ]] || python=$out/venv/Scripts/python
"$python" -m pip install -q ./bindings/python "$(grep ^pytest bindings/python/requirements.txt)"
same "$python" examples/python/shop.py
"$python" bindings/python/tests/follow.py
"$python" -m pytest -q -p no:cacheprovider -c bindings/python/pyproject.toml bindings/python/tests/test_vectors.py

#!/usr/bin/env bash
# The live examples of Rust, C and C++ follow the real server while it is killed, comes back and revokes their key.
# Python's clients are tested with it in bindings/python/tests.
. "$(dirname "$0")/../lib.sh"

out=build/live
mkdir -p "$out"
link=(-Iinclude -Lbuild/lib -lflagbit "-Wl,-rpath,$PWD/build/lib")
need_library
need_server
step "the Rust example" cargo build --example live
cc -std=c11 -D_POSIX_C_SOURCE=200809L -O1 examples/c/live.c -o "$out/live-c" "${link[@]}"
c++ -std=c++17 -O1 examples/cpp/live.cpp -o "$out/live-cpp" "${link[@]}"

python3 scripts/test/live.py "${CARGO_TARGET_DIR:-target}/debug/examples/live" "$out/live-c" "$out/live-cpp"

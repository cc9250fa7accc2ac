#!/usr/bin/env bash
# Evaluates examples/flags.json in every language and prints one table, in which all columns agree.
set -euo pipefail
cd "$(dirname "$0")/.."

out=build/demo
mkdir -p "$out"
flags=examples/flags.json
rpath=-Wl,-rpath,$PWD/build/lib

cargo run --quiet --example shop -- "$flags" > "$out/Rust"

cc -std=c11 -O2 -Iinclude examples/c/shop.c -Lbuild/lib -lflagbit "$rpath" -o "$out/shop-c"
"$out/shop-c" "$flags" > "$out/C"

c++ -std=c++17 -O2 -Iinclude examples/cpp/shop.cpp -Lbuild/lib -lflagbit "$rpath" -o "$out/shop-cpp"
"$out/shop-cpp" "$flags" > "$out/C++"

test -x "$out/venv/bin/python" || python3 -m venv "$out/venv"
FLAGBIT_LIBRARY=$PWD/build/lib/libflagbit.so "$out/venv/bin/pip" install --quiet --disable-pip-version-check \
    --force-reinstall ./bindings/python
"$out/venv/bin/python" examples/python/shop.py "$flags" > "$out/Python"

scripts/node-package.sh "$out/node"
cp examples/node/shop.mjs "$out/node"
node "$out/node/shop.mjs" "$flags" > "$out/Node"

python3 scripts/demo_table.py "$out" Rust C C++ Python Node

#!/usr/bin/env bash
# Builds the server and every language's programs, and runs scripts/docs/demo.py with them.
. "$(dirname "$0")/../lib.sh"

out=build/demo
mkdir -p "$out"
rpath=-Wl,-rpath,$PWD/build/lib
need_library
scripts/build/go-library.sh
need_server
step "the Rust examples" cargo build --example shop --example live
for program in shop live; do
    cc -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -Iinclude examples/c/$program.c -Lbuild/lib -lflagbit "$rpath" -o "$out/$program-c"
    c++ -std=c++17 -O2 -Iinclude examples/cpp/$program.cpp -Lbuild/lib -lflagbit "$rpath" -o "$out/$program-cpp"
done
test -x "$out/venv/bin/python" || python3 -m venv "$out/venv"
FLAGBIT_LIBRARY=$PWD/build/lib/libflagbit.so "$out/venv/bin/pip" install --quiet \
    --force-reinstall ./bindings/python

scripts/build/node-package.sh "$out/node"
cp examples/node/*.mjs "$out/node"
(cd examples/go && for program in shop live; do go build -o "$OLDPWD/$out/$program-go" ./$program; done)

python3 - "$PWD" "$out" "${CARGO_TARGET_DIR:-$PWD/target}" > "$out/commands.json" << 'END'
import json, sys
root, out, target = sys.argv[1:]
python = f"{root}/{out}/venv/bin/python"
print(json.dumps({
    "Rust": {name: [f"{target}/debug/examples/{name}"] for name in ("shop", "live")},
    "C": {name: [f"{root}/{out}/{name}-c"] for name in ("shop", "live")},
    "C++": {name: [f"{root}/{out}/{name}-cpp"] for name in ("shop", "live")},
    "Go": {name: [f"{root}/{out}/{name}-go"] for name in ("shop", "live")},
    "Node": {name: ["node", f"{root}/{out}/node/{name}.mjs"] for name in ("shop", "live")},
    "Python": {name: [python, f"{root}/examples/python/{name}.py"] for name in ("shop", "live")},
}))
END
python3 scripts/docs/demo.py "$out" Rust C C++ Python Go Node

#!/usr/bin/env bash
# Compares this package with koffi and with an addon that converts its arguments, on the same calls: median and
# fastest ns of processor time. Needs `make node` and `make lib`; koffi comes from the registry. Not a part of any test.
set -euo pipefail
cd "$(dirname "$0")/../../../.."
here=$PWD/bindings/node/bench/choice out=$PWD/build/node/choice
mkdir -p "$out"
cp "$here/choice.cjs" "$out"
cc -std=c11 -O2 -fPIC -shared -Wall -Wextra -Wno-unused-function -Ibindings/node/node_modules/node-api-headers/include \
    -Iinclude "$here/classic.c" -Lbuild/lib -lflagbit -Wl,-rpath,"$PWD/build/lib" -o "$out/classic.node"
cd "$out"
[[ -e package.json ]] || echo '{"private": true}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund koffi@3.3.4 "$OLDPWD"/build/node/flagbit-*.tgz
FLAGBIT_LIBRARY=$OLDPWD/build/lib/libflagbit.so node choice.cjs

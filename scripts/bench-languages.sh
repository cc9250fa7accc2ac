#!/usr/bin/env bash
# Measures the Python, Go and Node bindings beside their peers, and writes the tables into docs/benchmarks.md. What is
# measured is what a user installs: the wheel, the module with its library, the tarball. `--short` only shows that
# everything works and prints the tables instead.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD here=$PWD/benches/languages work=$PWD/build/languages
export PIP_DISABLE_PIP_VERSION_CHECK=1
unset PYTHONPATH FLAGBIT_LIBRARY_PATH FLAGBIT_PLATFORM FLAGBIT_ADDON_PATH GOFLAGS
command -v go > /dev/null || { echo "Go 1.26 is missing: https://go.dev/dl"; exit 1; }
mkdir -p "$work"

# The pinned peers, installed once for each list of them.
if ! cmp -s "$here/python/requirements.txt" "$work/python/requirements.txt"; then
    rm -rf "$work/python"
    python3 -m venv "$work/python"
    "$work/python/bin/pip" install -q --no-deps -r "$here/python/requirements.txt"
    cp "$here/python/requirements.txt" "$work/python"
fi
if ! cmp -s "$here/node/package-lock.json" "$work/node/installed.json"; then
    rm -rf "$work/node"
    mkdir -p "$work/node"
    cp "$here/node/package.json" "$here/node/package-lock.json" "$work/node"
    (cd "$work/node" && npm ci --silent --ignore-scripts --no-audit --no-fund)
    cp "$here/node/package-lock.json" "$work/node/installed.json"
fi

scripts/library.sh
rm -rf "$work/dist"
FLAGBIT_LIBRARY=$root/build/lib/libflagbit.so \
    "$work/python/bin/pip" wheel -q --no-deps --wheel-dir "$work/dist" bindings/python
"$work/python/bin/pip" install -q --no-deps --force-reinstall "$work"/dist/*.whl
scripts/node-package.sh "$work/node-flagbit"
scripts/go-library.sh
(cd "$here/go" && GOWORK=off go build -o "$work/peers-go" .)

python3 "$here/run.py" "$@"

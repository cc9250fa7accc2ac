#!/usr/bin/env bash
# Measures the Python, Go and Node bindings and their peers, and writes the tables into docs/benchmarks.md. It measures
# what a user installs: the wheel, the module with its library, the tarball. `--short` only shows that
# everything works and prints the tables instead.
. "$(dirname "$0")/../lib.sh"
here=$PWD/benches/languages work=$PWD/build/languages
unset PYTHONPATH FLAGBIT_NATIVE FLAGBIT_NO_NATIVE FLAGBIT_LIBRARY_PATH FLAGBIT_PLATFORM FLAGBIT_ADDON_PATH GOFLAGS
command -v go > /dev/null || fail "Go 1.26 is missing: https://go.dev/dl"
mkdir -p "$work"

pinned_python "$work/python" "$here/python/requirements.txt" python3 --no-deps
pinned_node "$here/node" "$work/node"

scripts/build/library.sh
rm -rf "$work/dist"
FLAGBIT_LIBRARY=$root/build/lib/libflagbit.so \
    "$work/python/bin/pip" wheel -q --no-deps --wheel-dir "$work/dist" bindings/python
"$work/python/bin/pip" install -q --no-deps --force-reinstall "$work"/dist/*.whl
scripts/build/node-package.sh "$work/node-flagbit"
scripts/build/go-library.sh
(cd "$here/go" && GOWORK=off go build -o "$work/peers-go" .)

python3 "$here/run.py" "$@"

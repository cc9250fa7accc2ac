#!/usr/bin/env bash
# Lets clients follow a busy server for SOAK_SECONDS (1800), and compares memory, threads and descriptors: see soak.py.
. "$(dirname "$0")/../lib.sh"

need_library
need_server
export PYTHONPATH=bindings/python/src FLAGBIT_LIBRARY_PATH=${FLAGBIT_LIBRARY_PATH:-$PWD/build/lib/libflagbit.so}
python3 scripts/test/soak.py "${SOAK_SECONDS:-1800}"

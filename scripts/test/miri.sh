#!/usr/bin/env bash
# Runs the unit tests of the engine and of the C functions in Miri, which finds undefined behaviour.
. "$(dirname "$0")/../lib.sh"

need_nightly rust-src miri
# Miri knows no network and is about a thousand times slower.
MIRIFLAGS=-Zmiri-disable-isolation PROPTEST_CASES=${PROPTEST_CASES:-4} cargo "+$nightly" miri test \
    --target-dir target/miri --lib -- engine:: ffi::

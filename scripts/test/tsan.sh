#!/usr/bin/env bash
# Runs the client's tests under ThreadSanitizer, with a standard library that is instrumented too.
. "$(dirname "$0")/../lib.sh"

need_nightly rust-src
host=$(rustc -vV | sed -n 's/^host: //p')
# Tests that count instructions, allocations or threads measure the sanitizer, and so are left out.
RUSTFLAGS=-Zsanitizer=thread RUSTDOCFLAGS=-Zsanitizer=thread TSAN_OPTIONS=halt_on_error=1 \
    PROPTEST_CASES=${PROPTEST_CASES:-50} cargo "+$nightly" test -Zbuild-std --target "$host" --target-dir target/tsan \
    --lib --test it -- --skip alloc --skip scale --skip header --skip architecture

#!/usr/bin/env bash
# Runs the client's tests under ThreadSanitizer, with a standard library that is instrumented too.
. "$(dirname "$0")/../lib.sh"

need_nightly rust-src
host=$(rustc -vV | sed -n 's/^host: //p')
# Tests that count instructions, bytes or threads measure the sanitizer, and so are left out. Children of a fork start
# threads, which the sanitizer allows only on request. `whatever_a_server_does` gives a server 1.5 s for an answer of 50 MB,
# which the sanitizer makes too short.
RUSTFLAGS=-Zsanitizer=thread RUSTDOCFLAGS=-Zsanitizer=thread TSAN_OPTIONS="halt_on_error=1 die_after_fork=0" \
    PROPTEST_CASES=${PROPTEST_CASES:-50} cargo "+$nightly" test -Zbuild-std --target "$host" --target-dir target/tsan \
    --lib --test it -- --skip alloc --skip scale --skip header --skip architecture \
    --skip network::cost --skip the_systems_authorities_are_trusted_on_demand \
    --skip whatever_a_server_does

#!/usr/bin/env bash
# Runs make targets one after the other, goes on after a failure, and prints how long each took.
. "$(dirname "$0")/../lib.sh"
set +e

passed=0 failed=0 report=""
for target in "$@"; do
    printf '\n== %s\n' "$target"
    start=$SECONDS
    if make --no-print-directory "$target"; then
        outcome=ok passed=$((passed + 1))
    else
        outcome=FAILED failed=$((failed + 1))
    fi
    report+=$(printf '%-12s %5d s  %s' "$target" $((SECONDS - start)) "$outcome")$'\n'
done
printf '\n%s%-12s %5d s\n\nsteps: %d passed, %d failed\n' "$report" total "$SECONDS" "$passed" "$failed"
test "$failed" -eq 0

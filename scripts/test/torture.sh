#!/usr/bin/env bash
# Runs the long parts one after the other, and says of each whether it ran, failed, or did not run and why.
# TORTURE="chaos soak" chooses parts. A part that did not run is never counted as passed: the whole then fails.
. "$(dirname "$0")/../lib.sh"

parts=${TORTURE:-fuzz tsan miri chaos soak}
export SECONDS_EACH=${SECONDS_EACH:-1800}
report=""
passed=0 failed=0 missing=0
for one in $parts; do
    printf '\n== %s\n' "$one"
    begin=$SECONDS status=0
    "scripts/test/$one.sh" || status=$?
    case $status in
        0) outcome=ok passed=$((passed + 1)) ;;
        "$DID_NOT_RUN") outcome="DID NOT RUN" missing=$((missing + 1)) ;;
        *) outcome=FAILED failed=$((failed + 1)) ;;
    esac
    report+=$(printf '%-8s %6d s  %s' "$one" $((SECONDS - begin)) "$outcome")$'\n'
done
printf '\n%s\ntorture: %d passed, %d failed, %d did not run\n' "$report" "$passed" "$failed" "$missing"
[[ $failed -eq 0 && $missing -eq 0 ]]

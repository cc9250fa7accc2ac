#!/usr/bin/env bash
# Checks that images have an exact version or a digest, and actions a commit: nobody else decides what we build with.
. "$(dirname "$0")/../lib.sh"

loose=$(
    # Debian's versions have two numbers, all others three.
    grep -HnE '^FROM ' deploy/Dockerfile | grep -vE '@sha256:[0-9a-f]{64}|:[0-9]+\.[0-9]+\.[0-9]+|FROM debian:[0-9]+\.[0-9]+-' || true
    grep -HnE '^# syntax=' deploy/Dockerfile | grep -vE ':[0-9]+\.[0-9]+\.[0-9]+' || true
    grep -HnE '\buses: ' .github/workflows/*.yml | grep -vE '@[0-9a-f]{40}( |$)' || true
    grep -HnE '^ *RUST: ' .github/workflows/*.yml | grep -vE '"[0-9]+\.[0-9]+\.[0-9]+"' || true
)
[[ -z $loose ]] || fail $'give these an exact version, a digest or a commit:\n'"$loose"

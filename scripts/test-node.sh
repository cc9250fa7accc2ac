#!/usr/bin/env bash
# Tests the Node binding as installed in a folder outside its own: types, tests, stress, benchmark, example. Takes
# build/lib/libflagbit.a, or that of FLAGBIT_ARCHIVE; and builds the server that OpenFeature is tested with, or takes that of
# FLAGBIT_SERVER. FLAGBIT_STRESS_SECONDS (5) is how long the workers run.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD project=$PWD/bindings/node work=$PWD/build/node installed=$PWD/build/node/installed
unset FLAGBIT_ADDON_PATH NODE_PATH NODE_OPTIONS
mkdir -p "$work"

step() {
    local name=$1 begin=$EPOCHREALTIME
    shift
    "$@" > "$work/step.log" 2>&1 || {
        # Of the tests only those that failed.
        if grep -q '^✖ failing tests:' "$work/step.log"; then sed -n '/^✖ failing tests:/,$p' "$work/step.log"; else cat "$work/step.log"; fi
        echo "node: $name FAILED"
        exit 1
    }
    printf 'node: %-34s %6.1f s  %s\n' "$name" "$(awk "BEGIN {print $EPOCHREALTIME - $begin}")" \
        "$(sed -n -E 's/^ℹ ((pass|fail) [0-9]+)$/\1/p; /^4 workers/p; /^[0-9]+ (scenarios|answers)/p' "$work/step.log" | tr '\n' ' ')"
}

types() {
    "$project/node_modules/.bin/tsc" -p "$project/test"
    "$project/node_modules/.bin/tsc" -p "$root/examples/node"
}

# With nothing but what is installed.
tests() {
    cp -r "$project/test" "$project/bench" "$installed"
    FLAGBIT_REPOSITORY=$root FLAGBIT_TARBALL=$(echo "$work"/*.tgz) node --test --test-reporter=spec "$installed"/test/*.test.mjs
}

# With the published SDK beside the package; its lock file's packages are installed once.
openfeature() {
    local folder=$work/openfeature
    if ! cmp -s "$project/test/openfeature/sdk/package-lock.json" "$folder/installed.json"; then
        rm -rf "$folder"
        mkdir -p "$folder"
        cp "$project"/test/openfeature/sdk/package*.json "$folder"
        (cd "$folder" && npm ci --silent --ignore-scripts --no-audit --no-fund)
        cp "$folder/package-lock.json" "$folder/installed.json"
    fi
    rm -rf "$folder/test" "$folder/node_modules/flagbit"
    cp -r "$project/test" "$folder"
    (cd "$folder" && npm install --silent --no-save --no-audit --no-fund "$work"/*.tgz)
    FLAGBIT_REPOSITORY=$root node --test --test-reporter=spec "$folder"/test/openfeature/*.test.mjs
}

example() {
    cp examples/node/shop.mjs "$installed"
    diff <(node "$installed/shop.mjs" examples/flags.json) <(cargo run -q --example shop)
}

[[ -e ${FLAGBIT_ARCHIVE:-build/lib/libflagbit.a} ]] || step "the library" scripts/library.sh
if [[ -z ${FLAGBIT_SERVER:-} ]]; then
    step "the server" cargo build --manifest-path server/Cargo.toml
    export FLAGBIT_SERVER=${CARGO_TARGET_DIR:-$root/server/target}/debug/flagbit
fi
step "package, installed" scripts/node-package.sh "$installed"
step "tsc --strict, the example too" types
step "tests on Node $(node --version)" tests
step "OpenFeature" openfeature
step "stress" node "$installed/test/stress.mjs" "${FLAGBIT_STRESS_SECONDS:-5}"
step "benchmark, short" node "$installed/bench/evaluate.mjs" --short
step "example" example

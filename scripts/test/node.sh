#!/usr/bin/env bash
# Tests the Node binding as installed in a folder outside its own: types, tests, stress, benchmark, example. Takes
# build/lib/libflagbit.a, or that of FLAGBIT_ARCHIVE; and builds the server that OpenFeature is tested with, or takes that of
# FLAGBIT_SERVER. FLAGBIT_STRESS_SECONDS (5) is how long the workers run.
. "$(dirname "$0")/../lib.sh"
project=$root/bindings/node work=$root/build/node installed=$root/build/node/installed
unset FLAGBIT_ADDON_PATH NODE_PATH NODE_OPTIONS
mkdir -p "$work"

told() {
    sed -n -E 's/^ℹ ((pass|fail) [0-9]+)$/\1/p; /^4 workers/p; /^[0-9]+ (scenarios|answers)/p' "$1" | tr '\n' ' '
}

# node_tests FILE...: where tests fail, prints only those.
node_tests() {
    local output=$work/tests.log
    if ! FLAGBIT_REPOSITORY=$root node --test --test-reporter=spec "$@" > "$output" 2>&1; then
        if grep -q '^✖ failing tests:' "$output"; then sed -n '/^✖ failing tests:/,$p' "$output"; else cat "$output"; fi
        return 1
    fi
    cat "$output"
}

types() {
    "$project/node_modules/.bin/tsc" -p "$project/test"
    "$project/node_modules/.bin/tsc" -p "$root/examples/node"
}

# With nothing but what is installed.
tests() {
    cp -r "$project/test" "$project/bench" "$installed"
    FLAGBIT_TARBALL=$(echo "$work"/*.tgz) node_tests "$installed"/test/*.test.mjs
}

# With the published SDK next to the package.
openfeature() {
    local folder=$work/openfeature
    pinned_node "$project/test/openfeature/sdk" "$folder"
    rm -rf "$folder/test" "$folder/node_modules/flagbit"
    cp -r "$project/test" "$folder"
    (cd "$folder" && npm install --silent --no-save --no-audit --no-fund "$work"/*.tgz)
    node_tests "$folder"/test/openfeature/*.test.mjs
}

# With tools that evaluate the package in their own ways.
bundles() {
    local folder=$work/bundles
    pinned_node "$project/test/bundles/tools" "$folder"
    rm -rf "$folder/test" "$folder/node_modules/flagbit"
    cp -r "$project/test" "$folder"
    (cd "$folder" && npm install --silent --no-save --no-audit --no-fund "$work"/*.tgz)
    node_tests "$folder"/test/bundles/*.test.mjs
}

example() {
    cp examples/node/shop.mjs "$installed"
    diff <(node "$installed/shop.mjs" examples/flags.json) <(cargo run -q --example shop)
}

test -e "${FLAGBIT_ARCHIVE:-}" || need_library
need_server
step "package, installed" scripts/build/node-package.sh "$installed"
step "tsc --strict, the example too" types
step "tests on Node $(node --version)" tests
step "OpenFeature" openfeature
step "Jest and esbuild" bundles
step "stress" node "$installed/test/stress.mjs" "${FLAGBIT_STRESS_SECONDS:-5}"
step "benchmark, short" node "$installed/bench/evaluate.mjs" --short
step "example" example

#!/usr/bin/env bash
# Tests the Python binding: formatting, types, a wheel on every Python there is, the examples. Takes the
# library of build/lib, or that of FLAGBIT_LIBRARY; and builds the server that clients are tested with, or takes
# that of FLAGBIT_SERVER.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD project=$PWD/bindings/python work=$PWD/build/python
library=${FLAGBIT_LIBRARY:-$root/build/lib/libflagbit.so}
export PIP_DISABLE_PIP_VERSION_CHECK=1
unset PYTHONPATH FLAGBIT_LIBRARY_PATH FLAGBIT_PLATFORM
mkdir -p "$work"

step() {
    local name=$1 log="$work/${1// /-}.log" begin=$EPOCHREALTIME
    shift
    "$@" > "$log" 2>&1 || { cat "$log"; echo "python: $name FAILED"; exit 1; }
    printf 'python: %-34s %6.1f s  %s\n' "$name" "$(awk "BEGIN {print $EPOCHREALTIME - $begin}")" \
        "$(grep -E ' (passed|failed)' "$log" | tail -1 || true)"
}

# Steps that mostly wait run beside each other; finish waits for them and fails where one did.
started=()
beside() {
    step "$@" &
    started+=($!)
}
finish() {
    local job failed=0
    for job in "${started[@]}"; do
        wait "$job" || failed=1
    done
    started=()
    return "$failed"
}

# A virtual environment with the pinned tools, made once for each list of them.
environment() {
    local python=$1 folder=$2
    cmp -s "$project/requirements.txt" "$folder/requirements.txt" && return
    rm -rf "$folder"
    "$python" -m venv "$folder"
    "$folder/bin/pip" install -q -r "$project/requirements.txt"
    cp "$project/requirements.txt" "$folder"
}

wheel() {
    rm -rf "$work/dist"
    FLAGBIT_LIBRARY=$library \
        "$tools/python" -m build -q --no-isolation --wheel --outdir "$work/dist" "$project"
}

# Outside the folder, with nothing but what is installed.
tests() {
    local folder=$1
    shift
    "$folder/bin/pip" install -q --force-reinstall --no-deps "$work"/dist/*.whl
    (cd "$work" && "$folder/bin/python" -m pytest -q -p no:cacheprovider -c "$project/pyproject.toml" "$@" "$project/tests")
}

package() {
    (cd "$work" && FLAGBIT_TEST_PACKAGE=1 FLAGBIT_TEST_TARGET=$work/target FLAGBIT_LIBRARY_PATH=$library \
        "$tools/python" -m pytest -q -p no:cacheprovider -c "$project/pyproject.toml" "$project/tests/test_package.py")
}

examples() {
    diff <("$tools/python" examples/python/shop.py) <(cargo run -q --example shop) &&
        diff <("$tools/python" examples/python/model.py) examples/snapshots/expected.txt
}

pythons=(python3)
for candidate in "$HOME"/.pyenv/versions/3.{10,12,13}*/bin/python; do
    [[ -x $candidate ]] && pythons+=("$candidate")
done
tools=$work/tools-0/bin

[[ -e $library ]] || step "the library" scripts/library.sh
if [[ -z ${FLAGBIT_SERVER:-} ]]; then
    step "the server" cargo build --manifest-path server/Cargo.toml
    export FLAGBIT_SERVER=${CARGO_TARGET_DIR:-$root/server/target}/debug/flagbit
fi
for index in "${!pythons[@]}"; do
    beside "environment ${index}" environment "${pythons[$index]}" "$work/tools-$index"
done
finish
step "wheel" wheel
for index in "${!pythons[@]}"; do
    folder=$work/tools-$index
    beside "tests on $("$folder/bin/python" -V)" tests "$folder"
done
finish
step "package" package
step "format" "$tools/ruff" format --check --config "$project/pyproject.toml" "$project" examples/python benches/languages benches/openfeature
step "lint" "$tools/ruff" check --config "$project/pyproject.toml" "$project" examples/python benches/languages benches/openfeature
step "mypy --strict" "$tools/mypy" --config-file "$project/pyproject.toml" "$project/src" "$project/tests" "$project/hatch_build.py" examples/python
step "pyright" "$tools/pyright" --project "$project" --pythonpath "$tools/python"
step "examples" examples

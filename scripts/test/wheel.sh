#!/usr/bin/env bash
# Installs the wheels of build/wheel/dist on every Python there is, away from the repository; and proves that building
# refuses a library that needs a newer system.
. "$(dirname "$0")/../lib.sh"
work=$root/build/wheel
made=("$work"/dist/*manylinux*_"$(uname -m)".whl)
[[ ${#made[@]} -eq 2 ]] || fail "run make wheel first"
export PATH=$work/tools/bin:$PATH
unset PYTHONPATH FLAGBIT_LIBRARY_PATH FLAGBIT_NO_NATIVE

told() { grep -E ' (passed|failed)' "$1" | tail -1; }

# The library of build/lib is linked with this machine's glibc.
refused() {
    if FLAGBIT_LIBRARY=$root/build/lib/libflagbit.so scripts/build/wheel.sh; then
        fail "a library for newer systems is not refused"
    fi
    test -e "${made[0]}" || fail "the refusal took the wheels away"
}

small() {
    local wheel size
    for wheel in "${made[@]}"; do
        size=$(stat -c %s "$wheel")
        echo "${wheel##*/}: $size bytes"
        [[ $size -lt 2500000 ]] || fail "it is larger than 2.5 MB"
    done
}

tries() {
    pip install -q --force-reinstall --no-deps --no-index --find-links "$work/dist" flagbit
    cd "$work"
    FLAGBIT_TEST_WHEELS=$work/dist python -m pytest -q -p no:cacheprovider -c "$root/bindings/python/pyproject.toml" \
        "$root/bindings/python/tests/test_wheel.py"
}

step "size" small
step "refused" refused
step "on every Python" tries

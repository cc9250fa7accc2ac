#!/usr/bin/env bash
# Installs the wheel of build/wheel/dist on every Python there is, away from the repository; and proves that building refuses
# a library that needs a newer system.
. "$(dirname "$0")/../lib.sh"
work=$root/build/wheel
made=$(ls "$work"/dist/*manylinux*_"$(uname -m)".whl) || fail "run make wheel first"
export PATH=$work/tools/bin:$PATH
unset PYTHONPATH FLAGBIT_LIBRARY_PATH

told() { grep -E ' (passed|failed)' "$1" | tail -1; }

# The library of build/lib is linked with this machine's glibc.
refused() {
    if FLAGBIT_LIBRARY=$root/build/lib/libflagbit.so scripts/build/wheel.sh; then
        fail "a library for newer systems is not refused"
    fi
    test -e "$made" || fail "the refusal took the wheel away"
}

tries() {
    pip install -q --force-reinstall --no-deps "$made"
    cd "$work"
    FLAGBIT_TEST_WHEEL=$made python -m pytest -q -p no:cacheprovider -c "$root/bindings/python/pyproject.toml" \
        "$root/bindings/python/tests/test_wheel.py"
}

step "refused" refused
step "on every Python" tries

#!/usr/bin/env bash
# Tests the Python binding: formatting, types, the examples, and on every Python there is both wheels, with the extension
# in C and without it. Takes the library of build/lib, or that of FLAGBIT_LIBRARY; and builds the server that clients are
# tested with, or takes that of FLAGBIT_SERVER.
. "$(dirname "$0")/../lib.sh"
project=$root/bindings/python work=$root/build/python
library=${FLAGBIT_LIBRARY:-$root/build/lib/libflagbit.so}
unset PYTHONPATH FLAGBIT_LIBRARY_PATH FLAGBIT_PLATFORM FLAGBIT_NATIVE FLAGBIT_NO_NATIVE
mkdir -p "$work"

told() { grep -E ' (passed|failed)' "$1" | tail -1; }

# The wheels of the two ways in which calls reach the library. A warning of the compiler is an error here.
wheels() {
    rm -rf "$work/dist"
    CFLAGS="-Wextra -Wshadow -Wconversion -Werror" FLAGBIT_LIBRARY=$library \
        "$tools/python" -m build -q --no-isolation --wheel --outdir "$work/dist/native" "$project"
    FLAGBIT_NATIVE=0 FLAGBIT_LIBRARY=$library \
        "$tools/python" -m build -q --no-isolation --wheel --outdir "$work/dist/ctypes" "$project"
}

# tests FOLDER WAY: outside the folder, with nothing but what is installed.
tests() {
    "$1/bin/pip" install -q --force-reinstall --no-deps "$work/dist/$2"/*.whl
    (cd "$work" && FLAGBIT_TEST_WAY=$2 \
        "$1/bin/python" -m pytest -q -p no:cacheprovider -c "$project/pyproject.toml" "$project/tests")
}

# The tests of evaluations with an extension that checks each access to memory. Python's allocator would hide some.
sanitized() {
    local folder=$work/sanitized headers
    headers=$("$tools/python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    rm -rf "$folder"
    mkdir -p "$folder"
    cp -r "$project/src/flagbit" "$folder"
    gcc -std=c11 -g -O1 -fPIC -shared -fsanitize=address,undefined -fno-sanitize-recover=all \
        -DPy_LIMITED_API=0x030A0000 -Iinclude -I"$headers" "$project"/native/*.c -o "$folder/flagbit/_native.abi3.so"
    (cd "$work" && PYTHONPATH=$folder FLAGBIT_LIBRARY_PATH=$library FLAGBIT_TEST_WAY=native PYTHONMALLOC=malloc \
        ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
        "$tools/python" -m pytest -q -p no:cacheprovider -c "$project/pyproject.toml" -k "not vectors" \
        "$project"/tests/test_{native,native_holds,evaluate,typed,lists,flag}.py)
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

test -e "$library" || need_library
need_server
for index in "${!pythons[@]}"; do
    beside step "environment ${index}" pinned_python "$work/tools-$index" "$project/requirements.txt" "${pythons[$index]}"
done
finish
step "wheels" wheels
for way in ctypes native; do
    for index in "${!pythons[@]}"; do
        folder=$work/tools-$index
        beside step "$way, $("$folder/bin/python" -V)" tests "$folder" "$way"
    done
    finish
done
step "native, under sanitizers" sanitized
step "package" package
step "format" "$tools/ruff" format --check --config "$project/pyproject.toml" "$project" tests/kit examples/python benches/languages benches/openfeature
step "lint" "$tools/ruff" check --config "$project/pyproject.toml" "$project" tests/kit examples/python benches/languages benches/openfeature
step "mypy --strict" "$tools/mypy" --config-file "$project/pyproject.toml" "$project/src" "$project/tests" "$project/hatch_build.py" tests/kit examples/python
step "pyright" "$tools/pyright" --project "$project" --pythonpath "$tools/python"
step "examples" examples

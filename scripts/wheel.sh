#!/usr/bin/env bash
# Builds the Python wheel that runs on other Linux machines into build/wheel/dist, and tests it. zig links the library
# against an old glibc, and a wheel that needs a newer one is refused. Arguments name other platforms:
#     scripts/wheel.sh manylinux_2_17_aarch64 musllinux_1_2_x86_64 musllinux_1_2_aarch64
# Those are built and checked, and tested only where this machine is one. Their Rust targets must be installed.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD work=$PWD/build/wheel tools=$PWD/build/wheel/tools requirements=packaging/python/requirements.txt
export PIP_DISABLE_PIP_VERSION_CHECK=1
unset PYTHONPATH FLAGBIT_LIBRARY FLAGBIT_LIBRARY_PATH FLAGBIT_PLATFORM

if ! cmp -s "$requirements" "$tools/requirements.txt"; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q -r "$requirements"
    cp "$requirements" "$tools"
fi
# cargo-zigbuild runs the zig that is a module of the first python3.
export PATH=$tools/bin:$PATH

# The functions below join by &&: the shell does not stop at a failure within a function whose outcome is asked for.

build() {
    local platform=$1 target version='' flags=${RUSTFLAGS:-}
    [[ $platform =~ ^(many|musl)linux_([0-9]+_[0-9]+)_(.*)$ ]] || { echo "no platform of a wheel: $platform"; return 1; }
    machine=${BASH_REMATCH[3]}
    if [[ ${BASH_REMATCH[1]} == many ]]; then
        target=$machine-unknown-linux-gnu version=.${BASH_REMATCH[2]/_/.}
    else
        # Rust links musl statically unless told, and then makes no shared library.
        target=$machine-unknown-linux-musl flags+=' -C target-feature=-crt-static'
    fi
    library=${CARGO_TARGET_DIR:-$root/target}/$target/dist/libflagbit.so
    RUSTFLAGS=$flags cargo-zigbuild rustc --quiet --locked --profile dist --lib --crate-type cdylib --target "$target$version"
}

# pack PLATFORM LIBRARY FOLDER: a wheel that is what its name says.
pack() {
    local platform=$1 library=$2 folder=$3 name=linux_$machine
    # musl has no versions of symbols, and auditwheel knows it only where it runs on it: what is needed besides is looked at.
    if [[ $platform == musl* ]]; then
        name=$platform
        [[ $(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p') == libc.so ]] || { echo "it needs more than libc"; return 1; }
    fi
    rm -rf "$work/packed"
    FLAGBIT_LIBRARY=$library FLAGBIT_PLATFORM=$name \
        python -m build --no-isolation --wheel --outdir "$work/packed" bindings/python &&
        if [[ $platform == musl* ]]; then
            mkdir -p "$folder" && cp "$work"/packed/*.whl "$folder"
        else
            # auditwheel finds the oldest glibc that will do, and names the wheel by it.
            auditwheel repair --only-plat --wheel-dir "$folder" "$work"/packed/*.whl
        fi && ls "$folder"/*"$platform".whl
}

quietly() {
    "$@" > "$work/step.log" 2>&1 || { cat "$work/step.log"; echo "wheel: $* FAILED"; exit 1; }
}

rm -rf "$work/dist" "$work/refused"
for platform in "${@:-manylinux_2_17_x86_64}"; do
    quietly build "$platform"
    quietly pack "$platform" "$library" "$work/dist"
    made=$(ls "$work"/dist/*"$platform".whl)
    echo "wheel: $(basename "$made"), $(stat -c %s "$made") bytes"
    [[ $platform == manylinux*_"$(uname -m)" ]] || continue
    # Proof that the check looks: the library that is linked with this machine's glibc gets another name, so is refused.
    if pack "$platform" "$root/build/lib/libflagbit.so" "$work/refused" > "$work/step.log" 2>&1 || ! ls "$work"/refused/*.whl > /dev/null; then
        cat "$work/step.log"
        echo "wheel: a library for newer systems is not refused"
        exit 1
    fi
    quietly pip install -q --force-reinstall --no-deps "$made"
    (cd "$work" && FLAGBIT_TEST_WHEEL=$made python -m pytest -q -p no:cacheprovider \
        -c "$root/bindings/python/pyproject.toml" "$root/bindings/python/tests/test_wheel.py")
done

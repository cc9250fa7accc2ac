#!/usr/bin/env bash
# Makes the Python wheels that run on other Linux machines, in build/wheel/dist: one with the extension in C, for CPython
# 3.10 and newer, and one without it for any Python. zig links build/lib/libflagbit.a into a shared library against an old
# glibc, and auditwheel refuses a library that needs a newer one. FLAGBIT_LIBRARY names a shared library to take instead.
# Arguments name other platforms, which cargo compiles for; their Rust targets must be installed:
#     scripts/build/wheel.sh manylinux_2_17_aarch64 musllinux_1_2_x86_64 musllinux_1_2_aarch64
. "$(dirname "$0")/../lib.sh"
work=$root/build/wheel
here=manylinux_2_17_$(uname -m)
given=${FLAGBIT_LIBRARY:-}
unset PYTHONPATH FLAGBIT_LIBRARY FLAGBIT_LIBRARY_PATH FLAGBIT_PLATFORM FLAGBIT_NATIVE

pinned_python "$work/tools" packaging/python/requirements.txt
# cargo-zigbuild runs the zig that is a module of the first python3.
export PATH=$work/tools/bin:$PATH

# Links this machine's static library again: the same code, other versions of glibc's symbols.
link() {
    local soname
    soname=$(basename build/lib/libflagbit.so.*)
    echo '{ global: flagbit_*; local: *; };' > "$work/exported"
    python -m ziglang cc -target "$(uname -m)-linux-gnu.2.17" -shared -o "$1" \
        -Wl,--whole-archive build/lib/libflagbit.a -Wl,--no-whole-archive -Wl,--version-script="$work/exported" \
        -Wl,-soname,"$soname" -Wl,-z,nodelete -Wl,--gc-sections -Wl,-s -lpthread -ldl -lm -lunwind
}

# Compiles the library for another platform.
compile() {
    local target version='' flags=${RUSTFLAGS:-}
    if [[ $libc == many ]]; then
        target=$machine-unknown-linux-gnu version=.${oldest/_/.}
    else
        # Rust links musl statically unless told, and then makes no shared library.
        target=$machine-unknown-linux-musl flags+=' -C target-feature=-crt-static'
    fi
    RUSTFLAGS=$flags cargo-zigbuild rustc --locked --profile dist --lib --crate-type cdylib --target "$target$version"
    library=${CARGO_TARGET_DIR:-$root/target}/$target/dist/libflagbit.so
}

# Compiles the extension. It sees only the stable ABI, for which the headers of this Python serve all platforms.
compile_extension() {
    local headers target=musl needed=libc.so
    [[ $libc == musl ]] || target=gnu.${oldest/_/.} needed=libc.so.6
    headers=$(python -c 'import sysconfig; print(sysconfig.get_path("include"))')
    python -m ziglang cc -target "$machine-linux-$target" -std=c11 -O2 -fPIC -fvisibility=hidden -Wall -Wextra \
        -DPy_LIMITED_API=0x030A0000 -Iinclude -I"$headers" bindings/python/native/*.c -shared -Wl,-s -o "$extension"
    # It uses nothing of libc, so the linker has left it out; but auditwheel tells the platform of a wheel by its libc.
    patchelf --add-needed "$needed" "$extension"
}

# musl has no versions of symbols, and auditwheel checks it only on a machine with musl: this checks what a file needs.
needs_only_libc() {
    [[ $(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p') == libc.so ]] || fail "$1 needs more than libc"
}

# pack TAG EXTENSION: puts a wheel that is what its name says into $work/checked.
pack() {
    local name=linux_$machine
    if [[ $libc == musl ]]; then
        name=$platform
        needs_only_libc "$library"
        [[ $2 == 0 ]] || needs_only_libc "$2"
    fi
    rm -rf "$work/packed"
    FLAGBIT_LIBRARY=$library FLAGBIT_NATIVE=$2 FLAGBIT_PLATFORM=$name \
        python -m build --no-isolation --wheel --outdir "$work/packed" bindings/python
    if [[ $libc == musl ]]; then
        cp "$work"/packed/*.whl "$work/checked"
    else
        # auditwheel finds the oldest glibc that will do, and names the wheel by it.
        auditwheel repair --only-plat --wheel-dir "$work/checked" "$work"/packed/*.whl
    fi
    ls "$work"/checked/*"$1"*"$platform".whl || fail "the wheel needs a newer system than $platform"
}

rm -rf "$work/checked"
mkdir -p "$work/checked"
for platform in "${@:-$here}"; do
    [[ $platform =~ ^(many|musl)linux_([0-9]+_[0-9]+)_(.*)$ ]] || fail "$platform is not the platform of a wheel"
    libc=${BASH_REMATCH[1]} oldest=${BASH_REMATCH[2]} machine=${BASH_REMATCH[3]}
    if [[ -n $given ]]; then
        library=$given
    elif [[ $platform == "$here" ]]; then
        library=$work/libflagbit.so
        step "link for $platform" link "$library"
    else
        compile
    fi
    extension=$work/_native.abi3.so
    step "extension for $platform" compile_extension
    step "pack for $platform" pack cp310-abi3 "$extension"
    step "pack for $platform, no extension" pack py3-none 0
done
rm -rf "$work/dist"
mv "$work/checked" "$work/dist"
for made in "$work"/dist/*.whl; do
    echo "wheel: build/wheel/dist/${made##*/}, $(stat -c %s "$made") bytes"
done

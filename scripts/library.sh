#!/usr/bin/env bash
# Builds what is shipped into build/lib: the shared library under its SONAME and the static library reduced to one
# object whose only global symbols are flagbit_*.
set -euo pipefail
cd "$(dirname "$0")/.."

# --crate-type: with the rlib of Cargo.toml beside them, link-time optimisation would be off.
cargo rustc --quiet --profile dist --lib --crate-type cdylib,staticlib
built=${CARGO_TARGET_DIR:-target}/dist
out=build/lib
mkdir -p "$out"

soname=$(readelf -d "$built/libflagbit.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
install -m 755 "$built/libflagbit.so" "$out/$soname"
ln -sf "$soname" "$out/libflagbit.so"

symbols=$(nm --dynamic --defined-only --format=just-symbols "$built/libflagbit.so")
object=$(mktemp -d)
trap 'rm -rf "$object"' EXIT
# Any root keeps the linker from warning that there is no entry; the sections of all exported functions are kept.
cc -r -nostdlib -Wl,--gc-sections -Wl,-e,flagbit_version \
    $(printf ' -Wl,-u,%s' $symbols) "$built/libflagbit.a" -o "$object/flagbit.o"
printf '%s\n' $symbols > "$object/symbols"
# The standard library carries bitcode beside its code, which tools that look for it cannot read.
objcopy --strip-debug --remove-section=.llvmbc --remove-section=.llvmcmd --keep-global-symbols="$object/symbols" "$object/flagbit.o"
rm -f "$out/libflagbit.a"
ar rcsD "$out/libflagbit.a" "$object/flagbit.o"

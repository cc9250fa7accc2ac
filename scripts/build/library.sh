#!/usr/bin/env bash
# Builds what is shipped into build/lib: the shared library under its SONAME and the static library reduced to one
# object whose only global symbols are flagbit_*.
. "$(dirname "$0")/../lib.sh"

# --crate-type: with the rlib of Cargo.toml as well, link-time optimisation would be off.
cargo rustc --profile dist --lib --crate-type cdylib,staticlib
built=${CARGO_TARGET_DIR:-target}/dist
out=build/lib
mkdir -p "$out"

soname=$(readelf -d "$built/libflagbit.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
cmp -s "$built/libflagbit.so" "$out/$soname" && test -e "$out/libflagbit.so" -a "$out/libflagbit.a" -nt "$built/libflagbit.a" && exit
rm -f "$out/libflagbit.a"
install -m 755 "$built/libflagbit.so" "$out/$soname"
ln -sf "$soname" "$out/libflagbit.so"

symbols=$(nm --dynamic --defined-only --format=just-symbols "$built/libflagbit.so")
temporary_folder
# Any root keeps the linker from warning that there is no entry; the sections of all exported functions are kept.
cc -r -nostdlib -Wl,--gc-sections -Wl,-e,flagbit_version \
    $(printf ' -Wl,-u,%s' $symbols) "$built/libflagbit.a" -o "$temporary/flagbit.o"
printf '%s\n' $symbols > "$temporary/symbols"
# The standard library carries bitcode next to its code, which tools that look for it cannot read.
objcopy --strip-debug --remove-section=.llvmbc --remove-section=.llvmcmd --keep-global-symbols="$temporary/symbols" \
    "$temporary/flagbit.o"
ar rcsD "$temporary/libflagbit.a" "$temporary/flagbit.o"
mv "$temporary/libflagbit.a" "$out"

#!/usr/bin/env bash
# Checks the library as C programs see it, in three ways: the exported symbols are the header's functions; the shared
# library is what it says it is; and the ABI is the committed baseline's (UPDATE_ABI=1 rewrites that).
. "$(dirname "$0")/../lib.sh"

out=build/abi
library=build/lib/libflagbit.so
mkdir -p "$out"

scripts/test/exported.sh > "$out/declared"
nm --dynamic --defined-only --format=just-symbols "$library" | sort > "$out/shared"
nm --extern-only --defined-only --format=just-symbols build/lib/libflagbit.a | grep . | grep -v ':$' | sort > "$out/static"
for library_kind in shared static; do
    diff "$out/declared" "$out/$library_kind" ||
        { echo "the $library_kind library exports something else than include/flagbit.h declares"; exit 1; }
done
echo "symbols: $(wc -l < "$out/declared") functions, the same in the header, the shared and the static library"

dynamic=$(readelf --dynamic --wide "$library")
grep -q 'SONAME.*\[libflagbit\.so\.[0-9.]*\]' <<< "$dynamic" || { echo "no SONAME"; exit 1; }
grep -q 'FLAGS_1.*NODELETE' <<< "$dynamic" || { echo "not linked with -z nodelete, though threads run in it"; exit 1; }
needed=$(sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' <<< "$dynamic" | sort | tr '\n' ' ')
for dependency in $needed; do
    case $dependency in
        libc.so.6 | libgcc_s.so.1 | libm.so.6 | ld-linux-*) ;;
        *) echo "needs $dependency at run time"; exit 1 ;;
    esac
done
# The newest version of glibc that a symbol asks for.
glibc=$(objdump --dynamic-syms "$library" | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -1)
echo "shared library: $(stat -Lc %s "$library") bytes, needs $needed(${glibc/_/ } or newer)"

# The functions' types as C sees them: a tiny library of one pointer to each. Rust's own types stay out of it.
{
    echo '#include <flagbit.h>'
    while read -r function; do
        echo "__typeof__($function) *abi_$function = $function;"
    done < "$out/declared"
    # Enums cross the ABI as integers, so their numbers need to be looked at on their own.
    grep -oE '^enum flagbit_[a-z_]+' include/flagbit.h | while read -r _ name; do
        echo "enum $name abi_enum_$name;"
    done
} > "$out/surface.c"
cc -std=gnu11 -g -shared -fPIC -Iinclude "$out/surface.c" -o "$out/surface.so"
test -z "${UPDATE_ABI:-}" || abidw --no-corpus-path --no-comp-dir-path --short-locs "$out/surface.so" > abi/baseline.abi
# Additions are compatible; everything else is not, and asks for a new FLAGBIT_ABI_MAJOR.
abidiff --no-added-syms abi/baseline.abi "$out/surface.so" ||
    { echo "the ABI differs from abi/baseline.abi: see CONTRIBUTING.md, \"The ABI\""; exit 1; }
echo "ABI: compatible with abi/baseline.abi"

#!/usr/bin/env bash
# Counts the instructions of the calls that use nothing but boolean flags, and compares them with
# benches/instructions.json. Takes the library of build/lib, or that of FLAGBIT_LIBRARY. UPDATE_INSTRUCTIONS=1 writes
# the "now" column there.
. "$(dirname "$0")/../lib.sh"

library=${FLAGBIT_LIBRARY:-$PWD/build/lib/libflagbit.so}
out=build/instructions
mkdir -p "$out"
test -e "$library" || need_library

cc -std=c11 -O2 -Wall -Wextra -Wpedantic -Werror -Iinclude benches/instructions/cases.c "$library" \
    -Wl,-rpath,"$(dirname "$library")" -o "$out/cases"
rm -f "$out/counts"
# GLIBC_TUNABLES: one implementation of memcmp and the like on every processor.
GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-ERMS,-FSRM \
    valgrind --quiet --tool=callgrind --combine-dumps=yes --callgrind-out-file="$out/counts" \
    "$out/cases" > "$out/features"

strip --strip-all -o "$out/stripped.so" "$(readlink -f "$library")"
python3 benches/instructions/compare.py "$out/counts" "$(uname -m) $(cat "$out/features")" \
    "$(stat -c %s "$out/stripped.so")"

# Whatever the shape of a snapshot, the work is linear in its size.
cc -std=c11 -O2 -Wall -Wextra -Wpedantic -Werror -Iinclude benches/instructions/growth.c "$library" \
    -Wl,-rpath,"$(dirname "$library")" -o "$out/growth"
rm -f "$out/growth-counts"
python3 benches/instructions/growth.py write "$out/shapes" \
    | xargs valgrind --quiet --tool=callgrind --combine-dumps=yes --callgrind-out-file="$out/growth-counts" "$out/growth"
python3 benches/instructions/growth.py check "$out/growth-counts"

#!/usr/bin/env bash
# Installs the headers, both libraries, flagbit.pc and a CMake package below PREFIX (/usr/local), within DESTDIR.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=${PREFIX:-/usr/local}
[[ $prefix == /* ]] || { echo "PREFIX is an absolute path, not $prefix"; exit 1; }
root=${DESTDIR:-}$prefix
version=$(sed -n 's/^#define FLAGBIT_VERSION "\(.*\)"$/\1/p' include/flagbit.h)
soname=$(basename build/lib/libflagbit.so.*)
filled() {
    sed -e "s/@VERSION@/$version/g" -e "s/@SERIES@/${version%.*}/g" -e "s/@SONAME@/$soname/g" "packaging/$1.in"
}

install -d "$root/include" "$root/lib/pkgconfig" "$root/lib/cmake/flagbit"
install -m 644 include/flagbit.h include/flagbit.hpp "$root/include"
install -m 755 "build/lib/$soname" "$root/lib"
ln -sf "$soname" "$root/lib/libflagbit.so"
install -m 644 build/lib/libflagbit.a "$root/lib"
filled flagbit.pc > "$root/lib/pkgconfig/flagbit.pc"
filled flagbit-config.cmake > "$root/lib/cmake/flagbit/flagbit-config.cmake"
filled flagbit-config-version.cmake > "$root/lib/cmake/flagbit/flagbit-config-version.cmake"
echo "installed FlagBit $version into $root"
if [[ -z ${DESTDIR:-} && $(id -u) -eq 0 ]] && command -v ldconfig > /dev/null; then
    ldconfig || true
fi

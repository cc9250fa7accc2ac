#!/usr/bin/env bash
# Installs the headers, both libraries, flagbit.pc and a CMake package below PREFIX (/usr/local), within DESTDIR.
. "$(dirname "$0")/../lib.sh"

prefix=${PREFIX:-/usr/local}
[[ $prefix == /* ]] || { echo "PREFIX is an absolute path, not $prefix"; exit 1; }
target=${DESTDIR:-}$prefix
version=$(sed -n 's/^#define FLAGBIT_VERSION "\(.*\)"$/\1/p' include/flagbit.h)
soname=$(basename build/lib/libflagbit.so.*)
filled() {
    sed -e "s/@VERSION@/$version/g" -e "s/@SERIES@/${version%.*}/g" -e "s/@SONAME@/$soname/g" "packaging/$1.in"
}

install -d "$target/include" "$target/lib/pkgconfig" "$target/lib/cmake/flagbit"
install -m 644 include/flagbit.h include/flagbit.hpp "$target/include"
install -m 755 "build/lib/$soname" "$target/lib"
ln -sf "$soname" "$target/lib/libflagbit.so"
install -m 644 build/lib/libflagbit.a "$target/lib"
filled flagbit.pc > "$target/lib/pkgconfig/flagbit.pc"
filled flagbit-config.cmake > "$target/lib/cmake/flagbit/flagbit-config.cmake"
filled flagbit-config-version.cmake > "$target/lib/cmake/flagbit/flagbit-config-version.cmake"
echo "installed FlagBit $version into $target"
if [[ -z ${DESTDIR:-} && $(id -u) -eq 0 ]] && command -v ldconfig > /dev/null; then
    ldconfig || true
fi

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
# A package is made within DESTDIR, and whoever installs it sees to the loader.
[[ -z ${DESTDIR:-} ]] || exit 0

PATH=$PATH:/usr/sbin:/sbin
command -v ldconfig > /dev/null || exit 0
[[ $(id -u) -ne 0 ]] || ldconfig || true
if ! ldconfig -p | grep -qF "=> $prefix/lib/$soname"; then
    cat << END

Programs will not find $soname when they start, since the loader does not search $prefix/lib. Do one of these:

    link programs with          -Wl,-rpath,$prefix/lib
    or tell the loader          echo $prefix/lib | sudo tee /etc/ld.so.conf.d/flagbit.conf && sudo ldconfig
    or start programs with      LD_LIBRARY_PATH=$prefix/lib
    or link the library in      $prefix/lib/libflagbit.a
END
fi
if ! pkg-config --exists flagbit 2> /dev/null; then
    printf '\nFor pkg-config: export PKG_CONFIG_PATH=%s/lib/pkgconfig\n' "$prefix"
fi

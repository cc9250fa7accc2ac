#!/usr/bin/env bash
# Builds the Node addon of this platform into bindings/node/prebuilds, from build/lib/libflagbit.a (or FLAGBIT_ARCHIVE):
# one file that needs no other library of FlagBit's.
. "$(dirname "$0")/../lib.sh"

project=bindings/node
headers=$project/node_modules/node-api-headers/include
[[ -e $headers/node_api.h ]] || { echo "run npm ci in $project first: it brings Node's headers"; exit 1; }
target=$(node -p '`${process.platform}-${process.arch}`')
flags=(-std=c11 -D_POSIX_C_SOURCE=200809L -O2 -fPIC -fvisibility=hidden -Wall -Wextra -Wpedantic -Werror)
case $target in
    linux-*)
        ldd --version 2>&1 | grep -qi musl && target+=-musl || target+=-gnu
        # -z nodelete: threads run in it, also when the worker that loaded it has ended.
        link=(-shared -Wl,-z,nodelete -Wl,-z,now -Wl,--gc-sections -Wl,--exclude-libs,ALL -Wl,-s -pthread -lm -ldl)
        ;;
    darwin-*) flags+=(-D_DARWIN_C_SOURCE) link=(-bundle -undefined dynamic_lookup -Wl,-dead_strip) ;;
    *) echo "$target: build it by hand, from $project/addon and the static library"; exit 1 ;;
esac
out=$project/prebuilds/$target
mkdir -p "$out"
${CC:-cc} "${flags[@]}" -I"$headers" -Iinclude "$project"/addon/*.c "${FLAGBIT_ARCHIVE:-build/lib/libflagbit.a}" \
    "${link[@]}" -o "$out/flagbit.node"

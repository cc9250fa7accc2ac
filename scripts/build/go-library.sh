#!/usr/bin/env bash
# Puts the static library and its header into the Go module, where releases commit them. Takes those of this machine, or
# the library that FLAGBIT_STATIC_LIBRARY names, for the platform FLAGBIT_GO_PLATFORM: a folder of bindings/go/lib.
. "$(dirname "$0")/../lib.sh"

library=${FLAGBIT_STATIC_LIBRARY:-build/lib/libflagbit.a}
platform=${FLAGBIT_GO_PLATFORM:-$(go env GOOS)-$(go env GOARCH)}
folder=bindings/go/lib/$platform
test -d "$folder" || { echo "$platform is none of: $(cd bindings/go/lib && echo *-*)"; exit 1; }
test -e "$library" || { echo "$library is missing: run make lib"; exit 1; }

# Only what differs: a newer file would have everything linked anew.
place() { cmp -s "$1" "$2" || cp "$1" "$2"; }
place "$library" "$folder/libflagbit.a"
place include/flagbit.h bindings/go/lib/include/flagbit.h

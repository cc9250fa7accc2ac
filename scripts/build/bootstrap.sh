#!/usr/bin/env bash
# Installs what the build and the tests need from Debian's packages, or says in one line what to install.
. "$(dirname "$0")/../lib.sh"
# Debian has nginx here, which is not in everybody's path.
PATH=$PATH:/usr/sbin

for tool in cargo python3 node npm; do
    command -v "$tool" > /dev/null || {
        echo "install $tool first (Rust: https://rustup.rs, Python 3.10 or newer, Node 20 or newer: https://nodejs.org)"
        exit 1
    }
done
# Debian's Go is older than OpenFeature's SDK needs; the binding itself takes 1.24.
go_minor=$(go env GOVERSION 2> /dev/null | sed -nE 's/^go1\.([0-9]+).*/\1/p')
test "${go_minor:-0}" -ge 26 || { echo "install Go 1.26 or newer first (https://go.dev/dl)"; exit 1; }

# Each need, and the package that has it.
needs=(
    command:gcc:gcc command:g++:g++ command:clang:clang command:clang-format:clang-format command:valgrind:valgrind
    command:cmake:cmake command:meson:meson command:abidiff:abigail-tools command:abidw:abigail-tools command:pkg-config:pkg-config
    file:/usr/include/json-c/json.h:libjson-c-dev file:/usr/include/nlohmann/json.hpp:nlohmann-json3-dev
    fuzzer:libFuzzer:libclang-rt-14-dev
    postgres:server:postgresql command:pgbouncer:pgbouncer command:nginx:nginx command:curl:curl command:openssl:openssl
)
missing=()
for need in "${needs[@]}"; do
    IFS=: read -r kind what package <<< "$need"
    case $kind in
        command) command -v "$what" > /dev/null || missing+=("$package") ;;
        file) test -e "$what" || missing+=("$package") ;;
        postgres) ls /usr/lib/postgresql/*/bin/postgres &> /dev/null || missing+=("$package") ;;
        fuzzer) ls "$(clang -print-runtime-dir 2> /dev/null)"/libclang_rt.fuzzer-* &> /dev/null || missing+=("$package") ;;
    esac
done
test ${#missing[@]} -eq 0 && exit 0

packages=$(printf '%s\n' "${missing[@]}" | sort -u | tr '\n' ' ')
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "install these first (names of Debian 12's packages): $packages"
    exit 1
fi
echo "installing $packages"
export DEBIAN_FRONTEND=noninteractive
# The tests start their own servers: what is installed here starts none.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
fi
apt-get update -qq
apt-get install -qq -y --no-install-recommends $packages > /dev/null

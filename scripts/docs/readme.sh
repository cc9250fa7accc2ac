#!/usr/bin/env bash
# Does what the README and docs/quick-start.md show, as a reader would: the README's project in Rust, the page's programs in C,
# C++, Python, Go and Node, and the page's server. Uses the packages and the server that make demo built.
. "$(dirname "$0")/../lib.sh"

out=$root/build/readme
rm -rf "$out"
mkdir -p "$out"
block() { awk -v fence="\`\`\`$2" '$0 == fence {on = 1; next} /^```/ {on = 0} on' "$1"; }

# Waits until a file has a line; the programs end by themselves or are ended below.
wait_for() {
    for _ in {1..200}; do
        if grep -qx "$2" "$1" 2> /dev/null; then return; fi
        sleep 0.1
    done
    fail "expected \"$2\" in $1, found: $(cat "$1")"
}

quick_start() {
    mkdir "$out/hello"
    cd "$out/hello"
    cargo init --quiet --vcs none --name hello
    cargo add --quiet --path "$root"
    block "$root/README.md" json > flags.json
    block "$root/README.md" rust,no_run > src/main.rs
    # The versions that the repository's lock file has, so that nothing is looked up.
    cp "$root/Cargo.lock" .
    CARGO_TARGET_DIR=$root/build/readme-target cargo build --quiet
    timeout 60 "$root/build/readme-target/debug/hello" > printed &
    local program=$!
    wait_for printed 'premium-feature is on'
    sed -i 's/"enabled": true/"enabled": false/' flags.json
    wait_for printed 'premium-feature is off'
    kill "$program"
    echo "Rust: $(paste -sd, printed)"
}

programs() {
    local page=$root/docs/quick-start.md
    # `make demo` installed the packages here.
    local node=$root/build/demo/node python=$root/build/demo/venv/bin/python
    test -x "$python" -a -d "$node" || fail "run make demo first: it installs the Python and the Node package"
    cd "$out"
    block "$page" "json snapshot" > flags.json
    block "$page" c > program.c
    block "$page" cpp > program.cpp
    block "$page" "python program" > program.py
    block "$page" go > program.go
    # On a port that nobody uses.
    local port
    port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    block "$page" js | sed "s/3000/$port/g" > "$node/program.mjs"

    local flags=(-Wall -Wextra -Wpedantic -Werror "-I$root/include" "-L$root/build/lib" "-Wl,-rpath,$root/build/lib")
    cc -std=c11 "${flags[@]}" program.c -lflagbit -o c
    c++ -std=c++17 -fno-exceptions -fno-rtti "${flags[@]}" program.cpp -lflagbit -o cpp
    # The module's example already knows where the module is.
    sed "s#=> ../../#=> $root/#" "$root/examples/go/go.mod" > go.mod
    go build -o go program.go
    for program in ./c ./cpp "$python program.py" ./go; do
        printed=$($program)
        [[ $printed == on* ]] || fail "$program printed: $printed"
        echo "${program##*/}: $(tr '\n' ' ' <<< "$printed")"
    done

    timeout 60 node "$node/program.mjs" > printed &
    local server=$!
    wait_for printed "http://127.0.0.1:$port"
    [[ $(curl -s http://127.0.0.1:$port) == on ]] || fail "the Node program does not answer on"
    sed -i 's/"enabled": true/"enabled": false/' flags.json
    wait_for printed 'changed: .*premium-feature.*'
    [[ $(curl -s http://127.0.0.1:$port) == off ]] || fail "the Node program does not follow the file"
    kill "$server"
    echo "node: on, then off"

    "$python" "$root/scripts/docs/server.py" docs/quick-start.md
}

need_server
(quick_start)
need_server
(programs)

#!/usr/bin/env bash
# Builds and runs the README's first program in C, C++, Python, Go and Node, as a reader would. (The Rust one is a doc test.)
. "$(dirname "$0")/../lib.sh"

out=$PWD/build/readme
rm -rf "$out"
mkdir -p "$out"
block() { awk -v fence="\`\`\`$1" '$0 == fence {on = 1; next} /^```/ {on = 0} on' README.md; }
block json > "$out/flags.json"
block c > "$out/program.c"
block cpp > "$out/program.cpp"
block python > "$out/program.py"
block go > "$out/program.go"
# Beside the packages that make demo installed.
node=$PWD/build/demo/node python=$PWD/build/demo/venv/bin/python
test -x "$python" -a -d "$node" || { echo "run make demo first: it installs the Python and the Node package"; exit 1; }
block js > "$node/program.mjs"

flags=(-Wall -Wextra -Wpedantic -Werror -Iinclude -Lbuild/lib "-Wl,-rpath,$PWD/build/lib")
cc -std=c11 "${flags[@]}" "$out/program.c" -lflagbit -o "$out/c"
c++ -std=c++17 -fno-exceptions -fno-rtti "${flags[@]}" "$out/program.cpp" -lflagbit -o "$out/cpp"

# Beside the example, which already knows where the module is.
cp examples/go/go.mod "$out"
(cd "$out" && go build -o go program.go)

cd "$out"
for program in ./c ./cpp "$python program.py" ./go "node $node/program.mjs"; do
    printed=$($program)
    [[ $printed == on* ]] || { echo "$program printed: $printed"; exit 1; }
    echo "${program##*/}: $(tr '\n' ' ' <<< "$printed")"
done

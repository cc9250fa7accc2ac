#!/usr/bin/env bash
# Tests the Go binding: formatting, vet, staticcheck, the tests plain, under the race detector and with a collector that never
# rests, the modules as installed, the example; and OpenFeature's provider, also with the real server, which it builds unless
# FLAGBIT_SERVER names its binary. FLAGBIT_STRESS_SECONDS is how long the stress takes, by default a second.
. "$(dirname "$0")/../lib.sh"
module=$root/bindings/go work=$root/build/go
provider=$module/openfeature
all=("$module" "$provider" "$provider/checks" examples/go)
staticcheck=v0.8.2
# The library is in the program, so none may be needed at run time.
unset LD_LIBRARY_PATH GOFLAGS
export GOWORK=off
mkdir -p "$work/bin"

told() { grep -oE '[0-9]+ goroutines, .*|^openfeature: .*' "$1" | sed 's/^openfeature: //' | paste -sd ';'; }

in_module() { (cd "$module" && "$@"); }
in_provider() { (cd "$provider" && "$@"); }
in_checks() { (cd "$provider/checks" && "$@"); }

# A command in each module.
in_all() {
    local folder
    for folder in "${all[@]}"; do (cd "$folder" && "$@") || return 1; done
}

formatted() {
    local files
    files=$(gofmt -l "$module" examples/go benches/languages/go benches/openfeature/go)
    test -z "$files" || { echo "run gofmt -w on:"; echo "$files"; return 1; }
}

# Without a network it is left out, where it was never installed.
checked() {
    GOBIN=$work/bin go install "honnef.co/go/tools/cmd/staticcheck@$staticcheck" || test -x "$work/bin/staticcheck" ||
        { echo "staticcheck cannot be installed"; return 0; }
    in_all "$work/bin/staticcheck" ./...
}

# The build of a plain user, without the tests' own stress a second time.
benchmarks() { in_module go test -run '^$' -bench . -benchtime 10x . ; }

example() {
    (cd examples/go && go build -o "$work/shop" ./shop)
    "$work/shop" examples/flags.json | diff - <(cargo run -q --example shop)
}

step "the library" scripts/build/go-library.sh
step "format" formatted
# A module's lists of what it needs are complete and no longer than that.
step "tidy" in_all go mod tidy -diff
step "vet" in_all go vet ./...
step "staticcheck" checked
step "tests" in_module go test -count 1 -v ./...
step "tests, race detector" in_module env FLAGBIT_STRESS_SECONDS=1 go test -count 1 -race ./...
# MALLOC_PERTURB_ has glibc overwrite what is freed, so that a use of it is seen.
step "tests, GOGC=1 and cgocheck" in_module env FLAGBIT_STRESS_SECONDS=1 MALLOC_PERTURB_=165 GOGC=1 GODEBUG=cgocheck=1 go test -count 1 ./...
step "the benchmarks run" benchmarks
need_server
step "openfeature" in_provider go test -count 1 -v ./...
step "openfeature, race detector" in_provider go test -count 1 -race ./...
step "openfeature, checks with others" in_checks go test -count 1 -v -race ./...
step "package" in_module env FLAGBIT_TEST_PACKAGE=1 go test -count 1 -run '^TestPackage' .
step "example" example

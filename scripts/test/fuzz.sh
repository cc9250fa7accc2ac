#!/usr/bin/env bash
# Runs the fuzz targets side by side, SECONDS_EACH (10) seconds each.
. "$(dirname "$0")/../lib.sh"

host=$(rustc -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg=flagbit_fuzz -Cdebug-assertions -Coverflow-checks"
# --target keeps build scripts and macros free of the flags; coverage does not survive link-time optimisation.
build() {
    RUSTFLAGS=$(echo $coverage) cargo rustc --quiet --release --lib --crate-type staticlib \
        --target "$host" --target-dir target/fuzz "$@"
}
build
build --locked --manifest-path fuzz/body/Cargo.toml

out=build/fuzz
mkdir -p "$out"
running=()
for target in snapshot attributes calls network body; do
    library=libflagbit.a
    [[ $target != body ]] || library=libflagbit_fuzz_body.a
    clang -std=c11 -D_POSIX_C_SOURCE=200809L -g -O1 -Wall -Wextra -Werror -fsanitize=fuzzer,address,undefined -Iinclude \
        "fuzz/$target.c" "target/fuzz/$host/release/$library" -lpthread -ldl -lm -o "$out/$target"
    mkdir -p "$out/found-$target"
    "$out/$target" -max_total_time="${SECONDS_EACH:-10}" -max_len=4096 -timeout=10 -artifact_prefix="$out/$target-" \
        -print_final_stats=1 "$out/found-$target" "fuzz/corpus/$target" > "$out/$target.log" 2>&1 &
    running+=("$target:$!")
done

failed=0
for pair in "${running[@]}"; do
    target=${pair%:*}
    if wait "${pair#*:}"; then
        runs=$(sed -n 's/stat::number_of_executed_units: *//p' "$out/$target.log")
        echo "fuzz $target: $runs inputs, no fault"
        # An input of `calls` is up to 256 calls, which open clients and start threads.
        least=1000
        [[ $target != calls ]] || least=100
        test "$runs" -gt "$least" || { echo "fuzz $target: too few inputs to mean anything"; failed=1; }
    else
        tail -40 "$out/$target.log"
        echo "fuzz $target: failed; the input is in $out/$target-*"
        failed=1
    fi
done

# A new function is fuzzed from its first day on.
scripts/test/exported.sh > "$out/exported"
sed -n 's/^called: //p' "$out/calls.log" | sort > "$out/called"
if diff "$out/exported" "$out/called" > "$out/not-called"; then
    echo "fuzz calls: called all $(wc -l < "$out/exported") exported functions"
else
    echo "fuzz calls: did not call these functions; add them to OPERATIONS in fuzz/calls.c:"
    sed -n 's/^[<>] /  /p' "$out/not-called"
    failed=1
fi
exit $failed

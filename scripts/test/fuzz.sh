#!/usr/bin/env bash
# Runs the fuzz targets side by side, SECONDS_EACH (20) seconds each.
. "$(dirname "$0")/../lib.sh"

host=$(rustc -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg=flagbit_fuzz -Cdebug-assertions -Coverflow-checks"
# --target keeps build scripts and macros free of the flags; coverage does not survive link-time optimisation.
RUSTFLAGS=$(echo $coverage) cargo rustc --quiet --release --lib --crate-type staticlib \
    --target "$host" --target-dir target/fuzz

out=build/fuzz
mkdir -p "$out"
running=()
for target in snapshot attributes network; do
    clang -std=c11 -g -O1 -Wall -Wextra -Werror -fsanitize=fuzzer,address,undefined -Iinclude "fuzz/$target.c" \
        "target/fuzz/$host/release/libflagbit.a" -lpthread -ldl -lm -o "$out/$target"
    mkdir -p "$out/found-$target"
    "$out/$target" -max_total_time="${SECONDS_EACH:-20}" -max_len=4096 -timeout=10 -artifact_prefix="$out/$target-" \
        -print_final_stats=1 "$out/found-$target" "fuzz/corpus/$target" > "$out/$target.log" 2>&1 &
    running+=("$target:$!")
done

failed=0
for pair in "${running[@]}"; do
    target=${pair%:*}
    if wait "${pair#*:}"; then
        runs=$(sed -n 's/stat::number_of_executed_units: *//p' "$out/$target.log")
        echo "fuzz $target: $runs inputs, no fault"
        test "$runs" -gt 1000 || { echo "fuzz $target: too few inputs to mean anything"; failed=1; }
    else
        tail -40 "$out/$target.log"
        echo "fuzz $target: failed; the input is in $out/$target-*"
        failed=1
    fi
done
exit $failed

#!/usr/bin/env bash
# Measures FlagBit through Rust and C, and its peers, and writes the tables into docs/benchmarks.md.
# `--short` only shows that everything works and prints the tables instead.
. "$(dirname "$0")/../lib.sh"

short=() runs=$(PYTHONPATH=benches python3 -c 'from ratios import RUNS; print(RUNS)')
if [ "${1:-}" = --short ]; then short=(--short) runs=1; fi
results=build/bench
mkdir -p "$results"

# Everything is built before anything is measured.
scripts/build/library.sh
cargo bench --bench evaluation --bench model --no-run
cc -std=c11 -O2 -Wall -Wextra -D_POSIX_C_SOURCE=200809L -Iinclude benches/c/*.c \
    -Lbuild/lib -lflagbit -Wl,-rpath,"$PWD/build/lib" -o "$results/evaluation"
cargo build --release --locked --manifest-path benches/peers/Cargo.toml
python3 benches/peers/workload.py

cut -d' ' -f1 /proc/loadavg > "$results/load"
rm -f "$results"/*.md
for run in $(seq "$runs"); do
    cargo bench --quiet --bench evaluation -- "${short[@]}" > "$results/rust-$run.md"
    "$results/evaluation" benches/flags.json "${short[@]}" > "$results/c-$run.md"
    "${CARGO_TARGET_DIR:-benches/peers/target}/release/peers" "${short[@]}" > "$results/peers-$run.md"
    cargo bench --quiet --bench model -- "${short[@]}" > "$results/model-$run.md"
done

if [ ${#short[@]} -gt 0 ]; then
    cat "$results"/*.md
else
    python3 benches/report.py "$results" docs/benchmarks.md
fi

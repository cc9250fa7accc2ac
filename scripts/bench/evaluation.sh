#!/usr/bin/env bash
# Measures FlagBit through Rust and C, and its peers, and writes the tables into docs/benchmarks.md.
# `--short` only shows that everything works and prints the tables instead.
. "$(dirname "$0")/../lib.sh"

short=()
if [ "${1:-}" = --short ]; then short=(--short); fi
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
cargo bench --quiet --bench evaluation -- "${short[@]}" > "$results/rust.md"
cargo bench --quiet --bench model -- "${short[@]}" > "$results/model.md"
"$results/evaluation" benches/flags.json "${short[@]}" > "$results/c.md"
"${CARGO_TARGET_DIR:-benches/peers/target}/release/peers" "${short[@]}" > "$results/peers.md"

if [ ${#short[@]} -gt 0 ]; then
    cat "$results"/*.md
else
    python3 benches/report.py "$results" docs/benchmarks.md
fi

#!/usr/bin/env bash
# Measures clients of a real server on the loopback and writes the tables into docs/benchmarks.md: how soon a change is
# seen, what evaluations notice of it, what a client costs. `--short` only shows that everything works.
. "$(dirname "$0")/../lib.sh"

results=build/bench-fresh
mkdir -p "$results"

# Everything is built before anything is measured.
cargo build --release --manifest-path server/Cargo.toml
cargo bench --bench fresh --no-run

cut -d' ' -f1 /proc/loadavg > "$results/load"
export FLAGBIT_SERVER=${CARGO_TARGET_DIR:-$PWD/server/target}/release/flagbit
python3 benches/fresh/run.py "$results" docs/benchmarks.md "$@"

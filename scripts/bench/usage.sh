#!/usr/bin/env bash
# Measures what reports of usage cost the server and what a change of a flag notices of them, on SQLite and PostgreSQL, and
# writes the tables into docs/benchmarks.md. `--short` only shows that everything works and prints the tables instead.
# FLAGBIT_BASELINE names the binary of an earlier server, to compare what an evaluation costs.
. "$(dirname "$0")/../lib.sh"

cargo build --release --locked --manifest-path server/Cargo.toml
export FLAGBIT_SERVER=${CARGO_TARGET_DIR:-$PWD/server/target}/release/flagbit
PYTHONPATH=benches/server python3 benches/usage/run.py "$@"

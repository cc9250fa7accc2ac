#!/usr/bin/env bash
# Measures what a provider adds to a call of OpenFeature: FlagBit's, flagd's and LaunchDarkly's, in Python, Go and Node;
# and writes the tables into docs/benchmarks.md. `--short` only shows that everything works and prints the tables instead.
. "$(dirname "$0")/../lib.sh"
here=$PWD/benches/openfeature work=$PWD/build/openfeature
unset PYTHONPATH FLAGBIT_NATIVE FLAGBIT_NO_NATIVE FLAGBIT_LIBRARY_PATH FLAGBIT_PLATFORM FLAGBIT_ADDON_PATH GOFLAGS NODE_PATH NODE_OPTIONS
short=() rounds=() runs=$(PYTHONPATH=benches python3 -c 'from ratios import RUNS; print(RUNS)')
test "${1:-}" != --short || short=(--short) rounds=(2 2) runs=1
mkdir -p "$work"
cut -d' ' -f1 /proc/loadavg > "$work/load"

pinned_python "$work/python" "$here/python/requirements.txt" python3 --no-deps
scripts/build/library.sh
rm -rf "$work/dist"
FLAGBIT_LIBRARY=$root/build/lib/libflagbit.so \
    "$work/python/bin/pip" wheel -q --no-deps --wheel-dir "$work/dist" bindings/python
"$work/python/bin/pip" install -q --no-deps --force-reinstall "$work"/dist/*.whl
scripts/build/go-library.sh
(cd "$here/go" && GOWORK=off go build -o "$work/go" .)
"$here/node/install.sh"
python3 benches/languages/workload.py "$work/data"

for run in $(seq "$runs"); do
    "$work/python/bin/python" "$here/python/run.py" "${short[@]}" > "$work/python-$run.jsonl"
    "$work/go" "$work/data" "${rounds[@]}" > "$work/go-$run.jsonl"
    FLAGBIT_BENCH_MODULES=$work/node node "$here/node/run.mjs" "$work/data" "${short[@]}" > "$work/node-$run.jsonl"
done
python3 "$here/report.py" "$work" "$runs" "${short[@]}"

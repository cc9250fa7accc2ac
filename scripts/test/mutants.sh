#!/usr/bin/env bash
# Changes the engine and the client in one place at a time and runs their tests. A change that no test notices is a gap
# in the tests. MUTANTS_SAMPLE=40 tries about 40 changes, spread over all files; without it, all are tried, which takes
# a night. MUTANTS_SHARD (0) chooses another sample. tests/mutants.toml says what is changed, what is not, and why.
. "$(dirname "$0")/../lib.sh"

version=27.1.0
tool=build/tools/cargo-mutants
out=build/mutants
[[ $("$tool/bin/cargo-mutants" mutants --version 2> /dev/null) == "cargo-mutants $version" ]] ||
    step "installing cargo-mutants" cargo install --quiet --locked --root "$tool" --version "$version" cargo-mutants

mutants() {
    "$tool/bin/cargo-mutants" mutants --config tests/mutants.toml "$@"
}

total=$(mutants --list | wc -l)
shards=1
if [[ -n ${MUTANTS_SAMPLE:-} ]]; then
    shards=$((total / MUTANTS_SAMPLE))
    shards=$((shards > 0 ? shards : 1))
fi
rm -rf "$out"
mkdir -p "$out"
begin=$SECONDS
status=0
# The tests of the network wait for real times; the fixed limit is for those that a change lets wait for ever.
PROPTEST_CASES=${PROPTEST_CASES:-100} mutants --output "$out" --shard "${MUTANTS_SHARD:-0}/$shards" \
    --sharding round-robin --colors never --no-times || status=$?
# 2 and 3: some changes were not noticed, or ended by the limit. Everything else is a failure of the run itself.
[[ $status -eq 0 || $status -eq 2 || $status -eq 3 ]] || fail "cargo-mutants ended with $status, see $out/mutants.out/log"

count() {
    wc -l < "$out/mutants.out/$1.txt"
}
noticed=$(($(count caught) + $(count timeout)))
tried=$((noticed + $(count missed)))
[[ $tried -gt 0 ]] || fail "no change was tried"
printf '%s: %d of %d changes tried, %d do not compile; noticed %d of %d (%s %%) in %d s\n' "$part" \
    "$((tried + $(count unviable)))" "$total" "$(count unviable)" "$noticed" "$tried" \
    "$(awk "BEGIN { printf \"%.1f\", 100 * $noticed / $tried }")" $((SECONDS - begin))
sed 's/^/not noticed: /' "$out/mutants.out/missed.txt"
least=${MUTANTS_LEAST:-95}
[[ $((100 * noticed)) -ge $((least * tried)) ]] || fail "fewer than $least % of the changes were noticed (MUTANTS_LEAST)"

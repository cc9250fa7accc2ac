#!/usr/bin/env bash
# Compares all that is locked, in every language, with OSV's database of known faults. It asks nobody on the net.
#
# ADVISORIES names a folder with a copy of the database: osv-scalibr/ECOSYSTEM/all.zip for the ecosystems crates.io, Go,
# npm and PyPI. `ADVISORIES=build/advisories FETCH=1 make advisories` fetches the copy where osv.dev can be reached.
. "$(dirname "$0")/../lib.sh"

version=2.5.0
tool=build/tools/osv-scanner/osv-scanner
ecosystems=(crates.io Go npm PyPI)

folder=${ADVISORIES:-}
[[ -n $folder ]] || did_not_run "ADVISORIES names no folder with a copy of OSV's database; the head of this script says how to get one"
for ecosystem in "${ecosystems[@]}"; do
    file=$folder/osv-scalibr/$ecosystem/all.zip
    if [[ -n ${FETCH:-} ]]; then
        curl -sSf --create-dirs -o "$file" "https://osv-vulnerabilities.storage.googleapis.com/$ecosystem/all.zip"
    fi
    test -s "$file" || did_not_run "$file is missing; FETCH=1 fetches it"
    echo "advisories: $ecosystem as of $(date -u -r "$file" +%F)"
done

[[ $("$tool" --version 2> /dev/null) == *" $version"* ]] ||
    step "installing osv-scanner" env GOBIN="$PWD/${tool%/*}" go install "github.com/google/osv-scanner/v2/cmd/osv-scanner@v$version"

locked=()
while read -r file; do
    locked+=(--lockfile "$file")
done < <(git ls-files 'Cargo.lock' '*/Cargo.lock' '*/go.mod' '*/package-lock.json' '*requirements.txt')
[[ ${#locked[@]} -gt 0 ]] || fail "found nothing that is locked"
# tests/advisories.toml names the advisories that do not concern us, each with its reason.
"$tool" scan source --offline --no-call-analysis=all --local-db-path "$folder" --config tests/advisories.toml "${locked[@]}"

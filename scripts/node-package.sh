#!/usr/bin/env bash
# Makes the Node package and installs it as a stranger would: scripts/node-package.sh FOLDER. The tarball lands in
# build/node; FOLDER, which is emptied, gets it by npm. Takes build/lib/libflagbit.a, or that of FLAGBIT_ARCHIVE.
set -euo pipefail
folder=$(realpath -m "$1")
cd "$(dirname "$0")/.."
root=$PWD project=$PWD/bindings/node out=$PWD/build/node
mkdir -p "$out"

# The pinned compiler and types, installed once for each lock file.
if [[ ! -d $project/node_modules ]] || ! cmp -s "$project/package-lock.json" "$out/package-lock.json"; then
    (cd "$project" && npm ci --silent --ignore-scripts --no-audit --no-fund)
    cp "$project/package-lock.json" "$out"
fi
scripts/node-addon.sh
rm -rf "$project/dist"
"$project/node_modules/.bin/tsc" -p "$project"

cp LICENSE "$project/LICENSE"
rm -f "$out"/*.tgz
(cd "$project" && npm pack --silent --pack-destination "$out" > /dev/null)

rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund "$out"/*.tgz

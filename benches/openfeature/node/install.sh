#!/usr/bin/env bash
# Installs what run.mjs measures in Node: FlagBit's provider, those of others and the SDK, whose own provider's time is the
# SDK's share.
set -euo pipefail
cd "$(dirname "$0")/../../.."
here=$PWD/benches/openfeature/node work=$PWD/build/openfeature/node
unset FLAGBIT_ADDON_PATH NODE_PATH NODE_OPTIONS
mkdir -p "$work"

# The pinned peers, installed once for each list of them.
if ! cmp -s "$here/package-lock.json" "$work/installed.json"; then
    cp "$here/package.json" "$here/package-lock.json" "$work"
    (cd "$work" && npm ci --silent --ignore-scripts --no-audit --no-fund)
    cp "$here/package-lock.json" "$work/installed.json"
fi
scripts/build/node-package.sh "$PWD/build/openfeature/installed"
rm -rf "$work/node_modules/flagbit"
(cd "$work" && npm install --silent --no-save --no-audit --no-fund ../../node/*.tgz)

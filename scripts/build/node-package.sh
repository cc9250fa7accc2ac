#!/usr/bin/env bash
# Makes the Node package's tarball in build/node, from build/lib/libflagbit.a or the archive that FLAGBIT_ARCHIVE names.
# With an argument, npm then installs the tarball into that folder, which is emptied first: scripts/build/node-package.sh FOLDER.
folder=${1:+$(realpath -m "$1")}
. "$(dirname "$0")/../lib.sh"
project=$root/bindings/node out=$root/build/node
mkdir -p "$out"

# The pinned compiler and types.
pinned_node "$project"
scripts/build/node-addon.sh
rm -rf "$project/dist"
"$project/node_modules/.bin/tsc" -p "$project"

cp LICENSE "$project/LICENSE"
rm -f "$out"/*.tgz
(cd "$project" && npm pack --silent --pack-destination "$out" > /dev/null)
tarball=$(echo "$out"/*.tgz)
echo "$part: build/node/${tarball##*/}, $(stat -c %s "$tarball") bytes"

if [[ -n $folder ]]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    cd "$folder"
    echo '{"private": true}' > package.json
    npm install --silent --no-audit --no-fund "$tarball"
fi

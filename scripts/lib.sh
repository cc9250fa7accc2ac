# Sourced by every script first: . "$(dirname "$0")/../lib.sh". It leaves the shell in the repository's root folder.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
part=$(basename "$0" .sh)
export PIP_DISABLE_PIP_VERSION_CHECK=1

fail() {
    echo "$part: $*" >&2
    exit 1
}

# need COMMAND-OR-FILE PACKAGE: fails and names Debian's package if the command or file is missing.
need() {
    command -v "$1" > /dev/null || test -e "$1" || fail "$1 is missing: apt-get install $2"
}

# The exit status of a script whose tools are not there. It is neither success nor failure.
export DID_NOT_RUN=77

# Says why the script cannot run, and ends it so.
did_not_run() {
    echo "$part: did not run: $*"
    exit "$DID_NOT_RUN"
}

# need_nightly COMPONENT...: sets $nightly to a toolchain with these parts of rustup, and installs the parts that are
# missing; did_not_run without one.
need_nightly() {
    nightly=${NIGHTLY:-nightly}
    local sysroot component missing=()
    sysroot=$(rustc "+$nightly" --print sysroot 2> /dev/null) ||
        did_not_run "there is no toolchain $nightly: rustup toolchain install $nightly --component $(IFS=,; echo "$*")"
    for component in "$@"; do
        case $component in
            rust-src) test -e "$sysroot/lib/rustlib/src/rust/library/Cargo.lock" || missing+=("$component") ;;
            *) test -e "$sysroot/bin/$component" || missing+=("$component") ;;
        esac
    done
    [[ ${#missing[@]} -eq 0 ]] || timeout 300 rustup component add --toolchain "$nightly" "${missing[@]}" ||
        did_not_run "rustup cannot install ${missing[*]} for the toolchain $nightly"
}

# Makes the folder $temporary, which is removed when the script ends.
temporary_folder() {
    temporary=$(mktemp -d)
    trap 'rm -rf "$temporary"' EXIT
}

# step NAME COMMAND...: runs the command, with its output in a log, and prints how long it took. Every ten seconds it
# prints the log's last line. A failure prints the log and ends the script; within functions, `set -e` holds.
step() {
    [[ $# -gt 1 ]] || fail "step $* has no command"
    local name=$1 log=$root/build/log/$part/${1//[^[:alnum:].]/-}.log begin=$EPOCHREALTIME heart status
    shift
    mkdir -p "${log%/*}"
    : > "$log"
    heartbeat "$name" "$log" &
    heart=$!
    set +e
    (set -e; "$@") > "$log" 2>&1
    status=$?
    set -e
    kill "$heart"
    wait "$heart" 2> /dev/null || true
    if [[ $status -ne 0 ]]; then
        cat "$log"
        echo "$part: $name FAILED"
        exit 1
    fi
    printf '%s: %-34s %6.1f s  %s\n' "$part" "$name" "$(awk "BEGIN { print $EPOCHREALTIME - $begin }")" "$(told "$log" || true)"
}

heartbeat() {
    local begin=$SECONDS
    # The sleep outlives this shell when the step ends, and must not hold the script's output open.
    while sleep 10 > /dev/null 2>&1 && kill -0 $$ 2> /dev/null; do
        printf '%s: %s ... %d s  %s\n' "$part" "$1" $((SECONDS - begin)) "$(tail -n 1 "$2" | tr -d '\r' | cut -c 1-100)"
    done
}

# Prints the part of a step's log that belongs into the step's line. Scripts define their own.
told() { :; }

# beside COMMAND...: runs the command next to the others; finish waits for all of them and fails if one failed.
started=()
beside() {
    "$@" &
    started+=($!)
}
finish() {
    local job failed=0
    for job in "${started[@]}"; do
        wait "$job" || failed=1
    done
    started=()
    return "$failed"
}

need_library() {
    test -e build/lib/libflagbit.so -a -e build/lib/libflagbit.a || scripts/build/library.sh
}

# Builds the server unless FLAGBIT_SERVER names its binary, and exports that name.
need_server() {
    [[ -z ${FLAGBIT_SERVER:-} ]] || return 0
    step "the server" cargo build --manifest-path server/Cargo.toml
    export FLAGBIT_SERVER=${CARGO_TARGET_DIR:-$root/server/target}/debug/flagbit
}

# pinned_python FOLDER REQUIREMENTS [PYTHON [PIP-OPTION...]]: a virtual environment, made once for each list of packages.
pinned_python() {
    local folder=$1 requirements=$2 python=${3:-python3}
    ! cmp -s "$requirements" "$folder/requirements.txt" || return 0
    echo "$part: installing $requirements"
    rm -rf "$folder"
    "$python" -m venv "$folder"
    "$folder/bin/pip" install -q "${@:4}" -r "$requirements"
    cp "$requirements" "$folder"
}

# pinned_node PROJECT [FOLDER]: the packages of a project's lock file, in the project or in a folder, installed once for
# each lock file.
pinned_node() {
    local project=$1 folder=${2:-$1}
    ! cmp -s "$project/package-lock.json" "$folder/node_modules/installed.json" || return 0
    echo "$part: installing $project/package-lock.json"
    mkdir -p "$folder"
    [[ $project -ef $folder ]] || cp "$project/package.json" "$project/package-lock.json" "$folder"
    (cd "$folder" && npm ci --silent --ignore-scripts --no-audit --no-fund)
    cp "$project/package-lock.json" "$folder/node_modules/installed.json"
}

# The kit for shell scripts, which source this. FLAGBIT_SERVER must name the server's binary.

# Starts a kit, which ends with the script.
kit_start() {
    coproc KIT { exec python3 "$(dirname "${BASH_SOURCE[0]}")/kit.py"; }
}

# kit COMMAND-OBJECT: sends a command, and prints what its answer has. Fails on an error.
kit() {
    local answer
    printf '%s\n' "${1//$'\n'/ }" >&"${KIT[1]}"
    IFS= read -r answer <&"${KIT[0]}"
    [[ $answer == '{"ok": '* ]] || { echo "the kit's command $1: $answer" >&2; return 1; }
    answer=${answer#'{"ok": '}
    printf '%s\n' "${answer%\}}"
}

# field NAME...: the value in the JSON of standard input.
field() {
    python3 -c 'import functools, json, sys
print(functools.reduce(lambda value, name: value[name], sys.argv[1:], json.load(sys.stdin)))' "$@"
}

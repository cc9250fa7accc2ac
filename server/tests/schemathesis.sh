#!/usr/bin/env bash
# Asks the real server everything that its own description allows and much that it forbids: no answer may be a 500, and
# none may be missing from the description.
#
#   server/tests/schemathesis.sh      four runs, one for each way to come in; SECONDS_EACH=10 SEED=1 by default
#
# Installs schemathesis into build/server-venv the first time. The reports of failures hold the requests as curl commands.
. "$(dirname "$0")/../../scripts/lib.sh"
. tests/kit/kit.sh
venv=build/server-venv
seconds=${SECONDS_EACH:-10}
seed=${SEED:-1}

pinned_python "$venv" server/tests/requirements.txt
need_server
temporary_folder
folder=$temporary
kit_start
# Limits would be all that such a client sees.
facts=$(kit '{"do": "server", "options": ["--signup", "--key-requests-per-second", "0", "--keyless-requests-per-hour", "0",
    "--failed-authentications-per-minute", "0", "--max-projects", "100000", "--max-environments", "100000",
    "--max-keys", "100000"]}')
url=$(field url <<<"$facts")
pid=$(field pid <<<"$facts")
log=$(field log <<<"$facts")
account=$(kit '{"do": "sign_up"}')
api_key=$(field api_key <<<"$account")
project=$(field project id <<<"$account")
kit '{"do": "create", "flag": {"key": "a", "enabled": true, "client_visible": true,
    "rules": [{"conditions": [{"attribute": "country", "operator": "in", "value": ["DE"]}], "value": "true"}]}}' >/dev/null

checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance
checks+=,response_schema_conformance,unsupported_method,allow_header_conformance,ignored_auth,use_after_free

failed=0
# run NAME KEY [OPTION...]; the configuration comes from standard input.
run() {
    local name=$1 key=$2
    shift 2
    echo "== $name"
    {
        # A database or a revision that is not there is no defect, where the description says so.
        printf '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", 503]\n'
        cat
    } >"$folder/$name.toml"
    # Not the stream, which does not end. One worker, for runs that can be repeated (and two meet a defect of Python 3.11).
    timeout $((seconds * 4 + 120)) "$venv/bin/schemathesis" --config-file "$folder/$name.toml" run "$url/openapi.json" \
        --header "Authorization: Bearer $key" --checks "$checks" --mode all --max-examples 30 --max-time "$seconds" \
        --seed "$seed" --request-timeout 10 --workers 1 --warnings off --continue-on-failure --no-color \
        --exclude-path /api/v1/stream "$@" || failed=1
    if ! kill -0 "$pid"; then
        echo "the server ended:"
        tail "$log"
        exit 1
    fi
}

# Ids as they come: mostly those of nothing.
run anywhere "$api_key" --exclude-operation-id revoke_api_key </dev/null
# In a project that there is.
run project "$api_key" --include-path-regex '/projects/\{id\}/|/evaluate|/snapshot|/ofrep' \
    --exclude-path '/api/v1/evaluate-playground' <<TOML
[parameters]
"path.id" = $project
"query.project_id" = $project
"path.environment" = "production"
"path.key" = "a"
TOML
run server-key "$(field server_key <<<"$account")" --include-path-regex '/evaluate|/snapshot|/ofrep' </dev/null
run client-key "$(field sdk_key <<<"$account")" --include-path-regex '/evaluate|/snapshot|/ofrep' </dev/null

if grep -q 'ERROR' "$log"; then
    echo "errors in the server's log:"
    grep 'ERROR' "$log" | head -20
    failed=1
fi
if [ "$failed" = 0 ]; then
    echo "nothing undocumented"
fi
exit "$failed"

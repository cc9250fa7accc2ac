#!/usr/bin/env bash
# deploy/nginx.conf before a real server, with a real nginx, TLS and two accounts: nobody gets another's rules, snapshots
# come from the cache and are asked for again, revoked keys stop, streams pass at once. Ends what it starts.
# FLAGBIT_SERVER is the server's binary; without it the script builds the one of this repository.
. "$(dirname "$0")/../scripts/lib.sh"
. tests/kit/kit.sh
# Debian has nginx here, which is not in everybody's path.
PATH=$PATH:/usr/sbin

for tool in nginx openssl curl python3; do
    need "$tool" "$tool"
done
need_server

work=$(mktemp -d)
chmod 755 "$work"
processes=() log=
stop() {
    kill "$1" 2> /dev/null || true
    wait "$1" 2> /dev/null || true
}
finish() {
    status=$?
    for process in "${processes[@]}"; do
        stop "$process"
    done
    if [ "$status" -ne 0 ]; then
        echo "--- nginx"; tail -20 "$work/error.log" 2> /dev/null || true
        echo "--- server"; tail -20 "$log" 2> /dev/null || true
    fi
    rm -rf "$work"
}
trap finish EXIT

pass_by() { sleep 2.2; } # nginx counts whole seconds
until_true() { # until_true WHAT COMMAND...: within 10 seconds
    local what=$1; shift
    for _ in $(seq 200); do
        "$@" && return
        sleep 0.05
    done
    fail "$what"
}

# The server, which is behind a proxy.
kit_start
facts=$(kit '{"do": "server", "options": ["--signup", "--trusted-proxies", "127.0.0.1"]}')
upstream=127.0.0.1:$(field port <<< "$facts")
log=$(field log <<< "$facts")

# nginx with deploy/nginx.conf, but for where things are.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$work/key.pem" -out "$work/certificate.pem" 2> /dev/null
sed -e "s|server 127.0.0.1:8080;|server $upstream;|" \
    -e "s|listen 443 ssl http2;|listen 127.0.0.1:$port ssl http2;|" \
    -e "s|server_name .*;|server_name localhost;|" \
    -e "s|ssl_certificate /.*;|ssl_certificate $work/certificate.pem;|" \
    -e "s|ssl_certificate_key /.*;|ssl_certificate_key $work/key.pem;|" \
    -e "s|/var/cache/nginx/flagbit|$work/cache|" \
    deploy/nginx.conf > "$work/flagbit.conf"
cat > "$work/nginx.conf" << END
daemon off;
pid $work/nginx.pid;
error_log $work/error.log info;
events {}
http {
    access_log $work/access.log;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    include $work/flagbit.conf;
}
END
nginx -q -t -p "$work" -c "$work/nginx.conf" -e "$work/error.log"
nginx -p "$work" -c "$work/nginx.conf" -e "$work/error.log" &
processes+=("$!")
base=https://localhost:$port
ask() { curl --silent --show-error --max-time 20 --cacert "$work/certificate.pem" "$@"; }
until_true "nginx does not start" ask --fail --output /dev/null "$base/healthz" 2> /dev/null

declare -A keys
account() { # account NAME: an account with a flag of that name, which nobody else may see
    local answer
    answer=$(ask --json "{\"email\": \"$1@example.com\"}" "$base/api/v1/signup")
    for kind in server sdk api; do
        keys[$1.$kind]=$(field "${kind}_key" <<< "$answer")
    done
    keys[$1.project]=$(field project id <<< "$answer")
    manage "$1" flags --json "{\"key\": \"of-$1\", \"enabled\": true,
        \"rules\": [{\"attribute\": \"email\", \"operator\": \"eq\", \"value\": \"secret-of-$1\"}]}" > /dev/null
}
manage() { # manage NAME PATH CURL-OPTIONS...: a call about the account's project
    ask --fail -H "Authorization: Bearer ${keys[$1.api]}" "$base/api/v1/projects/${keys[$1.project]}/$2" "${@:3}"
}
account ana
account bob

# snapshot EXPECTED-STATUS EXPECTED-CACHE CURL-OPTIONS...: leaves the body in $work/snapshot
snapshot() {
    local status=$1 cache=$2; shift 2
    local found
    found=$(ask --output "$work/snapshot" --dump-header "$work/headers" --write-out '%{http_code}' "$@")
    local x_cache
    x_cache=$(grep -i '^x-cache:' "$work/headers" | tr -d '\r' | cut -d' ' -f2 || true)
    [[ "$found" == "$status" ]] || fail "status $found and not $status: $*"
    [[ "$x_cache" =~ ^($cache)$ ]] || fail "cache $x_cache and not $cache: $*"
}
is_of() { # is_of ana bob: the last snapshot is Ana's and has nothing of Bob's
    grep -q "secret-of-$1" "$work/snapshot" || fail "not the snapshot of $1"
    ! grep -q "of-$2" "$work/snapshot" || fail "$2's flags in the snapshot of $1"
}
url=$base/api/v1/snapshot
ana=(-H "Authorization: Bearer ${keys[ana.server]}")
bob=(-H "Authorization: Bearer ${keys[bob.server]}")

echo "each key has its own entry"
for _ in 1 2 3; do # also when a second has passed meanwhile
    snapshot 200 'MISS|EXPIRED|REVALIDATED|HIT' "${ana[@]}" "$url"; is_of ana bob
    snapshot 200 'MISS|EXPIRED|REVALIDATED|HIT' "${bob[@]}" "$url"; is_of bob ana
    snapshot 200 'MISS|EXPIRED|REVALIDATED|HIT' -H "X-API-Key: ${keys[ana.server]}" "$url"; is_of ana bob
    snapshot 200 'MISS|EXPIRED|REVALIDATED|HIT' -H "X-API-Key: ${keys[bob.server]}" "$url"; is_of bob ana
    snapshot 200 'MISS|EXPIRED|REVALIDATED|HIT' -H "Authorization: Bearer ${keys[bob.api]}" "$url?project_id=${keys[bob.project]}"; is_of bob ana
    snapshot 200 'MISS|EXPIRED|REVALIDATED|HIT' -H "Authorization: Bearer ${keys[ana.api]}" "$url?project_id=${keys[ana.project]}"; is_of ana bob
done
# A key that is for several projects has an entry for each.
other=$(ask --fail --json '{"name": "other"}' -H "Authorization: Bearer ${keys[ana.api]}" "$base/api/v1/projects" | field id)
snapshot 200 '.*' -H "Authorization: Bearer ${keys[ana.api]}" "$url?project_id=${keys[ana.project]}"; is_of ana bob
snapshot 200 '.*' -H "Authorization: Bearer ${keys[ana.api]}" "$url?project_id=$other"
! grep -q of-ana "$work/snapshot" || fail "one project's flags in the snapshot of another"
# The header that the server believes is the one that counts.
snapshot 200 '.*' "${ana[@]}" -H "X-API-Key: ${keys[bob.server]}" "$url"; is_of bob ana
snapshot 200 '.*' "${ana[@]}" "$url"; is_of ana bob

echo "refusals are nobody's entry"
for _ in 1 2; do
    snapshot 401 'MISS|EXPIRED' "$url"
    snapshot 401 'MISS|EXPIRED' -H "Authorization: Bearer fbsrv_wrong" "$url"
    snapshot 401 'MISS|EXPIRED' -H "Authorization: bearer" "$url"
    snapshot 403 'MISS|EXPIRED' -H "Authorization: Bearer ${keys[ana.sdk]}" "$url"
    snapshot 404 'MISS|EXPIRED' -H "Authorization: Bearer ${keys[ana.api]}" "$url?project_id=${keys[bob.project]}"
done

echo "what clients claim of their address is not believed"
for path in snapshot stream flags; do
    ask --output /dev/null -H "X-Forwarded-For: 203.0.113.9" -H "X-Request-Id: claimed" "$base/api/v1/$path"
done
! grep -qE '203\.0\.113\.9|claimed' "$log" || fail "a claimed address or request id in the server's log"

echo "the same second is a hit, a later one is asked for again"
pass_by
snapshot 200 'EXPIRED|REVALIDATED' "${ana[@]}" "$url"
snapshot 200 HIT "${ana[@]}" "$url"; is_of ana bob
grep -qi '^cache-control: .*private' "$work/headers" || fail "a cache behind this one may keep the snapshot"
etag=$(grep -i '^etag:' "$work/headers" | tr -d '\r' | cut -d' ' -f2)
[[ "$etag" == \"* ]] || fail "no strong tag: $etag"
snapshot 304 'HIT|REVALIDATED' "${ana[@]}" -H "If-None-Match: $etag" "$url"
pass_by
snapshot 200 REVALIDATED "${ana[@]}" "$url"; is_of ana bob
snapshot 304 'HIT|REVALIDATED' "${ana[@]}" -H "If-None-Match: $etag" "$url"

echo "encodings are told apart"
snapshot 200 '.*' "${ana[@]}" -H "Accept-Encoding: br, gzip" "$url"
grep -qi '^content-encoding: gzip' "$work/headers" || fail "no gzip for who accepts it"
[[ "$(grep -i '^etag:' "$work/headers" | tr -d '\r' | cut -d' ' -f2)" != "$etag" ]] || fail "one tag for two encodings"
gzip -dc < "$work/snapshot" | grep -q secret-of-ana || fail "not Ana's snapshot inside"
for refused in "gzip;q=0" "identity" "gzip; q=0.0, br"; do
    snapshot 200 '.*' "${ana[@]}" -H "Accept-Encoding: $refused" "$url"; is_of ana bob
done

echo "pages of other origins get nothing from the cache"
snapshot 200 '.*' "${ana[@]}" "$url"
snapshot 403 BYPASS "${ana[@]}" -H "Origin: https://evil.example" "$url"
snapshot 200 BYPASS "${ana[@]}" -H "Origin: $base" "$url"; is_of ana bob
snapshot 200 'HIT|REVALIDATED' "${ana[@]}" "$url"; is_of ana bob

echo "streams pass at once, and what they tell of is served"
ask --max-time 60 --no-buffer "${ana[@]}" "$base/api/v1/stream" > "$work/stream" &
stream=$!
processes+=("$stream")
until_true "no first event" grep -q '^data:' "$work/stream"
events=$(grep -c '^data:' "$work/stream")
start=$(date +%s%N)
manage ana flags/of-ana -X PATCH --json '{"enabled": false}' > /dev/null
has_ended() { ! kill -0 "$1" 2> /dev/null; }
has_another_event() { [ "$(grep -c '^data:' "$work/stream")" -gt "$events" ]; }
until_true "no event of a change" has_another_event
echo "  after $(( ($(date +%s%N) - start) / 1000000 )) ms"
revision=$(grep '^id:' "$work/stream" | tail -1 | tr -dc 0-9)
snapshot 200 'MISS|EXPIRED' "${ana[@]}" "$url?min_revision=$revision"
[[ "$(field revision < "$work/snapshot")" -ge "$revision" ]] || fail "an older snapshot than the stream told of"
pass_by
snapshot 200 '.*' "${ana[@]}" "$url"
[[ "$(field revision < "$work/snapshot")" -ge "$revision" ]] || fail "an old snapshot after two seconds"

echo "a revoked key stops"
key=$(manage ana keys | python3 -c 'import json, sys
print(next(key["id"] for key in json.load(sys.stdin)["keys"] if key["kind"] == "server"))')
snapshot 200 '.*' "${ana[@]}" "$url"
manage ana "keys/$key" -X DELETE
pass_by
for _ in 1 2 3; do
    snapshot 401 '.*' "${ana[@]}" "$url"
done
until_true "the stream of a revoked key goes on" has_ended "$stream"
snapshot 200 '.*' "${bob[@]}" "$url"; is_of bob ana

echo "bodies are limited"
head -c 34000000 /dev/zero > "$work/zeros"
status=$(ask --output /dev/null --write-out '%{http_code}' --data-binary "@$work/zeros" "${bob[@]}" "$base/api/v1/evaluate" || true)
[[ "$status" == 413 ]] || fail "status $status for a body of 34 MB"

echo "the cache outlives the server, for those whom it knows"
kit '{"do": "stop"}' > /dev/null
pass_by
snapshot 200 STALE "${bob[@]}" "$url"; is_of bob ana
snapshot 502 '.*' -H "Authorization: Bearer ${keys[bob.sdk]}" "$url"
snapshot 502 '.*' "$url"

# Only nginx may read the entries, whose names hold keys.
[[ "$(stat -c %a "$work/cache")" == 700 ]] || fail "others may read the cache"
echo "nginx: all as it should be"

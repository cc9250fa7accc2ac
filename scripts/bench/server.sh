#!/usr/bin/env bash
# Measures the server and other flag servers, and writes the table into docs/benchmarks.md. The first time it builds the
# others, which takes a quarter of an hour. `--short` only shows that everything works and prints the table instead.
. "$(dirname "$0")/../lib.sh"

need wrk wrk
command -v go > /dev/null || fail "Go 1.26 is missing: https://go.dev/dl"
peers=$PWD/build/server-peers
mkdir -p "$peers/bin"

cargo build --release --locked --manifest-path server/Cargo.toml
(cd benches/server/goff && go build -mod=mod -o "$peers/bin/relayproxy" github.com/thomaspoignant/go-feature-flag/cmd/relayproxy)
if ! test -x "$peers/bin/unleash-edge"; then
    # Its build would download a web page from elsewhere; a package of the registry has the same.
    mkdir -p "$peers/page"
    printf '[package]\nname = "page"\nversion = "0.0.0"\n[lib]\npath = "lib.rs"\n[dependencies]\nutoipa-swagger-ui-vendored = "=0.1.2"\n' \
        > "$peers/page/Cargo.toml"
    touch "$peers/page/lib.rs"
    cargo vendor --quiet --manifest-path "$peers/page/Cargo.toml" "$peers/page/vendor" > /dev/null
    page=$(ls "$peers"/page/vendor/utoipa-swagger-ui-vendored/res/*.zip)
    SWAGGER_UI_DOWNLOAD_URL=file://$page cargo install --quiet --locked unleash-edge --version 19.15.1 --root "$peers"
fi
python3 benches/server/run.py "$@"

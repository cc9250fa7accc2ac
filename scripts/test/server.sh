#!/usr/bin/env bash
# Tests the server: its own tests on SQLite and PostgreSQL, its page, its description, OFREP, behind nginx, as systemd sees it.
. "$(dirname "$0")/../lib.sh"

need_server
cargo test --no-run --manifest-path server/Cargo.toml
cargo test --quiet --manifest-path server/Cargo.toml
python3 scripts/docs/server.py
server/tests/schemathesis.sh
build/server-venv/bin/python server/tests/ofrep.py
deploy/test-nginx.sh
if command -v systemd-analyze > /dev/null; then
    deploy/test-systemd.sh
fi

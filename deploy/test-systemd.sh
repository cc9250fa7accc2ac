#!/usr/bin/env bash
# Has systemd check the unit: that it can be read, and how exposed it leaves the service.
set -euo pipefail
cd "$(dirname "$0")"

command -v systemd-analyze > /dev/null || { echo "install systemd first"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The check wants a program where the unit says, and PostgreSQL's unit wherever it is named.
sed "s|^ExecStart=.*/flagbit|ExecStart=$(command -v true)|" flagbit.service > "$work/flagbit.service"
complaints=$(systemd-analyze verify --recursive-errors=no --man=no "$work/flagbit.service" 2>&1 || true)
if [ -n "$complaints" ]; then
    echo "$complaints"
    exit 1
fi
systemd-analyze security --offline=true --threshold=20 --no-pager "$work/flagbit.service" | tail -1

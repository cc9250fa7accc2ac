#!/usr/bin/env bash
# Disturbs the real server while it is written to, and counts what it acknowledged and kept: see chaos.py.
# CHAOS_SECONDS (300) is the time of each circumstance.
. "$(dirname "$0")/../lib.sh"

need_server
python3 scripts/test/chaos.py "${CHAOS_SECONDS:-300}"

#!/usr/bin/env bash
# Sends every raw HTTP case to the built daemon, slow clients included.
set -euo pipefail
cd "$(dirname "$0")"
. ./daemon.sh
start_daemon
python3 ../Fixtures/http/run_cases.py "$(address | sed 's|http://||')" ../Fixtures/http/cases.jsonl --slow --strict --failures --jobs 8

#!/usr/bin/env bash
# Generates requests from openapi.yaml, right ones and wrong ones, and holds the daemon's answers against it.
set -euo pipefail
cd "$(dirname "$0")"
. ./daemon.sh
keys=$(mktemp)
echo schemathesis >"$keys"
start_daemon --max-requests-per-connection 1000000 --api-key-file "$keys"
# Keys that were read stay in force without their file.
rm "$keys"
# Without v2Unload: nothing else would find a model after it.
schemathesis --config-file schemathesis.toml run ../../openapi.yaml --url "$(address)" \
    --header 'X-API-Key: schemathesis' --exclude-operation-id v2Unload --max-examples 30 --seed 1 --workers 1 --request-timeout 10
kill -0 "$daemon" || { echo "the daemon died" >&2; exit 1; }

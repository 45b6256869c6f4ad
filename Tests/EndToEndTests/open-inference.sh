#!/usr/bin/env bash
# Asks the built daemon over the Open Inference Protocol with the clients that others wrote: Triton's and KServe's.
#   PYTHON: an interpreter that has tritonclient[http] and kserve.
set -euo pipefail
python=$1
cd "$(dirname "$0")"
. ./daemon.sh
start_daemon
"$python" open_inference.py "$(address)" ../Fixtures/photos/chelsea.jpg

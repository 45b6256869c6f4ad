#!/usr/bin/env bash
# Asks the built daemon over the Open Inference Protocol with the clients that others wrote: Triton's and KServe's.
#   PYTHON: an interpreter that has tritonclient[http] and kserve.
set -euo pipefail
python=$1
cd "$(dirname "$0")"
. ./daemon.sh
start_daemon
"$python" open_inference.py "$(address)" ../Fixtures/photos/chelsea.jpg
stop_daemon

detectors=$(mktemp -d)
python3 tiny_detector.py "$detectors/tiny"
FOVEA_TEST_MODELS=$detectors
start_daemon
trap 'stop_daemon; rm -rf "$detectors"' EXIT
"$python" open_inference_detect.py "$(address)" tiny ../Fixtures/photos/chelsea.jpg

#!/usr/bin/env bash
# From a fresh clone to a daemon that classifies, detects and segments. Arguments go to `fovea serve`, so
# `deploy/serve.sh --port 9000` serves elsewhere. A second run only starts.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/setup.sh

port=${FOVEA_PORT:-8080} host=${FOVEA_HOST:-127.0.0.1} models=${FOVEA_MODELS:-models}
arguments=("$@")
while [ $# -gt 0 ]; do
    case "$1" in
    --port) port=${2:-} ;;
    --port=*) port=${1#*=} ;;
    --host) host=${2:-} ;;
    --host=*) host=${1#*=} ;;
    --models) models=${2:-} ;;
    --models=*) models=${1#*=} ;;
    esac
    shift
done

deploy/build.sh
deploy/install-runtime.sh
fovea=$(deploy/build.sh --show-binary)

if [ ! -e "$models/efficientnet-lite0" ]; then
    install_packages python3 python3-pip
    say "fetching the default model, efficientnet-lite0"
    "$fovea" models pull efficientnet-lite0 --models "$models"
fi

install_shipped_models "$models"

say "serving; when it listens, try: curl -F image=@photo.jpg http://$host:$port/classify, or /detect, or -F point=100,80 and /segment"
exec "$fovea" serve "${arguments[@]}"

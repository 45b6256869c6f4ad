#!/usr/bin/env bash
# Compares Fovea with other engines and servers; `run.sh --help` lists what can be chosen, README.md says how to read it.
#   --venv DIR   first, where the Python environment is made (default: ~/.cache/fovea/compare-venv)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

venv=$HOME/.cache/fovea/compare-venv
if [ "${1:-}" = --venv ]; then
    venv=$2
    shift 2
fi
if ! cmp --silent "$here/requirements.txt" "$venv/requirements.txt"; then
    echo "installing the peers in $venv (PyTorch is large; this can take minutes)" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$here/compare.py" "$@"

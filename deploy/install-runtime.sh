#!/usr/bin/env bash
# Installs the libraries that the built program needs to run.
set -euo pipefail
. "$(dirname "$0")/setup.sh"
install_packages libopenblas0-pthread libjpeg62-turbo libpng16-16 zlib1g libsqlite3-0 libcurl4 ca-certificates

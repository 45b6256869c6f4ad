#!/usr/bin/env bash
# Builds the release program with the Swift runtime linked in, so that it runs where no Swift is installed.
#   --libraries-only   only install the system libraries
#   --show-binary      print where the program is, and build nothing
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/setup.sh

flags=(-c release --static-swift-stdlib --product fovea)
if [ "${1:-}" = --show-binary ]; then
    echo "$(swift build "${flags[@]}" --show-bin-path)/fovea"
    exit
fi
install_packages "${libraries[@]}"
[ "${1:-}" = --libraries-only ] && exit
require_swift
say "building (the first build takes some minutes)"
swift build "${flags[@]}" >&2 || fail "the build failed; see above"

# Sourced by the scripts beside it: start_daemon [FLAG...] serves on a free port and sets $address; the daemon ends
# with the script or with stop_daemon, by its own process id.

: "${FOVEA_TEST_BINARY:?deploy/test.sh sets it: the built program}" "${FOVEA_TEST_MODELS:?and the folder of the test models}"

start_daemon() {
    work=$(mktemp -d)
    "$FOVEA_TEST_BINARY" serve --port 0 --models "$FOVEA_TEST_MODELS" --data "$work/data" "$@" >"$work/address" 2>"$work/log" &
    daemon=$!
    trap stop_daemon EXIT
    local tries=0
    until grep -q listening "$work/address" && curl -fs -o /dev/null "$(address)/readyz"; do
        tries=$((tries + 1))
        if [ $tries -gt 100 ] || ! kill -0 $daemon 2>/dev/null; then
            cat "$work/log" >&2
            echo "the daemon did not start" >&2
            exit 1
        fi
        sleep 0.1
    done
}

stop_daemon() {
    kill $daemon 2>/dev/null || true
    wait $daemon 2>/dev/null || true
    rm -rf "$work"
}

address() { sed -n 's/^listening on //p' "$work/address"; }

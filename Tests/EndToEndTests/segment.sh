#!/usr/bin/env bash
# Cuts out things on a photograph with the built program, over HTTP and without: clicks, what is encoded ahead of time,
# everything as a stream, and a daemon that is killed and knows its photographs when it comes back.
set -euo pipefail
cd "$(dirname "$0")"
. ./daemon.sh
folder=$(mktemp -d)
python3 tiny_segmenter.py "$folder/tiny.safetensors"
"$FOVEA_TEST_BINARY" models add "$folder/tiny.safetensors" --name tiny --architecture sam_vit_b --models "$folder/models"
photo=$PWD/../Fixtures/photos/chelsea.jpg
FOVEA_TEST_MODELS=$folder/models
. ./expect.sh

start_daemon
clean() {
    kill -9 $daemon 2>/dev/null || true
    wait $daemon 2>/dev/null || true
    rm -rf "$work" "$folder"
}
trap clean EXIT
echo "clicks"
curl -fsS -F image=@"$photo" -F point=320,200 "$(address)/segment" | expect '"embedding":"miss"'
curl -fsS -F image=@"$photo" -F point=100,50 -F box=80,40,300,220 "$(address)/segment" | expect '"embedding":"memory"'
curl -fsS -H 'Accept: image/png' -T "$photo" "$(address)/segment?point=320,200&render=overlay" -o "$work/overlay.png"
head -c 8 "$work/overlay.png" | expect PNG

echo "ahead of time"
job=$(curl -fsS -D - -o /dev/null -F image=@../Fixtures/photos/chelsea-large.jpg "$(address)/segment/prewarm" | tr -d '\r' | sed -n 's/^Location: //p')
curl -fsSN --max-time 60 -H 'Accept: text/event-stream' "$(address)$job" | expect '"embedding":"miss"'
large=$(sha256sum ../Fixtures/photos/chelsea-large.jpg | cut -d ' ' -f 1)
curl -fsS -X POST "$(address)/images/$large/segment?point=5,5" | expect '"embedding":"memory"'

echo "everything, line by line, and a client that leaves"
all="points_per_side=4&pred_iou_thresh=0&stability_score_thresh=0"
curl -fsSN -H 'Accept: application/x-ndjson' -T "$photo" "$(address)/segment?$all" | tail -n 1 | expect '{"done":{"masks":'
curl -fsSN --max-time 1 -H 'Accept: application/x-ndjson' -T "$photo" "$(address)/segment?points_per_side=64" -o "$work/left" || true
grep -q '"progress"' "$work/left" || fail "nothing came of a stream in a second"
curl -fsS --max-time 10 -F image=@"$photo" -F point=1,1 "$(address)/segment" | expect '"embedding":"memory"'

echo "a daemon that is killed"
kill -9 $daemon
wait $daemon 2>/dev/null || true
data=$(mktemp -d "$folder/XXXX")
cp -r "$work/data" "$data"
rm -rf "$work"
start_daemon --data "$data/data"
trap clean EXIT
curl -fsS -F image=@"$photo" -F point=320,200 "$(address)/segment" | expect '"embedding":"disk"'
curl -fsS "$(address)/metrics" | expect 'fovea_embedding_cache_requests_total{result="miss"} 0'

echo "without a daemon"
"$FOVEA_TEST_BINARY" segment "$photo" --point 320,200 --models "$folder/models" --output "$work/mask.png" | expect "PREDICTED IOU"
"$FOVEA_TEST_BINARY" segment "$photo" --everything --points-per-side 4 --pred-iou-thresh 0 --stability-score-thresh 0 --models "$folder/models" --json | expect '"points":16'
head -c 8 "$work/mask.png" | expect PNG

echo "the models that come with Fovea"
. ../../deploy/setup.sh
(cd ../.. && install_shipped_models "$folder/shipped")
shipped=("$FOVEA_TEST_BINARY" segment "$PWD/../Fixtures/photos/coffee.jpg" --models "$folder/shipped" --json)
"${shipped[@]}" --point 330,200 | expect '"model":{"name":"fovea-sam-lite0"'
"${shipped[@]}" --everything --points-per-side 8 | expect '"area":'
cp -r "$folder/models/"* "$folder/shipped"
"${shipped[@]}" --point 330,200 | expect '"model":{"name":"tiny'
echo "masks over HTTP, after a crash and from the command line"

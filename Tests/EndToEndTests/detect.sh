#!/usr/bin/env bash
# Finds things on a photograph with the built program, over HTTP and without: boxes, tiles, pictures, several photographs at
# once, the Open Inference Protocol, and a checkpoint that becomes a model.
set -euo pipefail
cd "$(dirname "$0")"
. ./daemon.sh
folder=$(mktemp -d)
python3 tiny_detector.py "$folder/models/tiny"
photo=$PWD/../Fixtures/photos/chelsea.jpg
large=$PWD/../Fixtures/photos/chelsea-large.jpg
. ./expect.sh

echo "a checkpoint becomes a model"
checkpoint=$folder/models/tiny/weights.safetensors
"$FOVEA_TEST_BINARY" inspect "$checkpoint" | expect "thundernet_snet49"
add=("$FOVEA_TEST_BINARY" models add "$checkpoint" --models "$folder/models")
if "${add[@]}" --name wrong --labels coco-80 2>"$folder/refusal"; then fail "eighty labels fit five classes"; fi
expect "coco-80 has 80 lines, but the model has 5 classes" <"$folder/refusal"
{ echo background; cat "$folder/models/tiny/labels.txt"; } >"$folder/six"
if "${add[@]}" --name wrong --labels "$folder/six" 2>"$folder/refusal"; then fail "the background is a class"; fi
expect "the background is no class" <"$folder/refusal"
"${add[@]}" --name added --labels "$folder/models/tiny/labels.txt" | expect thundernet_snet49
"$FOVEA_TEST_BINARY" models remove added --yes --models "$folder/models" >"$folder/removed"

FOVEA_TEST_MODELS=$folder/models
start_daemon
clean() {
    kill -9 $daemon 2>/dev/null || true
    wait $daemon 2>/dev/null || true
    rm -rf "$work" "$folder"
}
trap clean EXIT
echo "boxes"
curl -fsS -F image=@"$photo" "$(address)/detect" | expect '{"predictions":[{"box":['
curl -fsS -T "$photo" "$(address)/detect?max_detections=1&score_threshold=0" | expect '"width":451'
curl -fsS -F image=@"$photo" -F image=@"$large" "$(address)/detect" | expect '{"results":[{"predictions":['
curl -fsS -T "$large" "$(address)/images" >"$work/kept"
curl -fsS -X POST "$(address)/images/$(sha256sum "$large" | cut -d ' ' -f 1)/detect?tiles=auto" | expect '"tiles":'
curl -sS -F image=@"$photo" -F tiles=10x10 "$(address)/detect" | expect '"limit":100'
curl -fsS "$(address)/requests?limit=1" | expect '"code":"invalid_parameter"'

echo "photographs of odd shapes"
python3 - "$work" <<'END'
import struct, sys, zlib
def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
for width, height in [(1, 1), (16384, 1), (1, 16384), (20000, 1)]:
    rows = (b"\0" + b"\x80" * 3 * width) * height
    with open(f"{sys.argv[1]}/{width}x{height}.png", "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
END
for size in 1x1 16384x1 1x16384; do
    for question in score_threshold=0 'render=overlay&score_threshold=0' 'tiles=auto&score_threshold=0'; do
        curl -fsS -T "$work/$size.png" "$(address)/detect?$question" >"$work/odd"
    done
    expect '{"predictions":[' <"$work/odd"
done
curl -sS -T "$work/20000x1.png" "$(address)/detect" | expect '"code":"image_too_large"'

echo "a picture"
curl -fsS -H 'Accept: image/png' -T "$photo" "$(address)/detect?render=overlay" -o "$work/overlay.png"
head -c 8 "$work/overlay.png" | expect PNG

echo "the Open Inference Protocol"
curl -fsS "$(address)/v2/models/tiny" | expect '{"name":"labels","datatype":"INT64","shape":[-1,100]}'
echo '{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["'"$(base64 -w0 "$photo")"'"]}]}' >"$work/request"
curl -fsS "$(address)/v2/models/tiny/infer" -d @"$work/request" | expect '{"name":"num_detections","datatype":"INT64","shape":[1],"data":['

echo "without a daemon"
detect=("$FOVEA_TEST_BINARY" detect --models "$folder/models")
"${detect[@]}" "$photo" --score-threshold 0.1 --output "$work/boxes.png" | expect "LABEL"
head -c 8 "$work/boxes.png" | expect PNG
"${detect[@]}" "$photo" "$large" --tiles 400x400 --json --iou-threshold 0.4 --class-agnostic | tail -n 1 | expect '"tiles":'
for value in nan 0 1 1e30; do
    python3 tiny_detector.py "$work/broken/tiny" "$value"
    "$FOVEA_TEST_BINARY" detect --models "$work/broken" "$photo" >"$work/found" 2>&1 || true
    case $value in
    nan) expect "elements that are infinite or not numbers" <"$work/found" ;;
    0) expect "nothing with a score of 0.3 or more" <"$work/found" ;;
    *) expect "the weights are broken" <"$work/found" ;;
    esac
done
if "${detect[@]}" "$photo" "$large" --output "$work/two.png" 2>"$work/refusal"; then fail "two photographs on one picture"; fi
expect "one photograph" <"$work/refusal"
echo "boxes over HTTP and from the command line"

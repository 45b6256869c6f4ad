#!/usr/bin/env bash
# Trains for a few steps as Training/README.md says: losses fall, interrupted runs go on, and the built program loads what is
# exported and answers with it. Needs a Python with Training/requirements.txt: training.sh PYTHON
set -euo pipefail
cd "$(dirname "$0")/../.."
. Tests/EndToEndTests/expect.sh
python=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
photo=Tests/Fixtures/photos/chelsea.jpg
export OMP_NUM_THREADS=2
train() {
    local script=$1
    shift
    "$python" "Training/$script" "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; fail "Training/$script $* failed"; }
}
# falls FOLDER: the loss at the end of a run is less than at its beginning.
falls() {
    "$python" - "$1/log.csv" <<'END' || fail "the loss does not fall: $(cat "$1/log.csv")"
import csv, sys
losses = [float(row["loss"]) for row in csv.DictReader(open(sys.argv[1]))]
sys.exit(not (len(losses) >= 3 and losses[-1] < 0.95 * losses[0]))
END
    head -c 8 "$1/curves.png" | expect PNG
}

echo "a backbone on crops"
train pretrain_backbone.py "$work/crops" --steps 24 --crops 128 --log-every 8
falls "$work/crops"
train export.py backbone "$work/crops/state.pt" "$work/backbone.safetensors"

echo "a detector, interrupted and gone on with"
train train_detector.py "$work/detector" --backbone "$work/backbone.safetensors" --steps 10 --log-every 10
train train_detector.py "$work/detector" --backbone "$work/backbone.safetensors" --steps 30 --log-every 10
expect "going on from step 10 of 30" <"$work/log"
falls "$work/detector"
train export.py detector "$work/detector/state.pt" "$work/models/thundernet-new"
"$FOVEA_TEST_BINARY" detect "$photo" --models "$work/models" --score-threshold 0 --max-detections 3 | expect "object"

echo "a segmenter"
train train_segmenter.py "$work/segmenter" --steps 40 --sides 256,320 --log-every 10
falls "$work/segmenter"
train export.py segmenter "$work/segmenter/state.pt" "$work/models/segmenter-new"
"$FOVEA_TEST_BINARY" segment "$photo" --models "$work/models" --point 200,150 | expect "STABILITY"

echo "the models that are shipped, on annotated photographs"
train evaluate_detector.py --write "$work/data" --scenes 6
for size in 3 4; do
    train train_detector.py "$work/own" --start Models/thundernet-snet49/weights.safetensors \
        --data "$work/data/annotations.json" --rate 1e-4 --steps $size --log-every 1
done
train export.py detector "$work/own/state.pt" "$work/own-models/own"
"$FOVEA_TEST_BINARY" detect "$photo" --models "$work/own-models" --score-threshold 0 | expect "animal"
train train_segmenter.py "$work/own-segmenter" --start Models/fovea-sam-lite0/weights.safetensors \
    --data "$work/data/annotations.json" --frozen 0 --rate 1e-4 --steps 3 --log-every 1
"$FOVEA_TEST_BINARY" evaluate segment "$work/data" --models Models --json | expect '"box"'

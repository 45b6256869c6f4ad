#!/usr/bin/env bash
# Measures a detector and a segmenter with the built program on a dataset of one photograph.
set -euo pipefail
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 tiny_detector.py "$folder/models/tiny-detector"
python3 tiny_segmenter.py "$folder/tiny.safetensors"
"$FOVEA_TEST_BINARY" models add "$folder/tiny.safetensors" --name tiny-segmenter --architecture sam_vit_b \
    --models "$folder/models" >"$folder/added"
mkdir "$folder/cats"
cp ../Fixtures/photos/chelsea.jpg "$folder/cats/cat.jpg"
. ./expect.sh
# annotate CLASS: the cat's face is a thing of that class.
annotate() {
    cat >"$folder/cats/annotations.json" <<END
{"images":[{"id":7,"file_name":"cat.jpg","width":451,"height":300}],"categories":[{"id":3,"name":"$1"}],
 "annotations":[{"id":1,"image_id":7,"category_id":3,"bbox":[120,40,180,200],"iscrowd":0,"area":36000,
 "segmentation":[[120,40,300,40,300,240,120,240]]}]}
END
}
evaluate() { "$FOVEA_TEST_BINARY" evaluate "$1" "$folder/cats" --models "$folder/models" "${@:2}"; }

annotate ear
evaluate detect | expect "1 photographs with 1 things"
evaluate detect --json --predictions "$folder/found.json" | expect '{"photographs":1,"classes":{"ap":'
expect '"image_id":7,"category_id":3,"bbox":[' <"$folder/found.json"
evaluate segment | expect "under 1 %       0      -"
evaluate segment --json | expect '{"photographs":1,"things":1,"mean_iou":{"box":0.'

if evaluate detect --predictions "$folder/nowhere/found.json" 2>"$folder/refusal"; then fail "written to no folder"; fi
expect "can't write this file" <"$folder/refusal"
annotate dragon
if evaluate detect 2>"$folder/refusal"; then fail "a class that the model does not know"; fi
expect 'the model knows no class "dragon"; its classes are "whisker", "ear"' <"$folder/refusal"
rm "$folder/cats/cat.jpg"
annotate ear
if evaluate segment 2>"$folder/refusal"; then fail "no photograph"; fi
expect "cats/cat.jpg: can't read this file: No such file or directory" <"$folder/refusal"
echo '{"images":[' >"$folder/cats/annotations.json"
if evaluate detect 2>"$folder/refusal"; then fail "half a dataset"; fi
expect "annotations.json: not an annotation file" <"$folder/refusal"
echo "datasets are measured"

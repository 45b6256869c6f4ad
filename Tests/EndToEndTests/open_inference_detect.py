"""Compares what a detector answers to Triton's Python client with what it answers to /detect.

usage: open_inference_detect.py ADDRESS MODEL IMAGE
"""

import json
import sys
import urllib.request

import numpy as np
import tritonclient.http as triton

address, model, image_path = sys.argv[1:]
image = open(image_path, "rb").read()
PLACES = 100

request = urllib.request.Request(f"{address}/detect?model={model}&score_threshold=0.1", image)
answer = json.load(urllib.request.urlopen(request))
found = answer["predictions"]
assert 0 < len(found) <= PLACES, len(found)

client = triton.InferenceServerClient(address.removeprefix("http://"))
metadata = client.get_model_metadata(model)
outputs = {tensor["name"]: (tensor["datatype"], tensor["shape"]) for tensor in metadata["outputs"]}
assert outputs == {
    "boxes": ("FP32", [-1, PLACES, 4]),
    "scores": ("FP32", [-1, PLACES]),
    "labels": ("INT64", [-1, PLACES]),
    "num_detections": ("INT64", [-1]),
}, outputs


def photographs(count):
    tensor = triton.InferInput("image", [count], "BYTES")
    tensor.set_data_from_numpy(np.array([image] * count, dtype=np.object_))
    return [tensor]


for binary in [True, False]:
    wanted = [triton.InferRequestedOutput(name, binary) for name in outputs]
    result = client.infer(model, photographs(2), outputs=wanted, parameters={"score_threshold": 0.1})
    boxes, scores, labels, counts = (result.as_numpy(name) for name in outputs)
    assert (boxes.dtype, labels.dtype, counts.dtype) == (np.float32, np.int64, np.int64)
    assert counts.tolist() == [len(found)] * 2, counts
    for row in range(2):
        for place, expected in enumerate(found):
            assert np.allclose(boxes[row, place], expected["box"], atol=1e-3), (boxes[row, place], expected)
            assert labels[row, place] == expected["class_id"] and abs(scores[row, place] - expected["score"]) < 1e-5
        assert (labels[row, len(found) :] == -1).all() and not boxes[row, len(found) :].any()
    if len(found) < PLACES:
        assert scores[:, len(found) :].max() == 0

# A prepared image is answered in its own pixels.
height, width = next(tensor["shape"][2:] for tensor in metadata["inputs"] if tensor["name"] == "input")
tensor = triton.InferInput("input", [1, 3, height, width], "FP32")
tensor.set_data_from_numpy(np.random.default_rng(1).normal(size=(1, 3, height, width)).astype(np.float32))
result = client.infer(model, [tensor], parameters={"score_threshold": 0, "max_detections": 7})
count = int(result.as_numpy("num_detections")[0])
boxes = result.as_numpy("boxes")[0, :count]
assert 0 < count <= 7 and (boxes >= 0).all() and (boxes <= [width, height, width, height]).all(), boxes
print(f"{len(found)} boxes: the answers agree with those of /detect")

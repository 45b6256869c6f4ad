"""Writes a model folder with a ThunderNet of five classes and made-up weights, which finds some objects in a photograph.

    python3 tiny_detector.py FOLDER [VALUE]

With VALUE, a number or `nan`, all weights are that.
"""

import array
import json
import math
import pathlib
import random
import struct
import sys

CLASSES = ["whisker", "ear", "paw", "tail", "yarn"]
STAGES = [(60, 4), (120, 8), (240, 4)]


def norm(key, channels):
    return {f"{key}.{part}": [channels] for part in ("weight", "bias", "running_mean", "running_var")}


def convolution(key, shape):
    """A convolution without bias, and the batch norm at the next index."""
    before, _, index = key.rpartition(".")
    return {f"{key}.weight": shape} | norm(f"{before}.{int(index) + 1}", shape[0])


def linear(key, shape):
    return {f"{key}.weight": shape, f"{key}.bias": shape[:1]}


def backbone():
    """SNet49 with the units of the authors' release."""
    shapes, channels = convolution("first_conv.0", [24, 3, 3, 3]), 24
    for stage, (outputs, units) in enumerate(STAGES):
        half = outputs // 2
        for unit in range(units):
            branch = f"stage.{stage}.{unit}.branch"
            inputs, filtered = (channels, outputs - channels) if unit == 0 else (half, half)
            shapes |= convolution(f"{branch}.0", [half, inputs, 1, 1]) | convolution(f"{branch}.3", [half, 1, 5, 5])
            shapes |= convolution(f"{branch}.5", [filtered, half, 1, 1])
            if unit == 0:
                shapes |= convolution(f"{branch}_left.0", [channels, 1, 5, 5])
                shapes |= convolution(f"{branch}_left.2", [channels, channels, 1, 1])
        channels = outputs
    shapes |= convolution("conv5.0", [512, channels, 1, 1])
    return {f"backbone.{key}": shape for key, shape in shapes.items()}


def heads():
    """What follows the backbone, with one box for all classes."""
    box_head = "roi_head.bbox_head"
    shapes = linear("neck.C4", [245, 120, 1, 1]) | linear("neck.C5", [245, 512, 1, 1]) | linear("neck.Cglb", [245, 512, 1, 1])
    shapes |= convolution("rpn_head.rpn_conv.0", [245, 1, 5, 5]) | convolution("rpn_head.rpn_conv.3", [256, 245, 1, 1])
    shapes |= convolution("rpn_head.sam_convs.0", [245, 256, 1, 1])
    shapes |= linear("rpn_head.rpn_cls", [25, 256, 1, 1]) | linear("rpn_head.rpn_reg", [100, 256, 1, 1])
    shapes |= linear(f"{box_head}.shared_fcs.0", [1024, 245])
    return shapes | linear(f"{box_head}.fc_cls", [len(CLASSES) + 1, 1024]) | linear(f"{box_head}.fc_reg", [4, 1024])


#: Factors that keep boxes near their anchors and scores away from 0 and 1.
FACTORS = {"rpn_head.rpn_cls": 0.2, "rpn_head.rpn_reg": 0.1, "roi_head.bbox_head.fc_cls": 0.25, "roi_head.bbox_head.fc_reg": 0.1}
#: Of the classes and of the background: with these some ten things are found in Fixtures/photos/chelsea.png.
CLASS_BIASES = [-0.5, 0.5, 0.25, -3.5, 1.25, 3]


def tensor(key, shape):
    count = math.prod(shape)
    if key.endswith("fc_cls.bias"):
        return array.array("f", CLASS_BIASES)
    if len(shape) == 1:
        return array.array("f", [1.0 if key.endswith(("weight", "running_var")) else 0.0] * count)
    limit = FACTORS.get(key.rpartition(".")[0], 1) * (6 / math.prod(shape[1:])) ** 0.5
    # Numbers of 16 bits are enough, and quick to make.
    words = array.array("h", random.Random(key).randbytes(2 * count))
    return array.array("f", [word * (limit / 32768) for word in words])


def write(folder, value=None):
    folder.mkdir(parents=True, exist_ok=True)
    header, offset, tensors = {}, 0, []
    for key, shape in (backbone() | heads()).items():
        tensors.append(tensor(key, shape) if value is None else array.array("f", [value] * math.prod(shape)))
        size = 4 * len(tensors[-1])
        header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    with open(folder / "weights.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for values in tensors:
            values.tofile(file)
    (folder / "labels.txt").write_text("\n".join(CLASSES) + "\n")
    card = {"task": "detect", "architecture": "thundernet_snet49", "weights": "weights.safetensors", "labels": "labels.txt"}
    (folder / "model.json").write_text(json.dumps(card, indent=2) + "\n")


write(pathlib.Path(sys.argv[1]), *map(float, sys.argv[2:]))

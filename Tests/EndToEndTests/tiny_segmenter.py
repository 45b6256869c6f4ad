"""Writes a checkpoint of Segment Anything with a small encoder and made-up weights.

    python3 tiny_segmenter.py FILE.safetensors
"""

import array
import json
import math
import pathlib
import random
import struct
import sys

WIDTH, HEADS, GRID, WINDOW = 32, 2, 64, 14


def encoder():
    """The shapes of a ViT with a block that attends within windows and one that attends everywhere."""
    shapes = {"pos_embed": [1, GRID, GRID, WIDTH], "patch_embed.proj.weight": [WIDTH, 3, 16, 16], "patch_embed.proj.bias": [WIDTH]}
    for block, side in enumerate([WINDOW, GRID]):
        positions = [2 * side - 1, WIDTH // HEADS]
        shapes |= {
            f"blocks.{block}.{key}": shape
            for key, shape in {
                "norm1.weight": [WIDTH], "norm1.bias": [WIDTH], "norm2.weight": [WIDTH], "norm2.bias": [WIDTH],
                "attn.rel_pos_h": positions, "attn.rel_pos_w": positions,
                "attn.qkv.weight": [3 * WIDTH, WIDTH], "attn.qkv.bias": [3 * WIDTH],
                "attn.proj.weight": [WIDTH, WIDTH], "attn.proj.bias": [WIDTH],
                "mlp.lin1.weight": [4 * WIDTH, WIDTH], "mlp.lin1.bias": [4 * WIDTH],
                "mlp.lin2.weight": [WIDTH, 4 * WIDTH], "mlp.lin2.bias": [WIDTH],
            }.items()
        }
    shapes |= {"neck.0.weight": [256, WIDTH, 1, 1], "neck.2.weight": [256, 256, 3, 3]}
    shapes |= {f"neck.{layer}.{part}": [256] for layer in (1, 3) for part in ("weight", "bias")}
    return {f"image_encoder.{key}": shape for key, shape in shapes.items()}


def decoder():
    """The shapes of the parts that all sizes share, as the tests' fixture has them."""
    table = pathlib.Path(__file__).parent.parent / "Fixtures/models/segment-networks.tsv"
    shapes, is_here = {}, False
    for line in table.read_text().splitlines():
        key, _, value = line.partition("\t")
        if not value:
            is_here = key == "decoder"
        elif is_here and value.startswith("= "):
            twin = value[2:] + "."
            shapes |= {key + "." + other[len(twin):]: shape for other, shape in shapes.items() if other.startswith(twin)}
        elif is_here:
            shapes[key] = [int(length) for length in value.split("x")]
    return shapes


def tensor(key, shape):
    count = math.prod(shape)
    if len(shape) == 1:
        return array.array("f", [1.0 if key.endswith("weight") else 0.0] * count)
    fan_in = math.prod(shape[1:])
    limit = 1.0 if "embed" in key or "positional" in key else (3 / fan_in) ** 0.5
    source = random.Random(key)
    # Numbers of 16 bits are enough, and quick to make.
    words = array.array("h", source.randbytes(2 * count))
    return array.array("f", [word * (limit / 32768) for word in words])


header, offset, tensors = {}, 0, []
for key, shape in (encoder() | decoder()).items():
    tensors.append(tensor(key, shape))
    size = 4 * len(tensors[-1])
    header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
    offset += size
text = json.dumps(header).encode()
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text)
    for values in tensors:
        values.tofile(file)

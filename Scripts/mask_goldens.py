#!/usr/bin/env python3
"""Makes Tests/Fixtures/masks: what the reference implementations make of masks, outlines and logits.

    Scripts/mask_goldens.py     needs numpy, pycocotools, torch, segment-anything, opencv-python-headless

Counts are COCO's compressed text, hashes FNV-1a-64 in hexadecimal.

  masks.tsv        kind, height, width, counts, area, bbox, hash of the pixels, 0 or 255 each, row by row
  overlaps.tsv     height, width, counts, counts, intersection over union
  polygons.tsv     height, width, x0,y0,x1,y1,…, counts
  upsampled.tsv    seed, spacing, bias, height, width, resized height, resized width, area, bbox, hash of counts,
                   stability score
  regions.tsv      height, width, counts, kind, area, counts after, or "-" if nothing changes
"""
import pathlib
from types import SimpleNamespace

import numpy
import torch
from pycocotools import mask as coco
from segment_anything.modeling import Sam
from segment_anything.utils.amg import calculate_stability_score, remove_small_regions
from segment_anything.utils.transforms import ResizeLongestSide

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/masks"


def fnv(data):
    """FNV-1a, 64 bit, as Tests/FoveaImageTests computes it."""
    h = 0xCBF29CE484222325
    for byte in bytes(data):
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{h:016x}"


def mixed(seed, count):
    """32 well-mixed bits for each index, the same as in Tests/FoveaImageTests."""
    x = (numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(seed * 7919)) & 0xFFFFFFFF
    for factor, shift in [(2654435761, 15), (2246822519, 13)]:
        x = x * numpy.uint64(factor) & 0xFFFFFFFF
        x ^= x >> numpy.uint64(shift)
    return x.astype(numpy.int64)


def logits(seed, spacing, bias):
    """256×256 floats between nodes `spacing` apart, each of them a whole number by a power of two."""
    side = 256 // spacing + 1
    nodes = (mixed(seed, side * side) >> 20).reshape(side, side) - 2048
    index = numpy.arange(256)
    node, part = index // spacing, index % spacing
    across = nodes[:, node] * (spacing - part) + nodes[:, node + 1] * part
    down = across[node] * (spacing - part)[:, None] + across[node + 1] * part[:, None]
    return ((down + bias * spacing * spacing) / (spacing * spacing * 256)).astype(numpy.float32)


def blob(rng, height, width):
    """Thresholded smooth noise."""
    coarse = rng.normal(size=(1, 1, int(rng.integers(2, 9)), int(rng.integers(2, 9))))
    smooth = torch.nn.functional.interpolate(torch.from_numpy(coarse), (height, width), mode="bicubic")
    return smooth[0, 0].numpy() > rng.normal() * 0.5


def masks():
    rng = numpy.random.default_rng(7)

    def size(limit):
        return int(rng.integers(1, limit + 1)), int(rng.integers(1, limit + 1))

    for number in range(300):
        kind = ["blob", "noise", "empty", "full", "pixel", "lines", "row", "column", "sparse", "blob"][number % 10]
        height, width = size({"noise": 24, "sparse": 60}.get(kind, 150))
        if kind == "row":
            height = 1
        if kind == "column":
            width = 1
        mask = numpy.zeros((height, width), bool)
        if kind == "blob":
            mask = blob(rng, height, width)
        elif kind in ("noise", "row", "column"):
            mask = rng.random((height, width)) < rng.random()
        elif kind == "full":
            mask[:] = True
        elif kind == "pixel":
            mask[rng.integers(height), rng.integers(width)] = True
        elif kind == "lines":
            for _ in range(3):
                mask[rng.integers(height)] ^= True
                mask[:, rng.integers(width)] ^= True
        elif kind == "sparse":
            mask = rng.random((height, width)) < 0.03
        yield kind, mask


def encoded(mask):
    return coco.encode(numpy.asfortranarray(mask.astype(numpy.uint8)))


def text(rle):
    return rle["counts"].decode()


def bbox(rle):
    return ",".join(str(int(v)) for v in coco.toBbox(rle))


def write(name, rows):
    with open(OUT / name, "w") as f:
        for row in rows:
            f.write("\t".join(map(str, row)) + "\n")


def mask_rows():
    for kind, mask in masks():
        rle = encoded(mask)
        yield kind, *mask.shape, text(rle), coco.area(rle), bbox(rle), fnv(mask.astype(numpy.uint8) * 255)


def overlap_rows():
    rng = numpy.random.default_rng(8)
    for number in range(40):
        shape = rng.integers(1, 70, 2)
        a, b = blob(rng, *shape), blob(rng, *shape)
        if number % 4 == 1:
            b = ~a
        if number % 4 == 2:
            a[:] = number % 8 == 2
        a, b = encoded(a), encoded(b)
        yield *shape, text(a), text(b), repr(float(coco.iou([a], [b], [0])[0, 0]))


def polygon_rows():
    rng = numpy.random.default_rng(9)
    for number in range(150):
        height, width = (int(v) for v in rng.integers(1, 60, 2))
        count = int(rng.integers(3, 12))
        points = numpy.stack([rng.integers(0, width + 1, count), rng.integers(0, height + 1, count)], axis=1)
        if number % 3 == 0:
            points[1] = points[0]
        points = [int(v) for v in points.flatten()]
        yield height, width, ",".join(map(str, points)), text(coco.frPyObjects([points], height, width)[0])


def upsampled_rows():
    network = SimpleNamespace(image_encoder=SimpleNamespace(img_size=1024))
    sizes = [(1200, 1800), (3000, 4000), (1024, 1024), (683, 1024), (300, 200), (1063, 799), (37, 1000), (2000, 1), (1, 1)]
    fields = [(1, 32, 0), (2, 4, 0), (3, 1, 0), (4, 16, -400), (5, 32, 4096), (6, 32, -4096), (7, 64, 300), (8, 128, 0)]
    for height, width in sizes:
        resized = ResizeLongestSide.get_preprocess_shape(height, width, 1024)
        for seed, spacing, bias in fields:
            if (height, width) == (3000, 4000) and seed not in (1, 2):
                continue
            if min(resized) == 0:
                continue
            low = torch.from_numpy(logits(seed, spacing, bias))[None, None]
            full = Sam.postprocess_masks(network, low, resized, (height, width))[0]
            rle = encoded((full[0] > 0).numpy())
            score = calculate_stability_score(full, 0.0, 1.0)[0].item()
            yield (seed, spacing, bias, height, width, *resized, coco.area(rle), bbox(rle), fnv(rle["counts"]), repr(score))


def region_rows():
    rng = numpy.random.default_rng(10)
    for number in range(120):
        height, width = (int(v) for v in rng.integers(1, 40, 2))
        mask = rng.random((height, width)) < [0.1, 0.4, 0.6, 0.9][number % 4]
        if number % 5 == 0:
            mask = blob(rng, height, width)
        if number % 10 == 1:
            # Pairs of pixels: islands of the same size.
            mask = numpy.zeros((height, width), bool)
            for y, x in zip(rng.integers(0, height, 6), rng.integers(0, width, 6)):
                mask[y, x : x + 2] = True
        area = int(rng.choice([1, 2, 4, 12, 100, 2000]))
        for kind in ("holes", "islands"):
            changed_mask, changed = remove_small_regions(mask, area, kind)
            yield height, width, text(encoded(mask)), kind, area, text(encoded(changed_mask)) if changed else "-"


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    write("masks.tsv", mask_rows())
    write("overlaps.tsv", overlap_rows())
    write("polygons.tsv", polygon_rows())
    write("regions.tsv", region_rows())
    write("upsampled.tsv", upsampled_rows())


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Makes Tests/Fixtures/boxes: what reference implementations make of boxes, anchors and regions of feature maps.

    Scripts/roi_goldens.py      needs numpy, torch, torchvision

Inputs are made by formula, here and in Tests/FoveaTensorTests/Boxes. The two operators that torchvision does not have,
maximum position-sensitive RoI-Align and Soft-NMS, are written out here one element after the other.

  suppressed.tsv        seed, boxes, threshold, classes, numbers of the boxes kept
  softly_suppressed.tsv method, threshold, sigma, seed, boxes, classes, number:score of the boxes left
  coded.tsv             "decoded" or "encoded", weights, whether growth is limited, box, deltas or box, result
  anchors.tsv           style, x, y, the four coordinates of each anchor
  roi_aligned.tsv       seed, height, width, channels, regions, bins, sampling ratio, 1 if aligned, result
  ps_roi_aligned.tsv    "average" or "maximum", seed, height, width, channels, regions, bins, sampling ratio, result
"""
import math
import pathlib

import numpy
import torch
import torchvision
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/boxes"
SCALE = 1 / 16


def mixed(seed, count):
    """32 well-mixed bits for each index, the same as in Tests/FoveaTensorTests."""
    x = (numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(seed * 7919)) & 0xFFFFFFFF
    for factor, shift in [(2654435761, 15), (2246822519, 13)]:
        x = x * numpy.uint64(factor) & 0xFFFFFFFF
        x ^= x >> numpy.uint64(shift)
    return x.astype(numpy.int64)


def crowd(seed, count, classes):
    """Boxes with equal scores and overlaps among them."""
    numbers = mixed(seed, 6 * count).reshape(count, 6)
    x0, y0 = numbers[:, 0] % 97, numbers[:, 1] % 97
    boxes = numpy.stack([x0, y0, x0 + numbers[:, 2] % 60, y0 + numbers[:, 3] % 60], axis=1) / 8
    scores = (numbers[:, 4] % 64) / 64
    return boxes.astype(numpy.float32).reshape(count, 4), scores.astype(numpy.float32), numbers[:, 5] % classes


def features(seed, height, width, channels):
    """A map [1, channels, height, width]."""
    numbers = mixed(seed, height * width * channels) % 2049 - 1024
    return (numbers / 256).astype(numpy.float32).reshape(1, height, width, channels).transpose(0, 3, 1, 2)


def regions(seed, count, width, height):
    """Boxes in and around an image."""
    n = mixed(seed, 4 * count).reshape(count, 4)
    x0, y0 = n[:, 0] % (8 * width) - 2 * width, n[:, 1] % (8 * height) - 2 * height
    w, h = 1 + n[:, 2] % (6 * width), 1 + n[:, 3] % (6 * height)
    return (numpy.stack([x0, y0, x0 + w, y0 + h], axis=1) / 8).astype(numpy.float32)


def numbers(values):
    """As few digits as tell floats apart."""
    return ",".join(map(str, numpy.asarray(values, numpy.float32).flatten()))


def suppressed():
    for seed, count, threshold, classes in [
        (1, 0, 0.7, 1), (2, 1, 0.7, 1), (3, 50, 0.7, 1), (4, 400, 0.5, 1), (5, 400, 0.3, 4), (6, 200, 0.0, 1),
        (7, 200, 1.0, 1), (8, 300, 0.7, 3),
    ]:
        boxes, scores, idxs = map(torch.from_numpy, crowd(seed, count, classes))
        kept = torchvision.ops.boxes._batched_nms_vanilla(boxes, scores, idxs, threshold)
        if classes == 1:
            kept = torchvision.ops.nms(boxes, scores, threshold)
            assert kept.tolist() == torchvision.ops.batched_nms(boxes, scores, idxs, threshold).tolist()
        # Of equal scores in different classes torchvision leaves the order open.
        kept = sorted(kept.tolist(), key=lambda i: (-scores[i].item(), i))
        yield seed, count, threshold, classes, ",".join(map(str, kept)) or "-"


def overlap(a, b):
    """Intersection over union in floats."""
    width = max(min(a[2], b[2]) - max(a[0], b[0]), numpy.float32(0))
    height = max(min(a[3], b[3]) - max(a[1], b[1]), numpy.float32(0))
    common = width * height
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def soft_nms(rows, method, threshold, sigma, lowest):
    """`rows` are [number, box, score]; the chosen one changes places with the first, a dropped one with the last."""
    threshold, sigma, one = numpy.float32(threshold), numpy.float32(sigma), numpy.float32(1)
    done = 0
    while done < len(rows):
        best = max(range(done, len(rows)), key=lambda i: (rows[i][2], -i))
        rows[done], rows[best] = rows[best], rows[done]
        chosen = rows[done][1]
        done += 1
        i = done
        while i < len(rows):
            o = overlap(chosen, rows[i][1])
            if method == "gaussian":
                weight = numpy.exp(-(o * o) / sigma)
            else:
                weight = (numpy.float32(0) if method == "naive" else one - o) if o >= threshold else one
            rows[i][2] = rows[i][2] * weight
            if rows[i][2] < lowest:
                rows[i] = rows[-1]
                rows.pop()
            else:
                i += 1
    return rows


def softly_suppressed():
    for method, threshold, sigma, seed, count, classes in [
        ("linear", 0.5, 0.5, 11, 60, 1), ("linear", 0.3, 0.5, 12, 150, 3), ("gaussian", 0.5, 0.5, 13, 60, 1),
        ("gaussian", 0.5, 0.1, 14, 150, 4), ("naive", 0.4, 0.5, 15, 100, 1), ("linear", 0.5, 0.5, 16, 1, 1),
    ]:
        boxes, scores, idxs = crowd(seed, count, classes)
        # Without empty boxes: two of them overlap by 0 / 0.
        usable = [i for i in range(count) if boxes[i][2] > boxes[i][0] and boxes[i][3] > boxes[i][1]]
        left = []
        for c in range(classes):
            rows = [[i, boxes[i], scores[i]] for i in usable if idxs[i] == c]
            left += soft_nms(rows, method, threshold, sigma, numpy.float32(1e-3))
        left.sort(key=lambda row: -row[2])
        yield method, threshold, sigma, seed, count, classes, ",".join(f"{i}:{score}" for i, _, score in left)


def coded():
    proposals = torch.from_numpy(regions(21, 12, 320, 256))
    targets = torch.from_numpy(regions(22, 12, 320, 256))
    deltas = torch.from_numpy(features(23, 12, 4, 1).reshape(12, 4) * numpy.float32([1, 1, 2, 2]))
    for weights in [(1.0, 1.0, 1.0, 1.0), (10.0, 10.0, 5.0, 5.0)]:
        for limit in [math.log(1000 / 16), math.inf]:
            coder = BoxCoder(weights, limit)
            decoded = coder.decode(deltas, [proposals])
            for row in zip(proposals, deltas, decoded):
                yield "decoded", numbers(weights), int(limit < 9), *map(numbers, row)
        for row in zip(proposals, targets, BoxCoder(weights).encode([targets], [proposals])[0]):
            yield "encoded", numbers(weights), 1, *map(numbers, row)


def classic_anchors(x, y):
    """A window of 16 × 16 pixels, its last pixel belonging to it, in other shapes and sizes about its centre."""
    for ratio in [0.5, 0.75, 1, 4 / 3, 2]:
        width = round(math.sqrt(16 * 16 / ratio))
        height = round(width * ratio)
        for scale in [2, 4, 8, 16, 32]:
            w, h = (width * scale - 1) / 2, (height * scale - 1) / 2
            yield [16 * x + 7.5 - w, 16 * y + 7.5 - h, 16 * x + 7.5 + w, 16 * y + 7.5 + h]


def corner_anchors(x, y):
    """mmdetection's, in double precision."""
    for ratio in [0.5, 0.75, 1, 4 / 3, 2]:
        for size in [32, 64, 128, 256, 512]:
            w, h = size / math.sqrt(ratio) / 2, size * math.sqrt(ratio) / 2
            yield [16 * x - w, 16 * y - h, 16 * x + w, 16 * y + h]


def anchors():
    generator = AnchorGenerator(((32, 64, 128, 256, 512),), ((0.5, 0.75, 1.0, 1.33, 2.0),))
    image = ImageList(torch.zeros(1, 3, 320, 256), [(320, 256)])
    torchvision_anchors = generator(image, [torch.zeros(1, 1, 20, 16)])[0].reshape(20, 16, 25, 4)
    for x, y in [(0, 0), (15, 3), (7, 19)]:
        yield "torchvision", x, y, numbers(torchvision_anchors[y, x])
        yield "mmdetection", x, y, numbers(list(corner_anchors(x, y)))
        yield "classic", x, y, numbers(list(classic_anchors(x, y)))


def with_image(boxes):
    return torch.from_numpy(numpy.concatenate([numpy.zeros((len(boxes), 1), numpy.float32), boxes], axis=1))


def roi_aligned():
    for seed, height, width, channels, count, bins, ratio, aligned in [
        (31, 8, 6, 3, 6, 3, 2, 1), (32, 8, 6, 3, 6, 3, 2, 0), (33, 5, 9, 9, 3, 2, -1, 1), (34, 5, 9, 9, 3, 2, -1, 0),
        (35, 1, 1, 2, 4, 2, 3, 1), (36, 12, 7, 17, 2, 2, 1, 0), (37, 9, 9, 1, 5, 4, -1, 0),
    ]:
        boxes = regions(seed + 100, count, 16 * width, 16 * height)
        result = torchvision.ops.roi_align(
            torch.from_numpy(features(seed, height, width, channels)), with_image(boxes), bins, SCALE, ratio, bool(aligned))
        yield seed, height, width, channels, count, bins, ratio, aligned, numbers(result.permute(0, 2, 3, 1))


def bilinear(channel, y, x):
    """Zero over a pixel outside; within that the pixel at the border."""
    height, width = channel.shape
    if y < -1 or y > height or x < -1 or x > width:
        return 0.0
    y, x = max(y, 0.0), max(x, 0.0)
    top, left = min(int(y), height - 1), min(int(x), width - 1)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    y, x = (y - top if bottom > top else 0.0), (x - left if right > left else 0.0)
    upper = (1 - x) * channel[top, left] + x * channel[top, right]
    lower = (1 - x) * channel[bottom, left] + x * channel[bottom, right]
    return (1 - y) * upper + y * lower


def maximum_ps_roi_align(maps, boxes, bins):
    """The largest of 2 × 2 samples in each bin, without a shift by half a pixel, in double precision."""
    maps = maps[0].astype(float)
    result = numpy.zeros((len(boxes), len(maps)))
    for number, (x0, y0, x1, y1) in enumerate(boxes.astype(float) * SCALE):
        width, height = max(x1 - x0, 0.1) / bins, max(y1 - y0, 0.1) / bins
        for channel in range(len(maps)):
            row, column = channel // bins % bins, channel % bins
            result[number, channel] = max(
                bilinear(maps[channel], y0 + (row + i) * height, x0 + (column + j) * width)
                for i in (0.25, 0.75) for j in (0.25, 0.75))
    return result


def ps_roi_aligned():
    for style, seed, height, width, depth, count, bins, ratio in [
        ("average", 41, 20, 20, 5, 6, 7, 2), ("average", 42, 8, 6, 2, 6, 3, 2), ("average", 43, 8, 6, 2, 6, 3, -1),
        ("average", 44, 5, 9, 9, 3, 2, 3), ("average", 45, 1, 1, 3, 3, 2, 2), ("maximum", 51, 20, 20, 5, 6, 7, 2),
        ("maximum", 52, 8, 6, 2, 6, 3, 2), ("maximum", 53, 5, 9, 9, 3, 2, 2), ("maximum", 54, 1, 1, 3, 3, 2, 2),
    ]:
        boxes = regions(seed + 100, count, 16 * width, 16 * height)
        if style == "maximum":
            boxes[0, 2] = boxes[0, 0]
        maps = features(seed, height, width, depth * bins * bins)
        if style == "average":
            result = torchvision.ops.ps_roi_align(torch.from_numpy(maps), with_image(boxes), bins, SCALE, ratio)
        else:
            result = maximum_ps_roi_align(maps, boxes, bins)
        yield style, seed, height, width, depth * bins * bins, count, bins, ratio, numbers(result)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for rows in [suppressed, softly_suppressed, coded, anchors, roi_aligned, ps_roi_aligned]:
        with open(OUT / f"{rows.__name__}.tsv", "w") as f:
            for row in rows():
                f.write("\t".join(map(str, row)) + "\n")


if __name__ == "__main__":
    main()

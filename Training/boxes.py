"""Anchors, the coding of boxes, and what is done with boxes that overlap.

Boxes are rows x1, y1, x2, y2 in pixels of the network's input.
"""

import math

import torch
import torchvision
from torch import Tensor

STRIDE = 16
SCALES = (32, 64, 128, 256, 512)
#: Height by width.
RATIOS = (1 / 2, 3 / 4, 1, 4 / 3, 2)
#: Anchors at each place.
ANCHORS = len(SCALES) * len(RATIOS)
#: `mmdetection` 2 centres them at the corner of a cell and doesn't round; `torchvision` rounds corners to whole pixels and
#: has 1.33 for 4/3; `classic` is the Caffe release of Faster R-CNN, centred 7.5 pixels into the cell, with rounded sides.
ANCHOR_STYLES = ("mmdetection", "torchvision", "classic")
#: What the release clips the logarithms of a box's growth to, in either direction.
LARGEST_GROWTH = math.log(1000 / 16)


def cell_anchors(style: str) -> Tensor:
    """The anchors of the cell at (0, 0), float64 [25, 4]: those of the first ratio by scale, then those of the next."""
    scales = torch.tensor(SCALES, dtype=torch.float64)
    if style == "classic":
        widths = torch.tensor([23, 18, 16, 14, 11], dtype=torch.float64)[:, None] * scales / STRIDE
        heights = torch.tensor([12, 14, 16, 19, 22], dtype=torch.float64)[:, None] * scales / STRIDE
        centre, widths, heights = (STRIDE - 1) / 2, widths - 1, heights - 1
    else:
        ratios = (*RATIOS[:3], 1.33, 2) if style == "torchvision" else RATIOS
        roots = torch.tensor(ratios, dtype=torch.float64).sqrt()[:, None]
        centre, widths, heights = 0.0, scales / roots, scales * roots
    widths, heights = widths.flatten() / 2, heights.flatten() / 2
    boxes = torch.stack([centre - widths, centre - heights, centre + widths, centre + heights], 1)
    return boxes.round() if style == "torchvision" else boxes


def anchors(H: int, W: int, style: str) -> Tensor:
    """The anchors of a map of H x W cells, float64 [H * W * 25, 4], in the order y, x, anchor."""
    y, x = torch.meshgrid(torch.arange(H) * STRIDE, torch.arange(W) * STRIDE, indexing="ij")
    corners = torch.stack([x, y, x, y], 2).to(torch.float64)
    return (corners[:, :, None] + cell_anchors(style)).reshape(-1, 4)


def centres_and_sizes(boxes: Tensor, pixel_offset: int) -> tuple[Tensor, Tensor]:
    sizes = boxes[..., 2:] - boxes[..., :2] + pixel_offset
    return boxes[..., :2] + sizes / 2, sizes


def encode(targets: Tensor, boxes: Tensor, pixel_offset: int = 0) -> Tensor:
    """What `decode` makes `targets` of, given `boxes`; with `pixel_offset` 1, as in DayBreak's code, a pixel too large."""
    target_centres, target_sizes = centres_and_sizes(targets, pixel_offset)
    centres, sizes = centres_and_sizes(boxes, pixel_offset)
    return torch.cat([(target_centres - centres) / sizes, (target_sizes / sizes).log()], -1)


def decode(deltas: Tensor, boxes: Tensor, pixel_offset: int = 0, clip: str = "both") -> Tensor:
    """The boxes that `deltas`, dx, dy, dw, dh, tell of `boxes`.

    `clip` bounds dw and dh: in `both` directions (the release), from above (`upper`: torchvision), or not (`none`: DayBreak).
    """
    centres, sizes = centres_and_sizes(boxes, pixel_offset)
    growth = deltas[..., 2:]
    if clip != "none":
        growth = growth.clamp(-LARGEST_GROWTH if clip == "both" else None, LARGEST_GROWTH)
    centres, halves = centres + deltas[..., :2] * sizes, growth.exp() * sizes / 2
    return torch.cat([centres - halves, centres + halves], -1)


def clipped(boxes: Tensor, H: int, W: int, pixel_offset: int = 0) -> Tensor:
    """What of the boxes is in an image of H x W pixels; the last pixel is part of a box with `pixel_offset` 1."""
    x, y = boxes[..., 0::2].clamp(0, W - pixel_offset), boxes[..., 1::2].clamp(0, H - pixel_offset)
    return torch.stack([x[..., 0], y[..., 0], x[..., 1], y[..., 1]], -1)


def empty(boxes: Tensor) -> Tensor:
    """Whether nothing is in each of the boxes."""
    return ~(boxes[..., 2:] > boxes[..., :2]).all(-1)


def soft_nms(boxes: Tensor, scores: Tensor, method: str, threshold: float, sigma: float = 0.5,
             least: float = 1e-3) -> tuple[Tensor, Tensor]:
    """Soft-NMS (https://arxiv.org/abs/1704.04503): the numbers of boxes that stay, best first, and their shrunken scores.

    `soft_linear` shrinks the scores of boxes that overlap a better one by `threshold` or more, `soft_gaussian` those of
    all; boxes whose score falls below `least` go. Of equal scores the first box counts as better.
    """
    scores, left = scores.clone(), list(range(len(boxes)))
    overlaps = torchvision.ops.box_iou(boxes, boxes)
    kept, kept_scores = [], []
    while left:
        best = left[int(scores[left].argmax())]
        kept.append(best)
        kept_scores.append(scores[best].clone())
        left.remove(best)
        overlap = overlaps[best, left]
        if method == "soft_linear":
            scores[left] *= torch.where(overlap >= threshold, 1 - overlap, 1.0)
        else:
            scores[left] *= (-(overlap**2) / sigma).exp()
        left = [box for box in left if scores[box] >= least]
    return torch.tensor(kept, dtype=torch.long), torch.stack(kept_scores) if kept else scores


def suppressed(boxes: Tensor, scores: Tensor, classes: Tensor, method: str, threshold: float) -> tuple[Tensor, Tensor]:
    """Suppression within each class: the numbers of boxes that stay, best first, and their scores.

    `hard` is torchvision's `nms`. Of equal scores in the result, the box with the lower number comes first.
    """
    numbers, kept_scores = [], []
    for label in classes.unique():
        (members,) = torch.where(classes == label)
        if method == "hard":
            kept = torchvision.ops.nms(boxes[members], scores[members], threshold)
            kept_scores.append(scores[members[kept]])
        else:
            kept, shrunken = soft_nms(boxes[members], scores[members], method, threshold)
            kept_scores.append(shrunken)
        numbers.append(members[kept])
    if not numbers:
        return classes, scores
    numbers, order = torch.cat(numbers).sort()
    kept_scores, best_first = torch.cat(kept_scores)[order].sort(descending=True, stable=True)
    return numbers[best_first], kept_scores

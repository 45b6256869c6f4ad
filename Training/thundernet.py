"""ThunderNet (https://arxiv.org/abs/1903.11752), a small two-stage detector.

Modules are named as in the authors' release (qinzheng93/ThunderNet), so that a state_dict has its keys; `layouts.py` knows
the keys of other implementations. Every stage is a method of its own, for training and for tests:

    c4, c5 = network.backbone(images)               [N, ·, H/16, W/16], [N, ·, H/32, W/32]
    context = network.neck(c4, c5)                  [N, 245, H/16, W/16]
    maps = network.rpn_head(context)                logits [N, P] and deltas [N, P, 4] of P anchors; gated [N, 245, ·, ·]
    proposals = network.proposals(maps, (H, W))     for each image boxes [R, 4] and logits [R]
    pooled = network.pooled(maps.gated, boxes)      [R, 5, 7, 7]
    logits, deltas = network.head(pooled)           [R, classes + 1], [R, boxes, 4]
    objects = network.objects(logits, deltas, boxes, (H, W))

Sides of images are multiples of 32.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torchvision
from torch import Tensor, nn

import boxes as coding
import ps_roi_align
from snet import SNet

#: Channels of a bin, and what the context has: one for each bin.
POOLED = 5
CONTEXT = POOLED * ps_roi_align.BINS**2
RPN_FEATURES = 256


@dataclass(frozen=True)
class Habits:
    """What implementations do differently and their tensors don't tell; the defaults are the release's."""

    channel_mixing: str = "even_odd"
    #: Whether both branches of a backbone's unit of stride 2 have half of its outputs.
    equal_halves: bool = False
    anchors: str = "mmdetection"
    #: 1 where a box from 3 to 5 is 3 pixels wide, 0 where it is 2.
    pixel_offset: int = 0
    #: What bounds the growth of a box: see `boxes.decode`.
    growth_clip: str = "both"
    #: `first` or `last` of the classes means nothing.
    background: str = "last"
    #: `maximum` or `average`.
    pooling: str = "maximum"
    #: `hard`, `soft_linear` or `soft_gaussian`.
    suppression: str = "soft_linear"


@dataclass(frozen=True)
class Options:
    """How proposals and objects are chosen."""

    #: Proposals before and after suppression, and the overlap above which one is dropped.
    candidates: int = 2000
    proposals: int = 200
    proposal_overlap: float = 0.7
    score_threshold: float = 0.05
    overlap: float = 0.5
    limit: int = 100
    is_class_agnostic: bool = False


class Maps(NamedTuple):
    """What the region proposal network makes: P anchors in the order y, x, anchor."""

    features: Tensor
    logits: Tensor
    deltas: Tensor
    gated: Tensor


class Proposals(NamedTuple):
    boxes: Tensor
    logits: Tensor


class Objects(NamedTuple):
    """Best first; classes count from 0, the background not counted."""

    boxes: Tensor
    classes: Tensor
    scores: Tensor


class ContextEnhancement(nn.Module):
    """Section 3.3: C4, C5 of twice its size, and the mean of C5, added."""

    def __init__(self, c4: int, c5: int):
        super().__init__()
        self.C4, self.C5, self.Cglb = nn.Conv2d(c4, CONTEXT, 1), nn.Conv2d(c5, CONTEXT, 1), nn.Conv2d(c5, CONTEXT, 1)

    def forward(self, c4: Tensor, c5: Tensor) -> Tensor:
        enlarged = nn.functional.interpolate(self.C5(c5), c4.shape[2:], mode="nearest")
        return self.C4(c4) + enlarged + self.Cglb(c5.mean((2, 3), keepdim=True))


class RegionProposal(nn.Module):
    """Section 3.2, and the spatial attention of section 3.3, which is computed from its features."""

    def __init__(self):
        super().__init__()
        self.rpn_conv = nn.Sequential(
            nn.Conv2d(CONTEXT, CONTEXT, 5, padding=2, groups=CONTEXT, bias=False), nn.BatchNorm2d(CONTEXT), nn.ReLU(),
            nn.Conv2d(CONTEXT, RPN_FEATURES, 1, bias=False), nn.BatchNorm2d(RPN_FEATURES), nn.ReLU())
        self.sam_convs = nn.Sequential(
            nn.Conv2d(RPN_FEATURES, CONTEXT, 1, bias=False), nn.BatchNorm2d(CONTEXT), nn.Sigmoid())
        self.rpn_cls = nn.Conv2d(RPN_FEATURES, coding.ANCHORS, 1)
        self.rpn_reg = nn.Conv2d(RPN_FEATURES, 4 * coding.ANCHORS, 1)

    def forward(self, context: Tensor) -> Maps:
        features = self.rpn_conv(context)
        logits, deltas = (head(features).permute(0, 2, 3, 1).flatten(1) for head in [self.rpn_cls, self.rpn_reg])
        return Maps(features, logits, deltas.unflatten(1, (-1, 4)), context * self.sam_convs(features))


class BoxHead(nn.Module):
    """Section 3.2: from a region's bins to the logits of its classes and to what its box should be.

    Has a box for all classes or, if `is_class_specific`, one for each class; the background has one where it is the first
    class, as in the implementations that have it there.
    """

    def __init__(self, classes: int, layers: int, is_class_specific: bool, background: str):
        super().__init__()
        inputs = [CONTEXT] + [1024] * (layers - 1)
        boxes = (classes + (background == "first")) if is_class_specific else 1
        self.shared_fcs = nn.ModuleList(nn.Linear(width, 1024) for width in inputs)
        self.fc_cls = nn.Linear(1024, classes + 1)
        self.fc_reg = nn.Linear(1024, 4 * boxes)

    def hidden(self, pooled: Tensor) -> Tensor:
        x = pooled.flatten(1)
        for layer in self.shared_fcs:
            x = layer(x).relu()
        return x

    def forward(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        x = self.hidden(pooled)
        return self.fc_cls(x), self.fc_reg(x).unflatten(1, (-1, 4))


class ThunderNet(nn.Module):
    """`size` is snet49, snet146 or snet535; `classes` doesn't count the background."""

    #: What the deltas of the second stage are multiplied by.
    DEVIATIONS = (0.1, 0.1, 0.2, 0.2)

    def __init__(self, size: str, classes: int, layers: int = 1, is_class_specific: bool = True,
                 habits: Habits = Habits()):
        super().__init__()
        self.classes, self.habits = classes, habits
        self.backbone = SNet(size, habits.channel_mixing, habits.equal_halves)
        self.neck = ContextEnhancement(*self.backbone.outputs)
        self.rpn_head = RegionProposal()
        # The release has a head among others.
        self.roi_head = nn.ModuleDict({
            "bbox_head": BoxHead(classes, layers, is_class_specific, habits.background)})

    @property
    def head(self) -> BoxHead:
        return self.roi_head["bbox_head"]

    def maps(self, images: Tensor) -> Maps:
        return self.rpn_head(self.neck(*self.backbone(images)))

    def anchors(self, H: int, W: int, like: Tensor) -> Tensor:
        """Those of an image of H x W pixels."""
        stride = coding.STRIDE
        return coding.anchors(H // stride, W // stride, self.habits.anchors).to(like)

    def proposals(self, maps: Maps, image: tuple[int, int], options: Options = Options()) -> list[Proposals]:
        """For each image, the best boxes that don't overlap much, best first.

        Ordered by logit, and not by probability, which float32 rounds to 1 for many; of equal ones the first anchor counts
        as better. Boxes that the image's border leaves nothing of are dropped after the best candidates were taken.
        """
        anchors, habits = self.anchors(*image, maps.deltas), self.habits
        found = []
        for logits, deltas in zip(maps.logits, maps.deltas):
            logits, order = logits.sort(descending=True, stable=True)
            logits, order = logits[:options.candidates], order[:options.candidates]
            boxes = coding.decode(deltas[order], anchors[order], habits.pixel_offset, habits.growth_clip)
            boxes = coding.clipped(boxes, *image, habits.pixel_offset)
            is_there = ~coding.empty(boxes)
            boxes, logits = boxes[is_there], logits[is_there]
            kept = torchvision.ops.nms(boxes, logits, options.proposal_overlap)[:options.proposals]
            found.append(Proposals(boxes[kept], logits[kept]))
        return found

    def pooled(self, gated: Tensor, boxes: list[Tensor]) -> Tensor:
        """The bins [R, 5, 7, 7] of the boxes of all images, one image's after the other's."""
        regions = torch.cat([torch.cat([torch.full_like(rows[:, :1], number), rows], 1) for number, rows in enumerate(boxes)])
        return getattr(ps_roi_align, self.habits.pooling)(gated, regions)

    def objects(self, logits: Tensor, deltas: Tensor, boxes: Tensor, image: tuple[int, int],
                options: Options = Options()) -> Objects:
        """What one image's proposals are: `logits` [R, classes + 1], `deltas` [R, ·, 4], `boxes` [R, 4].

        Every class of a proposal whose score is not below the threshold is a candidate, in the order of proposals and, of one
        proposal, of classes; that order counts where scores are equal. Boxes outside of the image are left out, and what soft
        suppression shrinks below the threshold.
        """
        habits, first = self.habits, int(self.habits.background == "first")
        scores = logits.softmax(1)[:, first:first + self.classes]
        rows, classes = torch.where(scores >= options.score_threshold)
        scores = scores[rows, classes]
        column = classes + (deltas.shape[1] - self.classes) if deltas.shape[1] > 1 else torch.zeros_like(classes)
        scaled = deltas[rows, column] * deltas.new_tensor(self.DEVIATIONS)
        decoded = coding.decode(scaled, boxes[rows], habits.pixel_offset, habits.growth_clip)
        decoded = coding.clipped(decoded, *image, habits.pixel_offset)
        is_there = ~coding.empty(decoded)
        decoded, scores, classes = decoded[is_there], scores[is_there], classes[is_there]
        groups = torch.zeros_like(classes) if options.is_class_agnostic else classes
        kept, scores = coding.suppressed(decoded, scores, groups, habits.suppression, options.overlap)
        is_wanted = scores >= options.score_threshold
        kept, scores = kept[is_wanted][:options.limit], scores[is_wanted][:options.limit]
        return Objects(decoded[kept], classes[kept], scores)

    @torch.inference_mode()
    def forward(self, images: Tensor, options: Options = Options()) -> list[Objects]:
        """The objects in each of the normalised images [N, 3, H, W]."""
        image = images.shape[2:]
        maps = self.maps(images)
        boxes = [found.boxes for found in self.proposals(maps, image, options)]
        counts = [len(rows) for rows in boxes]
        answers = zip(*(part.split(counts) for part in self.head(self.pooled(maps.gated, boxes))), boxes)
        return [self.objects(logits, deltas, rows, image, options) for logits, deltas, rows in answers]

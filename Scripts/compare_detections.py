"""Compares `fovea detect` with the twin in Training/ on twenty photographs, from their files to the objects.

    python3 Scripts/compare_detections.py FOVEA          compares the program FOVEA
    python3 Scripts/compare_detections.py                only says what the twin finds

The photographs are those in scikit-image's package and parts of them; the networks are SNet49 and SNet146 with weights from a
fixed seed that find some objects in each, one with the habits of the authors' release, one with torchvision's. Both sides
read the same PNG. Objects must be the same, boxes within 0.01 pixels of the photograph per 320 of its longer side, scores
within 1e-4, in the same order but where scores are nearer than that to one another; nothing else may be missing than what is
as near to the threshold. Needs torch, torchvision, safetensors, pillow and scikit-image.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import skimage
import torch
from PIL import Image
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "Benchmarks" / "compare"), str(ROOT / "Training")]

import detect_networks
from detect_prepare import DEVIATION, MEAN
from thundernet import Habits, Options, ThunderNet

PHOTOGRAPHS = ["astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg"]
NETWORKS = {
    "thundernet_snet49": replace(Habits(), pooling="average", suppression="hard"),
    "thundernet_snet146": Habits(),
}
OPTIONS = Options(score_threshold=0.1)
#: What the logits of classes are multiplied by. Else float32 would round some scores to 1, as float64 doesn't, and leave the order
#: in which such objects suppress each other to their numbers.
CLASS_LOGITS = 0.5
BOX_BAR, SCORE_BAR = 0.01, 1e-4


def pictures() -> list[Image.Image]:
    """Each photograph, its upper left and lower right parts, and the whole a third larger."""
    found = []
    for name in PHOTOGRAPHS:
        image = Image.open(Path(skimage.__file__).parent / "data" / name).convert("RGB")
        W, H = image.size
        found += [image, image.crop((0, 0, W * 2 // 3, H // 2)), image.crop((W // 3, H // 4, W, H)),
                  image.resize((W * 4 // 3, H * 4 // 3), Image.BICUBIC)]
    return found


def network_input(image: Image.Image) -> torch.Tensor:
    """Stretched: float64 [1, 3, 320, 320].

    Across first, then down, each pass rounded to 8 bits, as Fovea does it. Pillow 13 takes the passes the other way round where
    that is less work, as older ones never do: a level more or less here and there, which made-up weights answer quite otherwise.
    """
    side = detect_networks.SIDE
    pixels = np.asarray(image.resize((side, image.height), Image.BILINEAR).resize((side, side), Image.BILINEAR))
    return torch.from_numpy(((pixels - MEAN) / DEVIATION).transpose(2, 0, 1)[None].copy())


def of_twin(network: ThunderNet, image: Image.Image) -> np.ndarray:
    """Rows of corners in pixels of the photograph, class and score."""
    (found,) = network(network_input(image), OPTIONS)
    scale = torch.tensor([*image.size, *image.size]) / detect_networks.SIDE
    return torch.cat([found.boxes * scale, found.classes[:, None], found.scores[:, None]], 1).numpy()


def of_fovea(program: str, models: Path, files: list[Path]) -> list[np.ndarray]:
    command = [program, "detect", *map(str, files), "--json", "--models", str(models), "--score-threshold",
               str(OPTIONS.score_threshold)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [np.array([[*found["box"], found["class_id"], found["score"]] for found in json.loads(line)["predictions"]]
                     ).reshape(-1, 6) for line in lines]


def install(network: ThunderNet, name: str, models: Path) -> None:
    folder = models / name
    folder.mkdir(parents=True)
    save_file({key: value.float() if value.is_floating_point() else value for key, value in network.state_dict().items()},
              folder / "weights.safetensors")
    (folder / "labels.txt").write_text("".join(f"class {number}\n" for number in range(network.classes)))
    (folder / "model.json").write_text(json.dumps({
        "task": "detect", "architecture": name, "weights": "weights.safetensors", "labels": "labels.txt",
        "detector": {"pooling": network.habits.pooling, "suppression": network.habits.suppression}}))


class Comparison:
    """What was compared so far, and the worst of it."""

    def __init__(self):
        self.objects = self.swapped = 0
        self.box = self.score = 0.0
        self.faults: list[str] = []

    def add(self, title: str, size: tuple[int, int], mine: np.ndarray, its: np.ndarray) -> None:
        """`mine` are Fovea's objects, `its` the twin's."""
        bar = BOX_BAR * max(max(size) / detect_networks.SIDE, 1)
        places = []
        left = list(range(len(its)))
        for row in mine:
            same = [place for place in left if its[place, 4] == row[4] and np.abs(its[place, :4] - row[:4]).max() <= bar]
            if not same:
                self.missing(title, "fovea", row)
                continue
            place = min(same, key=lambda place: abs(its[place, 5] - row[5]))
            left.remove(place)
            places.append(place)
            self.box = max(self.box, np.abs(its[place, :4] - row[:4]).max())
            self.score = max(self.score, abs(its[place, 5] - row[5]))
        for place in left:
            self.missing(title, "the twin", its[place])
        for first, second in zip(places, places[1:]):
            if first > second:
                self.swapped += 1
                if its[second, 5] - its[first, 5] > SCORE_BAR:
                    self.faults.append(f"{title}: {its[first]} comes before {its[second]}")
        self.objects += len(places)

    def missing(self, title: str, side: str, row: np.ndarray) -> None:
        if row[5] - OPTIONS.score_threshold > SCORE_BAR:
            self.faults.append(f"{title}: only {side} has {row.round(4).tolist()}")

    def end(self) -> None:
        if self.score > SCORE_BAR:
            self.faults.append(f"a score is off by {self.score}")
        print(f"{self.objects} objects the same; boxes off by {self.box:.2g} pixels, scores by {self.score:.2g} at most; "
              f"{self.swapped} in another order than the twin's")
        for fault in self.faults:
            print(f"  {fault}")
        if self.faults:
            sys.exit(1)


def main() -> None:
    program = sys.argv[1] if len(sys.argv) > 1 else None
    images, comparison = pictures(), Comparison()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.png" for number in range(len(images))]
        for file, image in zip(files, images):
            image.save(file, compress_level=1)
        for name, habits in NETWORKS.items():
            network = detect_networks.make(name, network_input(images[0]).float(), habits)
            with torch.no_grad():
                network.head.fc_cls.weight *= CLASS_LOGITS
                network.head.fc_cls.bias *= CLASS_LOGITS
            install(network, name, Path(folder) / name)
            theirs = [of_twin(network.double(), image) for image in images]
            print(f"{name}: {[len(found) for found in theirs]} objects", flush=True)
            if program:
                for number, mine in enumerate(of_fovea(program, Path(folder) / name, files)):
                    comparison.add(f"{name}, picture {number}", images[number].size, mine, theirs[number])
    if program:
        comparison.end()


if __name__ == "__main__":
    main()

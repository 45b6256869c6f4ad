"""Measures a detector on scenes of what was held out, and writes these scenes as a COCO dataset.

    python3 Training/evaluate_detector.py RUN/state.pt [--scenes 500] [--side 320]     AP of PyTorch's network
    python3 Training/evaluate_detector.py --write FOLDER [--scenes 500]                the scenes, for `fovea evaluate`

Only stamps are in them, and one to five objects; the seed is fixed. AP is pycocotools', over the six classes and with all of them
as one.
"""

import argparse
import contextlib
import io
import itertools
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from cutouts import CLASSES, pictures
from pretrain_backbone import normalised
from scenes import Composer, Scene
from thundernet import Options
from train_detector import untrained

SEED = 2026


def held_out_scenes(side: int, count: int) -> list[Scene]:
    objects, places = pictures(held_out=True)
    composer = Composer([cutout for cutout in objects if cutout.kind == "stamp"], places, side, SEED)
    return [scene for scene, _ in itertools.islice(composer.scenes(0), count)]


def annotations(scenes: list[Scene]) -> dict:
    """As COCO has them; areas are of what is to be seen, and masks column by column, run by run."""
    from pycocotools import mask as coding
    table = {
        "images": [{"id": number, "file_name": f"{number:04}.png", "width": scene.image.shape[1], "height": scene.image.shape[0]}
                   for number, scene in enumerate(scenes)],
        "categories": [{"id": number, "name": name} for number, name in enumerate(CLASSES)], "annotations": []}
    for image, scene in enumerate(scenes):
        for box, label, mask in zip(scene.boxes.tolist(), scene.labels.tolist(), scene.masks):
            encoded = coding.encode(np.asfortranarray(mask.astype(np.uint8)))
            table["annotations"].append({
                "id": len(table["annotations"]) + 1, "image_id": image, "category_id": label, "iscrowd": 0,
                "area": int(mask.sum()), "bbox": [box[0], box[1], box[2] - box[0], box[3] - box[1]],
                "segmentation": {"size": encoded["size"], "counts": encoded["counts"].decode()}})
    return table


def precision(table: dict, found: list[dict], is_blind: bool) -> tuple[float, float]:
    """AP@[.5:.95] and AP50; `is_blind` takes all classes for one."""
    if not found:
        return 0.0, 0.0
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = table
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(found), "bbox")
        evaluation.params.useCats = int(not is_blind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0]), float(evaluation.stats[1])


def detections(network, scenes: list[Scene], options: Options) -> list[dict]:
    found = []
    for image, scene in enumerate(scenes):
        (objects,) = network(normalised(scene.image[None]), options)
        for box, label, score in zip(objects.boxes.tolist(), objects.classes.tolist(), objects.scores.tolist()):
            found.append({"image_id": image, "category_id": label, "score": score,
                          "bbox": [box[0], box[1], box[2] - box[0], box[3] - box[1]]})
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path, nargs="?")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--scenes", type=int, default=500)
    parser.add_argument("--side", type=int, default=320)
    parser.add_argument("--size", default="snet49")
    options = parser.parse_args()
    scenes = held_out_scenes(options.side, options.scenes)
    table = annotations(scenes)
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        for scene, image in zip(scenes, table["images"]):
            Image.fromarray(scene.image).save(options.write / image["file_name"])
        (options.write / "annotations.json").write_text(json.dumps(table))
    if options.state:
        network = untrained(options.size)
        network.load_state_dict(torch.load(options.state, weights_only=True)["average"])
        network.eval()
        for name, blind in [("six classes", False), ("class-blind", True)]:
            found = detections(network, scenes, Options(score_threshold=0.02, is_class_agnostic=blind))
            whole, half = precision(table, found, blind)
            print(f"{name}: AP {whole:.3f}, AP50 {half:.3f}")


if __name__ == "__main__":
    main()

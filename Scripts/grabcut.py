"""How well OpenCV's GrabCut cuts out the things of a dataset from the boxes that `fovea evaluate segment` gives a model.

    python3 Scripts/grabcut.py DATASET [--things 1000]

Needs numpy, opencv and pycocotools. Prints the mean and the median intersection over union with the right masks.
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from pycocotools.coco import COCO

ITERATIONS = 5


def cut_out(image: np.ndarray, box: list[float]) -> np.ndarray:
    """What GrabCut takes for the foreground; the box itself where it finds none or can't begin."""
    H, W = image.shape[:2]
    x0, y0 = max(0, int(box[0])), max(0, int(box[1]))
    x1, y1 = min(W, int(np.ceil(box[0] + box[2]))), min(H, int(np.ceil(box[1] + box[3])))
    inside = np.zeros((H, W), bool)
    inside[y0:y1, x0:x1] = True
    if inside.all():
        return inside
    mask, models = np.zeros((H, W), np.uint8), [np.zeros((1, 65)), np.zeros((1, 65))]
    try:
        cv2.grabCut(image, mask, (x0, y0, x1 - x0, y1 - y0), *models, ITERATIONS, cv2.GC_INIT_WITH_RECT)
    except cv2.error:
        return inside
    found = (mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)
    return found if found.any() else inside


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--things", type=int, default=1_000_000)
    options = parser.parse_args()
    cv2.setRNGSeed(0)
    table = COCO(str(options.dataset / "annotations.json"))
    overlaps, seconds = [], 0.0
    for entry in table.loadImgs(table.getImgIds()):
        image = cv2.imread(str(options.dataset / entry["file_name"]))
        for annotation in table.loadAnns(table.getAnnIds(entry["id"], iscrowd=False)):
            truth = table.annToMask(annotation).astype(bool)
            start = time.monotonic()
            found = cut_out(image, annotation["bbox"])
            seconds += time.monotonic() - start
            overlaps.append((found & truth).sum() / (found | truth).sum())
        if len(overlaps) >= options.things:
            break
    print(f"{len(overlaps)} things: mean {np.mean(overlaps):.3f}, median {np.median(overlaps):.3f}, "
          f"{1000 * seconds / len(overlaps):.0f} ms each")


if __name__ == "__main__":
    main()

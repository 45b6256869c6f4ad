"""Photographs that people have annotated as COCO does, to train on in place of composed scenes.

Half of the scenes are whole photographs, squeezed into the square; half are parts of them.
"""

import math
from pathlib import Path

import cv2
import numpy as np
from pycocotools.coco import COCO

from scenes import AREA, VISIBLE, Scene, SceneSource, boxes_of, coloured, resized


class Annotated(SceneSource):
    def __init__(self, annotations: Path, side: int, seed: int):
        """`annotations` is COCO's JSON; its `file_name`s are beside it, or in `images/` beside it."""
        self.side, self.seed = side, seed
        self.table = COCO(str(annotations))
        folder = annotations.parent
        self.folder = folder / "images" if (folder / "images").is_dir() else folder
        self.categories = sorted(self.table.getCatIds())
        self.images = sorted(self.table.getImgIds())

    @property
    def classes(self) -> list[str]:
        """In the order of their ids, which a scene's labels count from 0."""
        return [category["name"] for category in self.table.loadCats(self.categories)]

    def scene(self, number: int) -> Scene:
        random, S = np.random.default_rng([self.seed, number]), self.side
        (entry,) = self.table.loadImgs([self.images[random.integers(len(self.images))]])
        pixels = cv2.imread(str(self.folder / entry["file_name"]))
        if pixels is None:
            raise FileNotFoundError(f"{self.folder / entry['file_name']} is no picture")
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
        H, W = pixels.shape[:2]
        top, left, h, w = 0, 0, H, W
        if random.random() < 0.5:
            share, aspect = math.sqrt(random.uniform(0.25, 0.9)), math.exp(random.normal(0, 0.15))
            h, w = max(1, min(H, int(H * share * aspect))), max(1, min(W, int(W * share / aspect)))
            top, left = random.integers(H - h + 1), random.integers(W - w + 1)
        flips = random.random() < 0.5

        def seen(plane: np.ndarray) -> np.ndarray:
            part = resized(np.ascontiguousarray(plane[top:top + h, left:left + w]), S, S)
            return cv2.flip(part, 1) if flips else part

        image = coloured(seen(pixels).astype(np.float32), random, 0.12).round().astype(np.uint8)
        masks, boxes, labels = [], [], []
        for annotation in self.table.loadAnns(self.table.getAnnIds(entry["id"], iscrowd=False)):
            whole = self.mask(annotation, H, W)
            mask = seen(whole) > 0.5
            if mask.sum() < AREA * S * S or mask.sum() * h * w < VISIBLE * whole.sum() * S * S:
                continue
            masks.append(mask)
            boxes.append(boxes_of([mask])[0])
            labels.append(self.categories.index(annotation["category_id"]))
        return Scene(image, np.array(boxes, np.float32).reshape(-1, 4), np.array(labels, np.int64),
                     np.array(masks, bool).reshape(-1, S, S), np.zeros((0, S, S), bool))

    def mask(self, annotation: dict, H: int, W: int) -> np.ndarray:
        """float32 [H, W]; the box where nothing else is known."""
        if annotation.get("segmentation"):
            return self.table.annToMask(annotation).astype(np.float32)
        x, y, width, height = (round(number) for number in annotation["bbox"])
        mask = np.zeros((H, W), np.float32)
        mask[max(0, y):y + height, max(0, x):x + width] = 1
        return mask

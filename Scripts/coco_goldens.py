"""Makes Tests/Fixtures/coco: a made-up dataset, what was found on it, and how good pycocotools says that is.

    python3 Scripts/coco_goldens.py

Scores and overlaps are equal here and there, some things are crowds, one image has nothing, one class nothing but a crowd, and
one image has more findings than are looked at. `annotations.json` is COCO's format, `findings.tsv` has image, class, x, y, width,
height and score, `expected.tsv` whether classes count, then the AP at each overlap and their mean. `../masks/coco-polygons.tsv`
has masks that pycocotools makes of polygons: height, width, compressed counts, then the polygons. Needs numpy and pycocotools.
"""

import contextlib
import io
import json
from pathlib import Path

import numpy as np
from pycocotools import mask as masks
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

FOLDER = Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "coco"
CATEGORIES = {3: "kite", 7: "boat", 8: "lamp", 20: "crowd"}


def box(random: np.random.Generator) -> list[float]:
    x, y, width, height = random.integers(0, 90), random.integers(0, 90), random.integers(4, 60), random.integers(4, 60)
    return [float(x), float(y), float(width), float(height)]


def made() -> tuple[dict, list[dict]]:
    random = np.random.default_rng(5)
    images = [5, 2, 9, 11, 30, 31, 40]
    annotations, found = [], []
    for image in images[1:]:
        for _ in range(random.integers(2, 14)):
            category = int(random.choice([3, 7, 8]))
            crowd = int(random.random() < 0.15)
            truth = box(random)
            annotations.append({"id": len(annotations) + 1, "image_id": image, "category_id": category, "bbox": truth,
                                "area": truth[2] * truth[3], "iscrowd": crowd})
            for _ in range(random.integers(0, 4)):
                shifted = (np.array(truth) + random.integers(-6, 7, 4) * random.choice([0, 0.5, 1])).clip(0.5)
                other = category if random.random() < 0.8 else int(random.choice([3, 7, 8, 20]))
                found.append({"image_id": image, "category_id": other, "bbox": shifted.tolist(),
                              "score": float(random.integers(1, 21)) / 20})
    annotations.append({"id": len(annotations) + 1, "image_id": 9, "category_id": 20, "bbox": [0, 0, 80, 80], "area": 6400,
                        "iscrowd": 1})
    for _ in range(130):
        found.append({"image_id": 30, "category_id": 7, "bbox": box(random), "score": float(random.random())})
    found.append({"image_id": 5, "category_id": 3, "bbox": box(random), "score": 0.9})
    table = {
        "info": {"description": "made up"}, "annotations": annotations,
        "images": [{"id": image, "file_name": f"{image}.png", "width": 160, "height": 160} for image in images],
        "categories": [{"id": number, "name": name} for number, name in CATEGORIES.items()]}
    return table, found


def precisions(table: dict, found: list[dict], uses_classes: bool) -> list[float]:
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = json.loads(json.dumps(table))
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(json.loads(json.dumps(found))), "bbox")
        evaluation.params.useCats = int(uses_classes)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    at_each = []
    for overlap in range(10):
        values = evaluation.eval["precision"][overlap, :, :, 0, -1]
        at_each.append(float(values[values > -1].mean()))
    return at_each + [float(evaluation.stats[0])]


def polygons(random: np.random.Generator, height: int, width: int) -> list[list[float]]:
    """One to three, of three to nine corners on whole, half and other numbers, some of them outside."""
    found = []
    for _ in range(random.integers(1, 4)):
        corners = random.uniform(-6, 6, (random.integers(3, 10), 2)) + random.uniform(0, 1, (1, 2)) * [width, height]
        corners *= random.choice([1, 1.5])
        found.append(np.round(corners, int(random.integers(0, 3))).flatten().tolist())
    return found


def write_polygons() -> None:
    random = np.random.default_rng(8)
    with open(FOLDER.parent / "masks" / "coco-polygons.tsv", "w") as file:
        for _ in range(60):
            height, width = (int(side) for side in random.integers(1, 25, 2))
            rings = polygons(random, height, width)
            merged = masks.merge(masks.frPyObjects(rings, height, width))
            print(height, width, merged["counts"].decode(), *(" ".join(map(repr, ring)) for ring in rings), sep="\t", file=file)


def main() -> None:
    table, found = made()
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_polygons()
    (FOLDER / "annotations.json").write_text(json.dumps(table, indent=1) + "\n")
    with open(FOLDER / "findings.tsv", "w") as file:
        for finding in found:
            row = [finding["image_id"], finding["category_id"], *finding["bbox"], finding["score"]]
            print(*map(repr, row), sep="\t", file=file)
    with open(FOLDER / "expected.tsv", "w") as file:
        for uses_classes in [True, False]:
            print("classes" if uses_classes else "blind", *map(repr, precisions(table, found, uses_classes)), sep="\t", file=file)


if __name__ == "__main__":
    main()

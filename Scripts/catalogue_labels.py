"""Writes the lists of class names in Models/, one a line, in the order of the classes; the background of detectors is no class.

- imagenet-1k.txt: the 1000 classes of ImageNet in the order of their synsets
- coco-80.txt: the 80 things of COCO in the order of their category ids, whose gaps are left out
- voc-20.txt: the 20 classes of PASCAL VOC

The names are those torchvision gives its models. Needs torchvision.
"""

import pathlib

from torchvision.models import _meta

FOLDER = pathlib.Path(__file__).parent.parent / "Models"
LISTS = {
    "imagenet-1k": (1000, _meta._IMAGENET_CATEGORIES),
    "coco-80": (80, _meta._COCO_CATEGORIES),
    "voc-20": (20, _meta._VOC_CATEGORIES),
}

for name, (count, entries) in LISTS.items():
    names = [entry for entry in entries if entry not in ("__background__", "N/A")]
    assert len(names) == len(set(names)) == count, name
    assert all(entry == entry.strip() and entry.isprintable() for entry in names), name
    (FOLDER / f"{name}.txt").write_text("".join(entry + "\n" for entry in names), encoding="utf-8")

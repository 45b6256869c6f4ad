"""Writes Models/imagenet-1k.txt: the 1000 ImageNet class names in the order of their synsets, one a line.

The names are those torchvision gives its ImageNet models. Needs torchvision.
"""

import pathlib

from torchvision.models._meta import _IMAGENET_CATEGORIES as NAMES

TARGET = pathlib.Path(__file__).parent.parent / "Models" / "imagenet-1k.txt"

assert len(NAMES) == len(set(NAMES)) == 1000
assert all(name == name.strip() and name.isprintable() for name in NAMES)
TARGET.write_text("".join(name + "\n" for name in NAMES), encoding="utf-8")

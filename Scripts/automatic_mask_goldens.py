"""Makes the fixtures of automatic mask generation: what segment-anything's SamAutomaticMaskGenerator finds.

    python3 Scripts/automatic_mask_goldens.py     writes automatic-{crops,runs,masks}.tsv in Tests/Fixtures/models

Needs torch, torchvision, segment-anything 1.0, pycocotools, pillow.

In the runs of DRAWN the generator is asked with a decoder that draws discs with holes and islands, in numbers that do not
depend on who computes them: all that is left are the generator's own decisions. In those of WHOLE it has a whole network with
the weights of segment_goldens.py, whose encoder is two narrow blocks.
"""

from functools import partial

import numpy as np
import torch
from PIL import Image
from pycocotools import mask as coco
from segment_anything import SamAutomaticMaskGenerator, automatic_mask_generator
from segment_anything.modeling import ImageEncoderViT, Sam
from segment_anything.utils.amg import generate_crop_boxes

import segment_goldens
from model_goldens import FIXTURES, uniform

PHOTOS = FIXTURES.parent / "photos"

# Name, width and height, what differs from the reference's defaults.
DRAWN = [
    ("discs", (451, 300), {"points_per_side": 14}),
    ("crops", (640, 427), {
        "points_per_side": 12, "crop_n_layers": 1, "crop_n_points_downscale_factor": 2, "min_mask_region_area": 150,
        "pred_iou_thresh": 0.85, "stability_score_thresh": 0.8, "stability_score_offset": 0.5}),
    ("layers", (500, 700), {
        "points_per_side": 8, "crop_n_layers": 2, "crop_n_points_downscale_factor": 2, "box_nms_thresh": 0.5,
        "crop_nms_thresh": 0.4, "crop_overlap_ratio": 0.5, "stability_score_thresh": 0.6}),
    ("unfiltered", (100, 150), {
        "points_per_side": 4, "pred_iou_thresh": 0, "stability_score_thresh": 0, "box_nms_thresh": 1}),
]
# Name, photograph, the same.
WHOLE = [
    ("network", "chelsea.png", {
        "points_per_side": 5, "pred_iou_thresh": 0.1, "stability_score_thresh": 0.5, "stability_score_offset": 0.25,
        "box_nms_thresh": 1}),
    ("network crops", "chelsea-grey.png", {
        "points_per_side": 4, "pred_iou_thresh": 0.2, "stability_score_thresh": 0.2, "stability_score_offset": 0.25,
        "box_nms_thresh": 1, "crop_n_layers": 1, "crop_n_points_downscale_factor": 2, "crop_nms_thresh": 1,
        "min_mask_region_area": 100}),
]
CROPS = [(451, 300, 1, 512 / 1500), (451, 300, 2, 0.3), (1800, 1200, 2, 512 / 1500), (37, 1000, 2, 0), (640, 640, 2, 1)]


def numbers(key, count):
    """Numbers in -1...1."""
    return (2 * uniform(key, count) - 1).astype(np.float32).astype(np.float64)


def drawn(x, y):
    """The logits and overlaps of the three masks at a point of the input of 1024 x 1024: three discs of one thing, which
    it has in common with points nearby; inside and near them, noise makes holes and islands."""
    column, row = int((x + 0.01) // 128), int((y + 0.01) // 128)
    key = f"thing {column} {row}"
    right, down, size, level = numbers(key, 4)
    pixels = 4 * np.arange(256) + 2.0
    dx, dy = pixels - (128 * column + 64 + 24 * right), pixels - (128 * row + 64 + 24 * down)
    distance = (dx * dx)[None, :] + (dy * dy)[:, None]
    level = 1 + 1.5 * (level + 1)
    node, part = np.arange(256) // 8, np.arange(256) % 8
    logits = []
    for mask, radius in enumerate((24, 48, 90)):
        radius = radius * (1 + size / 4)
        nodes = numbers(f"{key} {mask}", 33 * 33).reshape(33, 33)
        across = nodes[:, node] * (8 - part) + nodes[:, node + 1] * part
        noise = (across[node] * (8 - part)[:, None] + across[node + 1] * part[:, None]) / 64
        value = np.minimum(np.maximum(60 * (1 - distance / (radius * radius)), -level), level)
        value = np.where(distance < 4 * (radius * radius), value, -8.0)
        logits.append((value + 1.75 * noise).astype(np.float32))
    overlaps = 0.9 + 0.1 * numbers(f"point {int(x * 4 + 0.1)} {int(y * 4 + 0.1)}", 3)
    return np.stack(logits), overlaps.astype(np.float32)


class Blank(torch.nn.Module):
    """An encoder that sees nothing."""

    img_size = 1024

    def forward(self, x):
        return torch.zeros(1, 256, 64, 64)


def drawing_generator(options):
    generator = SamAutomaticMaskGenerator(
        Sam(Blank(), *segment_goldens.decoder()), output_mode="coco_rle", **options)
    predictor = generator.predictor

    def predict(points, labels, **_):
        found = [drawn(*point) for point in points[:, 0].tolist()]
        low = torch.from_numpy(np.stack([logits for logits, _ in found]))
        masks = predictor.model.postprocess_masks(low, predictor.input_size, predictor.original_size)
        return masks, torch.from_numpy(np.stack([overlaps for _, overlaps in found])), low

    predictor.predict_torch = predict
    return generator


def network():
    encoder = ImageEncoderViT(
        img_size=1024, patch_size=16, embed_dim=32, depth=2, num_heads=2, mlp_ratio=4, out_chans=256, qkv_bias=True,
        norm_layer=partial(torch.nn.LayerNorm, eps=1e-6), use_rel_pos=True, window_size=14, global_attn_indexes=(1,))
    sam = Sam(encoder, *segment_goldens.decoder())
    state = sam.state_dict()
    for key, value in state.items():
        state[key] = torch.from_numpy(segment_goldens.synthetic(key, tuple(value.shape)))
    sam.load_state_dict(state)
    # Embeddings are kept in half precision, so that nothing is left to tell but mistakes.
    sam.image_encoder.register_forward_hook(lambda _, __, output: output.half().float())
    return sam.eval()


class Counts:
    """Counts what the generator drops, by watching the functions that decide it."""

    def __init__(self, options):
        self.options = options
        self.candidates, self.suppressions = 0, []
        self.unstable, self.cut = 0, 0

    def __enter__(self):
        names = ["calculate_stability_score", "is_box_near_crop_edge", "batched_nms"]
        self.saved = {name: getattr(automatic_mask_generator, name) for name in names}
        threshold = self.options.get("stability_score_thresh", 0.95)

        def stability(masks, *rest):
            scores = self.saved["calculate_stability_score"](masks, *rest)
            self.candidates += len(masks)
            self.unstable += int((~(scores >= threshold)).sum()) if threshold > 0 else 0
            return scores

        def edge(*arguments):
            near = self.saved["is_box_near_crop_edge"](*arguments)
            self.cut += int(near.sum())
            return near

        def nms(boxes, *rest, **named):
            kept = self.saved["batched_nms"](boxes, *rest, **named)
            self.suppressions.append(len(boxes) - len(kept))
            return kept

        for name, function in zip(names, [stability, edge, nms]):
            setattr(automatic_mask_generator, name, function)
        return self

    def __exit__(self, *_):
        for name, function in self.saved.items():
            setattr(automatic_mask_generator, name, function)

    def dropped(self, points):
        """Tells apart the suppressions: one for each crop, then between crops, then after small regions are gone."""
        left = list(self.suppressions)
        regions = left.pop() if self.options.get("min_mask_region_area", 0) > 0 else 0
        between = left.pop() if self.options.get("crop_n_layers", 0) > 0 else 0
        return [3 * points - self.candidates, self.unstable, self.cut, sum(left), between, regions]


def lattice(segmentation):
    """The mask at 16 x 32 places, a hexadecimal digit for four: noisy masks are long."""
    mask = coco.decode(segmentation)
    rows, columns = [np.arange(count) * side // count for count, side in zip((16, 32), mask.shape)]
    return np.packbits(mask[rows][:, columns]).tobytes().hex()


def rows(name, source, generator, image, options):
    """A line of automatic-runs.tsv, and those of automatic-masks.tsv."""
    with Counts(options) as counts:
        found = generator.generate(image)
    layers = range(options.get("crop_n_layers", 0) + 1)
    points = sum(len(grid) * 4**layer for grid, layer in zip(generator.point_grids, layers))
    dropped = counts.dropped(points)
    print(name, points, "points,", len(found), "masks; dropped by overlap, stability, edge, NMS, crops, regions:", dropped)
    run = [name, source, " ".join(f"{k}={v!r}" for k, v in options.items()), ",".join(map(str, dropped))]
    masks = []
    for mask in found:
        (point,) = mask["point_coords"]
        masks.append([
            name, str(mask["area"]), ",".join(str(int(v)) for v in mask["bbox"]), f"{mask['predicted_iou']:.6f}",
            f"{mask['stability_score']:.6f}", ",".join(f"{v:.4f}" for v in point),
            ",".join(str(int(v)) for v in mask["crop_box"]),
            lattice(mask["segmentation"]) if "." in source else mask["segmentation"]["counts"]])
    return run, masks


def write(name, header, lines):
    (FIXTURES / name).write_text("\n".join("\t".join(line) for line in [header.split(), *lines]) + "\n")


def main():
    crops = []
    for width, height, layers, ratio in CROPS:
        boxes, of_layer = generate_crop_boxes((height, width), layers, ratio)
        text = ";".join(f"{layer}:" + ",".join(map(str, box)) for box, layer in zip(boxes, of_layer))
        crops.append([str(width), str(height), str(layers), repr(ratio), text])
    write("automatic-crops.tsv", "width height layers overlap boxes", crops)

    found = []
    for name, (width, height), options in DRAWN:
        image = np.zeros((height, width, 3), np.uint8)
        found.append(rows(name, f"{width}x{height}", drawing_generator(options), image, options))
    sam = network()
    for name, photograph, options in WHOLE:
        image = np.array(Image.open(PHOTOS / photograph).convert("RGB"))
        generator = SamAutomaticMaskGenerator(sam, output_mode="coco_rle", **options)
        found.append(rows(name, photograph, generator, image, options))
    write("automatic-runs.tsv", "run source options dropped", [run for run, _ in found])
    write(
        "automatic-masks.tsv", "run area bbox predicted_iou stability_score point crop_box mask",
        [mask for _, masks in found for mask in masks])


if __name__ == "__main__":
    main()

"""Makes the fixtures of the small segmenter with the network of Training/.

    python3 Scripts/lite_segmenter_goldens.py     writes Tests/Fixtures/models/lite-segmenter{,-keys}.tsv

Needs what Training/ needs. Weights are made from the keys, as those of segment_goldens.py; deviations are in 0.5…1.5. Results are
computed in double precision from an image of 512 x 512.
"""

import sys
from pathlib import Path

import torch

from model_goldens import FIXTURES, uniform
from segment_goldens import HEADER, PROMPTS, picture, row, synthetic
from thundernet_goldens import shape_lines

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Training"))

from export import used_by_segmenter
from segmenter import BACKGROUND, FOREGROUND, LOWER_RIGHT, UPPER_LEFT, Features, Prompts, Segmenter
from train_segmenter import untrained

SIDE = 512


def filled() -> Segmenter:
    network = untrained()
    for key, value in network.state_dict().items():
        made = 0.5 + uniform(key, value.numel()) if "deviation" in key else synthetic(key, tuple(value.shape))
        value.copy_(torch.as_tensor(made).reshape(value.shape))
    return network.double()


def prompt(points: list, box: tuple | None, has_mask: bool) -> Prompts:
    """In the frame of `SIDE`, from that of `PROMPTS`; points are meant at the middle of their pixel."""
    scale = SIDE / 1024
    places = [((scale * x + 0.5) / SIDE, (scale * y + 0.5) / SIDE, FOREGROUND if label else BACKGROUND) for x, y, label in points]
    if box:
        places += [(box[0] / 1024, box[1] / 1024, UPPER_LEFT), (box[2] / 1024, box[3] / 1024, LOWER_RIGHT)]
    # A prompt without points has one that is not there.
    table = torch.tensor([places or [(0, 0, -1)]], dtype=torch.float64)
    mask = picture("mask", (1, 1, SIDE // 4, SIDE // 4), 8) if has_mask else torch.zeros(1, 1, SIDE // 4, SIDE // 4)
    return Prompts(torch.zeros(1, dtype=torch.long), table[..., :2], table[..., 2].long(), mask.double())


@torch.inference_mode()
def main() -> None:
    torch.set_default_dtype(torch.float64)
    network = filled()
    features = network.encoded(picture("input", (1, 3, SIDE, SIDE), 1).double())
    rows = [row("", "embedding", features.embedding), row("", "details", features.details)]
    # As far from rounding as the tokens of the decoder's other fixtures.
    embedding = picture("embedding", tuple(features.embedding.shape), 1).double()
    details = picture("details", tuple(features.details.shape), 1).double()
    for name, described in PROMPTS.items():
        asked = prompt(*described)
        prompted = network.prompt_encoder(embedding, asked)
        masks, overlaps = network.decoded(Features(embedding, details), asked)
        if described[0] or described[1]:
            rows.append(row(name, "tokens", prompted.tokens))
        rows += [row(name, "image", prompted.image), row(name, "details", prompted.details),
                 row(name, "masks", masks), row(name, "iou", overlaps)]
    (FIXTURES / "lite-segmenter.tsv").write_text("\n".join([HEADER, *rows]) + "\n")
    state = used_by_segmenter(network.state_dict())
    (FIXTURES / "lite-segmenter-keys.tsv").write_text("\n".join(["key\tshape", *shape_lines(state)]) + "\n")


if __name__ == "__main__":
    main()

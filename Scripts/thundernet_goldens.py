"""Makes the fixtures of ThunderNet with the network of Training/.

    python3 Scripts/thundernet_goldens.py        writes Tests/Fixtures/models/thundernet-{networks,outputs,runs,found}.tsv
    python3 Scripts/thundernet_goldens.py check  compares the network with Tests/Fixtures/models/thundernet.tsv

Needs torch and torchvision. Weights are made from the keys (see `synthetic`) and results computed in double precision. A run
is written only if nothing of it is at the mercy of rounding: see `require_stable`.
"""

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from model_goldens import FIXTURES, row, synthetic as narrow, uniform

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Training"))

import layouts
import ps_roi_align
from snet import SIZES, SNetClassifier
from thundernet import Habits, Objects, Options, Proposals, ThunderNet

RELEASE = Habits()
#: What scales the outputs of the region proposal network and of the head so that boxes stay near anchors and scores away from
#: 0 and 1: the beginning of the name of the layer, and a factor of its weight and bias.
CANONICAL_FACTORS = {"rpn_head.rpn_cls": 0.01, "rpn_head.rpn_reg": 0.0005, "roi_head.bbox_head.fc_cls": 0.01,
                     "roi_head.bbox_head.fc_reg": 0.005}
DAYBREAK_FACTORS = {"RCNN_rpn.RPN_cls_score": 0.01, "RCNN_rpn.RPN_bbox_pred": 0.0005, "RCNN_cls_score": 0.01,
                    "RCNN_bbox_pred": 0.005}
LIGUIYUAN_FACTORS = {"rpn.head.cls_logits": 0.005, "rpn.head.bbox_pred": 0.00025,
                     "roi_heads.box_predictor.cls_score": 0.003, "roi_heads.box_predictor.bbox_pred": 0.002}


class Network(NamedTuple):
    """A network whose checkpoint is written in some implementation's layout."""

    size: str
    classes: int
    layers: int
    is_class_specific: bool
    habits: Habits
    factors: dict[str, float]

    def make(self) -> ThunderNet:
        return ThunderNet(self.size, self.classes, self.layers, self.is_class_specific, self.habits).eval()

    def written(self, state: dict) -> dict:
        """The state_dict of this layout that computes the same."""
        if self.factors is DAYBREAK_FACTORS:
            return layouts.to_daybreak(state)
        return layouts.to_liguiyuan(state) if self.factors is LIGUIYUAN_FACTORS else state

    def read(self, state: dict) -> dict:
        if self.factors is DAYBREAK_FACTORS:
            return layouts.from_daybreak(state)
        return layouts.from_liguiyuan(state) if self.factors is LIGUIYUAN_FACTORS else state


NETWORKS = {
    "thundernet_snet49_fc1": Network("snet49", 80, 1, True, RELEASE, CANONICAL_FACTORS),
    "thundernet_snet146_fc1": Network("snet146", 80, 1, True, RELEASE, CANONICAL_FACTORS),
    "thundernet_snet535_fc1": Network("snet535", 80, 1, True, RELEASE, CANONICAL_FACTORS),
    "thundernet_snet146_fc2": Network("snet146", 80, 2, True, RELEASE, CANONICAL_FACTORS),
    "thundernet_snet49_agnostic": Network("snet49", 20, 1, False, RELEASE, CANONICAL_FACTORS),
    **{f"daybreak_thundernet_{size}": Network(size, 20, 1, True, layouts.DAYBREAK, DAYBREAK_FACTORS) for size in SIZES},
    "liguiyuan_thundernet_snet49": Network("snet49", 79, 1, True, layouts.LIGUIYUAN, LIGUIYUAN_FACTORS),
}


class Run(NamedTuple):
    network: str
    habits: Habits
    #: For each of IMAGES one that some tens of candidates are above.
    thresholds: tuple[float, float]
    options: Options = Options()


RUNS = {
    "agnostic": Run("thundernet_snet49_agnostic", replace(RELEASE, pooling="average", suppression="hard"),
                    (0.21, 0.45)),
    "release": Run("thundernet_snet146_fc2", RELEASE, (0.2, 0.6)),
    "daybreak": Run("daybreak_thundernet_snet49", layouts.DAYBREAK, (0.22, 0.9), Options(candidates=6000)),
    "liguiyuan": Run("liguiyuan_thundernet_snet49", layouts.LIGUIYUAN, (0.105, 0.45)),
    "gaussian": Run("thundernet_snet535_fc1", replace(RELEASE, pooling="average", suppression="soft_gaussian"),
                    (0.3, 0.7), Options(limit=12)),
    "across": Run("thundernet_snet49_fc1", replace(RELEASE, suppression="hard"), (0.11, 0.25),
                  Options(overlap=0.3, is_class_agnostic=True)),
}
#: H, W.
IMAGES = [(160, 128), (320, 320)]
FIRST_PROPOSALS, FIRST_OBJECTS = 10, 20


def synthetic(key: str, shape: tuple[int, ...], factors: dict[str, float] = {}) -> np.ndarray:
    """The weights of `key`: those of model_goldens.py, but matrices are uniform up to sqrt(6 / fan-in)."""
    factor = next((factor for start, factor in factors.items() if key.startswith(start + ".")), 1)
    if len(shape) >= 2:
        u = uniform(key, int(np.prod(shape)))
        values = ((2 * u - 1) * np.sqrt(6 / (u.size / shape[0]))).astype(np.float32).reshape(shape)
    else:
        values = narrow(key, shape)
    return values if factor == 1 else values * np.float32(factor)


def filled(network: Network, habits: Habits, factors: dict[str, float]) -> ThunderNet:
    module = network._replace(habits=habits).make()
    state = {key: torch.from_numpy(np.asarray(synthetic(key, tuple(value.shape), factors)))
             for key, value in network.written(module.state_dict()).items()}
    module.double().load_state_dict({key: value.double() for key, value in network.read(state).items()})
    return module


def picture(H: int, W: int) -> torch.Tensor:
    return torch.from_numpy((2 * uniform("input", 3 * H * W) - 1).astype(np.float32).reshape(1, 3, H, W)).double()


def stages(network: ThunderNet, x: torch.Tensor) -> dict[str, torch.Tensor]:
    c4, c5 = network.backbone(x)
    context = network.neck(c4, c5)
    maps = network.rpn_head(context)
    H, W = context.shape[2:]
    return {"C4": c4, "C5": c5, "CEM": context, "rpn_feat": maps.features,
            "rpn_cls": maps.logits.reshape(1, H, W, -1).permute(0, 3, 1, 2),
            "rpn_reg": maps.deltas.reshape(1, H, W, -1).permute(0, 3, 1, 2), "SAM": maps.gated}


#: The regions of thundernet.tsv.
REGIONS = [(10, 20, 120, 200), (0, 0, 255, 319), (100, 100, 140, 130), (-20, -10, 60, 90), (200, 250, 250, 310)]


def head_stages(network: ThunderNet, gated: torch.Tensor) -> dict[str, torch.Tensor]:
    regions = torch.tensor([(0, *box) for box in REGIONS], dtype=gated.dtype)
    found = {}
    for name, pool in [("avg", ps_roi_align.average), ("max", ps_roi_align.maximum)]:
        pooled = pool(gated, regions)
        logits, deltas = network.head(pooled)
        found |= {f"pool_{name}": pooled, f"fc_{name}": network.head.hidden(pooled), f"cls_{name}": logits,
                  f"reg_{name}": deltas.flatten(1)}
    return found


@torch.inference_mode()
def check() -> None:
    """Stops at a row of the recorded fixture that is off by more than its rounding: 1e-4 standard deviations."""
    rows, found, worst = [line.split("\t") for line in (FIXTURES / "thundernet.tsv").read_text().splitlines()[1:]], {}, 0
    for name, H, W, tensor, shape, *numbers in rows:
        if name not in found:
            factors = {key: CANONICAL_FACTORS[key] for key in ["rpn_head.rpn_cls", "rpn_head.rpn_reg"]}
            network = filled(NETWORKS[name], RELEASE, factors)
            tensors = stages(network, picture(int(H), int(W)))
            found[name] = tensors | head_stages(network, tensors["SAM"])
        got = row(name, H, W, tensor, found[name][tensor]).split("\t")
        assert got[4] == shape and got[-1] == numbers[-1], (got, shape, numbers)
        off = max(abs(float(a) - float(b)) for a, b in zip(got[5:-1], numbers)) / float(numbers[1])
        assert off < 1e-4, f"{name} {tensor} is off by {off} standard deviations"
        worst = max(worst, off)
    print(f"{len(rows)} rows of {len(found)} networks, off by {worst:.1g} standard deviations at most")


class Found(NamedTuple):
    proposals: Proposals
    objects: Objects


@torch.inference_mode()
def find(network: ThunderNet, options: Options, x: torch.Tensor) -> Found:
    image = tuple(x.shape[2:])
    maps = network.maps(x)
    (proposals,) = network.proposals(maps, image, options)
    logits, deltas = network.head(network.pooled(maps.gated, [proposals.boxes]))
    return Found(proposals, network.objects(logits, deltas, proposals.boxes, image, options))


def require_stable(name: str, network: ThunderNet, options: Options, x: torch.Tensor, found: Found) -> str:
    """Stops if single precision, once alone and eight times with each weight off by 1e-6 of itself at random, chooses other
    proposals or objects, or puts the first proposals or the objects in another order; returns how near that was.
    """
    state = {key: value.clone() for key, value in network.state_dict().items()}
    dice = torch.Generator().manual_seed(0)
    others = []
    for noise in [0] + [1e-6] * 8:
        network.load_state_dict({
            key: value * (1 + noise * torch.randn(value.shape, generator=dice, dtype=torch.float64))
            if value.is_floating_point() else value for key, value in state.items()})
        others.append(find(network.float(), options, x.float()))
        network.double()
    network.load_state_dict(state)
    boxes = scores = 0.0
    for other in others:
        distances = (found.proposals.boxes[:, None] - other.proposals.boxes).abs().amax(2)
        first = (found.proposals.boxes - other.proposals.boxes)[:FIRST_PROPOSALS]
        assert torch.equal(found.objects.classes, other.objects.classes), f"{name}: other objects"
        moved = [distances.amin(1), distances.amin(0), first.abs(), (found.objects.boxes - other.objects.boxes).abs()]
        boxes = max(boxes, *(float(distance.max()) for distance in moved))
        scores = max(scores, float((found.objects.scores - other.objects.scores).abs().max()))
    assert boxes < 0.05 and scores < 1e-3, f"{name}: boxes move by {boxes} pixels, scores by {scores}"
    gaps = [float(-values.diff().max()) for values in [found.proposals.logits[:FIRST_PROPOSALS], found.objects.scores]]
    return f"boxes move by {boxes:.1g} pixels, scores by {scores:.1g}; gaps of logits {gaps[0]:.1g}, of scores {gaps[1]:.1g}"


def write_runs() -> None:
    runs = ["\t".join(["run", "H", "W", "network", *list(asdict(RELEASE)), "score_threshold", "overlap", "limit",
                       "is_class_agnostic", "factors", "proposals", "objects"])]
    rows = ["run\tH\tW\tpart\tx1\ty1\tx2\ty2\tclass\tscore"]
    outputs = ["model\tH\tW\ttensor\tshape\tmean\tstd\ts0\ts1\ts2\ts3\ts4\ts5\targmax"]
    for name, run in RUNS.items():
        factors = NETWORKS[run.network].factors
        network = filled(NETWORKS[run.network], run.habits, factors)
        for (H, W), threshold in zip(IMAGES, run.thresholds):
            x, options = picture(H, W), replace(run.options, score_threshold=threshold)
            with torch.inference_mode():
                outputs += [row(name, H, W, tensor, output) for tensor, output in stages(network, x).items()]
            found = find(network, options, x)
            margins = require_stable(f"{name} {H}x{W}", network, options, x, found)
            counts = [len(part.boxes) for part in found]
            print(f"{name} {H}x{W}: {counts[0]} proposals, {counts[1]} objects; {margins}", flush=True)
            described = [*asdict(run.habits).values(), options.score_threshold, options.overlap, options.limit,
                         options.is_class_agnostic, " ".join(f"{key}={factor}" for key, factor in factors.items())]
            runs.append("\t".join(map(str, [name, H, W, run.network, *described, *counts])))
            for box, logit in list(zip(*found.proposals))[:FIRST_PROPOSALS]:
                rows.append(found_row(name, H, W, "proposal", box, "", logit))
            for box, label, score in list(zip(*found.objects))[:FIRST_OBJECTS]:
                rows.append(found_row(name, H, W, "object", box, int(label), score))
    for file, lines in [("runs", runs), ("found", rows), ("outputs", outputs + classifier_rows())]:
        (FIXTURES / f"thundernet-{file}.tsv").write_text("\n".join(lines) + "\n")


def found_row(name: str, H: int, W: int, part: str, box: torch.Tensor, label: object, score: torch.Tensor) -> str:
    corners = [f"{float(value):.4f}" for value in box]
    return "\t".join([name, str(H), str(W), part, *corners, str(label), f"{float(score):.7g}"])


@torch.inference_mode()
def classifier_rows() -> list[str]:
    """The backbones as they are trained on ImageNet."""
    rows = []
    for size in SIZES:
        network = SNetClassifier(size).eval()
        state = {key: torch.from_numpy(np.asarray(synthetic(key, tuple(value.shape))))
                 for key, value in network.state_dict().items()}
        network.load_state_dict(state)
        rows += [row(size, H, W, "OUT", network.double()(picture(H, W))) for H, W in [(96, 80), (75, 101)]]
    return rows


def shape_lines(state: dict) -> list[str]:
    """Keys and shapes; `norm` stands for the five of a batch norm."""
    lines = []
    for key, value in state.items():
        layer = key.rpartition(".")[0]
        shape = "x".join(map(str, value.shape))
        if f"{layer}.running_mean" not in state:
            lines.append(f"{key}\t{shape}")
        elif key.endswith(".running_mean"):
            lines.append(f"{layer}\tnorm {shape}")
    return lines


def write_networks() -> None:
    lines = ["network, then its tensors: key, shape"]
    for name, network in NETWORKS.items():
        lines += [name, *shape_lines(network.written(network.make().state_dict()))]
    for size in SIZES:
        lines += [size, *shape_lines(SNetClassifier(size).state_dict())]
    (FIXTURES / "thundernet-networks.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        check()
    else:
        write_networks()
        write_runs()

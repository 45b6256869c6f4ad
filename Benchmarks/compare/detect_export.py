"""ThunderNet as one ONNX graph, from the image to the objects, arranged so that ONNX Runtime takes the least time.

It has no operator for PSRoI-Align. The mean of a bin's samples is a sum over rows and columns of the map with weights that
multiply, so that pooling is a product of matrices and a sum for each row of bins. On one thread of a machine with AVX2 all of
SNet49 took 9 % less time so than with the same in one piece and bins before channels; with GridSample it took 20 % more than
that, with Gather more still. Channels in blocks (`detect_padding`) save 20 % again, 3 % of SNet535.
"""
import contextlib
import io
import pathlib
import warnings

import torch
from torch import Tensor, nn

from detect_networks import CLASSES, OPTIONS, SIDE
from detect_padding import padded
from thundernet import CONTEXT, POOLED, ThunderNet

import boxes as coding
from ps_roi_align import BINS, SAMPLES

CELLS = SIDE // coding.STRIDE


class Suppression(torch.autograd.Function):
    """ONNX's NonMaxSuppression of boxes [1, N, 4] with scores [1, C, N]: rows of image, class and box, by class and score."""

    @staticmethod
    def forward(context, boxes: Tensor, scores: Tensor, limit: int, overlap: float, threshold: float) -> Tensor:
        # The exporter needs no more than the shape.
        return torch.zeros(limit, 3, dtype=torch.int64)

    @staticmethod
    def symbolic(graph, boxes, scores, limit, overlap, threshold):
        def constant(value: float, type: torch.dtype):
            return graph.op("Constant", value_t=torch.tensor([value], dtype=type))

        return graph.op("NonMaxSuppression", boxes, scores, constant(limit, torch.int64),
                        constant(overlap, torch.float32), constant(threshold, torch.float32))


class WholeDetector(nn.Module):
    """Image [1, 3, 320, 320] to boxes [K, 4], classes [K] and scores [K], best first.

    There is at least one object, and no proposal that lies outside of the image: with the weights of `detect_networks`.
    """

    def __init__(self, network: ThunderNet):
        super().__init__()
        self.network = padded(network)
        self.register_buffer("anchors", network.anchors(SIDE, SIDE, torch.zeros(1)))
        self.register_buffer("deviations", torch.tensor(network.DEVIATIONS))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        maps = self.network.maps(image)
        places = self.proposals(maps.logits[0], maps.deltas[0])
        logits, deltas = self.network.head(pooled(maps.gated[:, :CONTEXT], places))
        boxes = coding.clipped(coding.decode(deltas[:, 0] * self.deviations, places), SIDE, SIDE)
        scores = logits.softmax(1)[:, :CLASSES].t().contiguous()
        found = Suppression.apply(
            boxes[None], scores[None], OPTIONS.limit, OPTIONS.overlap, OPTIONS.score_threshold)
        classes, rows = found[:, 1], found[:, 2]
        scores, order = scores.flatten()[classes * scores.shape[1] + rows].sort(descending=True)
        order, scores = order[:OPTIONS.limit], scores[:OPTIONS.limit]
        return boxes[rows[order]], classes[order], scores

    def proposals(self, logits: Tensor, deltas: Tensor) -> Tensor:
        logits, order = logits.topk(OPTIONS.candidates)
        boxes = coding.clipped(coding.decode(deltas[order], self.anchors[order]), SIDE, SIDE)
        found = Suppression.apply(
            boxes[None], logits[None, None], OPTIONS.proposals, OPTIONS.proposal_overlap, -torch.inf)
        return boxes[found[:, 2]]


def pooled(gated: Tensor, places: Tensor) -> Tensor:
    """What `ps_roi_align.average` gives for one image: [R, 5, 7, 7]."""
    rows, columns = weights(places[:, 1::2]), weights(places[:, 0::2]).flatten(1)[:, None]
    # One for each row of bins: [rows of cells, channel, bin and column of cells].
    planes = gated.reshape(POOLED, BINS, BINS, CELLS, CELLS).permute(1, 3, 0, 2, 4).reshape(BINS, CELLS, -1)
    lines = []
    for number in range(BINS):
        line = (rows[:, number] @ planes[number]).reshape(-1, POOLED, BINS * CELLS)
        lines.append((line * columns).reshape(-1, POOLED, BINS, CELLS).sum(3))
    return torch.stack(lines, 2)


def weights(sides: Tensor) -> Tensor:
    """How much each row or column of cells counts in each bin [R, 7, 20] of regions from `sides[:, 0]` to `sides[:, 1]`."""
    steps = (torch.arange(BINS * SAMPLES) + 0.5) / (BINS * SAMPLES)
    places = (sides[:, :1] + (sides[:, 1:] - sides[:, :1]) * steps) / coding.STRIDE - 0.5
    distances = (places.clamp(0, CELLS - 1)[:, :, None] - torch.arange(CELLS, dtype=torch.float32)).abs()
    samples = ((1 - distances) / SAMPLES).clamp(min=0)
    return samples[:, 0::2] + samples[:, 1::2]


def export(network: ThunderNet, image: Tensor, path: pathlib.Path) -> None:
    outputs = ["boxes", "classes", "scores"]
    with torch.no_grad(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        # The tracing exporter is deprecated, but folds batch norms and constants without a further package.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            WholeDetector(network).eval(), (image,), str(path), opset_version=17, dynamo=False,
            do_constant_folding=True, input_names=["input"], output_names=outputs,
            dynamic_axes={name: {0: "objects"} for name in outputs})

"""ThunderNet as one ONNX graph, from the image to the objects, arranged for ONNX Runtime.

It has no operator for PSRoI-Align. The mean of a bin's samples is a sum over rows and columns with weights that multiply, so
that pooling is a product of matrices, one for each row of bins, and a sum: see `pooled`.
"""
import pathlib

import torch
from torch import Tensor, nn

from detect_networks import CLASSES, OPTIONS, SIDE
from thundernet import CONTEXT, POOLED, ThunderNet

import boxes as coding
from ps_roi_align import BINS, SAMPLES

CELLS = SIDE // coding.STRIDE


class Suppression(torch.autograd.Function):
    """ONNX's NonMaxSuppression: for boxes [1, N, 4] and scores [1, C, N], rows of image, class and box."""

    @staticmethod
    def forward(context, boxes: Tensor, scores: Tensor, limit: int, overlap: float, threshold: float) -> Tensor:
        # Only the shape matters to the exporter.
        return torch.zeros(min(limit, scores.numel()), 3, dtype=torch.int64)

    @staticmethod
    def symbolic(graph, boxes, scores, limit, overlap, threshold):
        def constant(value, type):
            return graph.op("Constant", value_t=torch.tensor([value], dtype=type))

        return graph.op("NonMaxSuppression", boxes, scores, constant(limit, torch.int64),
                        constant(overlap, torch.float32), constant(threshold, torch.float32))


class Exported(nn.Module):
    """`image` [1, 3, 320, 320] to `boxes` [K, 4], `classes` and `scores` [K], best first.

    No anchor's centre is outside of the image, so that proposals that nothing is left of aren't looked for.
    """

    def __init__(self, network: ThunderNet, pooling: str):
        super().__init__()
        self.network, self.pooling = network, pooling
        self.register_buffer("anchors", network.anchors(SIDE, SIDE, torch.zeros(1)))
        self.register_buffer("deviations", torch.tensor(network.DEVIATIONS))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        maps = self.network.maps(image)
        boxes = self.proposals(maps.logits[0], maps.deltas[0])
        logits, deltas = self.network.head(getattr(self, self.pooling)(maps.gated, boxes))
        scores = logits.softmax(1)[:, :CLASSES].t().contiguous()
        boxes = coding.clipped(coding.decode(deltas[:, 0] * self.deviations, boxes), SIDE, SIDE)
        found = Suppression.apply(
            boxes[None], scores[None], OPTIONS.limit, OPTIONS.overlap, OPTIONS.score_threshold)
        classes, rows = found[:, 1], found[:, 2]
        scores = scores.flatten()[classes * scores.shape[1] + rows]
        scores, order = scores.sort(descending=True)
        return boxes[rows[order]], classes[order], scores

    def proposals(self, logits: Tensor, deltas: Tensor) -> Tensor:
        logits, order = logits.topk(OPTIONS.candidates)
        boxes = coding.clipped(coding.decode(deltas[order], self.anchors[order]), SIDE, SIDE)
        found = Suppression.apply(
            boxes[None], logits[None, None], OPTIONS.proposals, OPTIONS.proposal_overlap, -torch.inf)
        return boxes[found[:, 2]]

    def separable(self, gated: Tensor, boxes: Tensor) -> Tensor:
        """[R, 5, 7, 7]"""
        columns, rows = weights(boxes[:, 0::2]), weights(boxes[:, 1::2])
        planes = gated.reshape(POOLED, BINS, BINS, CELLS, CELLS).permute(1, 3, 2, 0, 4)
        # For each row of bins: [7, R, 20] by [7, 20, 7 * 5 * 20].
        lines = torch.matmul(rows.transpose(0, 1), planes.reshape(BINS, CELLS, -1))
        lines = lines.reshape(BINS, -1, BINS, POOLED, CELLS)
        return (lines * columns[None, :, :, None]).sum(4).permute(1, 3, 0, 2)

    def grid(self, gated, boxes):
        scale = 1/16
        steps = (torch.arange(BINS * SAMPLES) + 0.5) / (BINS * SAMPLES)
        x = boxes[:, 0:1]*scale-0.5 + (boxes[:,2:3]-boxes[:,0:1])*scale*steps   # R,14
        y = boxes[:, 1:2]*scale-0.5 + (boxes[:,3:4]-boxes[:,1:2])*scale*steps
        x = x.reshape(-1,7,2)*(2/(CELLS-1))-1; y = y.reshape(-1,7,2)*(2/(CELLS-1))-1
        # grid [49, R, 4, 2]
        yy = y.permute(1,0,2)[:,None,:,:,None].expand(7,7,-1,2,2)
        xx = x.permute(1,0,2)[None,:,:,None,:].expand(7,7,-1,2,2)
        g = torch.stack([xx,yy],-1).reshape(49,-1,4,2)
        planes = gated.reshape(POOLED,49,CELLS,CELLS).permute(1,0,2,3)
        v = nn.functional.grid_sample(planes, g, mode="bilinear", padding_mode="border", align_corners=True)  # 49,5,R,4
        return v.mean(3).permute(2,1,0).reshape(-1,5,7,7)

    def gathered(self, gated, boxes):
        scale=1/16
        steps = (torch.arange(BINS * SAMPLES) + 0.5) / (BINS * SAMPLES)
        x = (boxes[:, 0:1]*scale-0.5 + (boxes[:,2:3]-boxes[:,0:1])*scale*steps).clamp(0,CELLS-1)
        y = (boxes[:, 1:2]*scale-0.5 + (boxes[:,3:4]-boxes[:,1:2])*scale*steps).clamp(0,CELLS-1)
        x0=x.floor(); y0=y.floor(); lx=x-x0; ly=y-y0
        x0=x0.to(torch.int64); y0=y0.to(torch.int64); x1=(x0+1).clamp(max=CELLS-1); y1=(y0+1).clamp(max=CELLS-1)
        xi=torch.stack([x0,x1],-1).reshape(-1,7,4); xw=torch.stack([1-lx,lx],-1).reshape(-1,7,4)
        yi=torch.stack([y0,y1],-1).reshape(-1,7,4); yw=torch.stack([1-ly,ly],-1).reshape(-1,7,4)
        idx = yi[:,:,None,:,None]*CELLS+xi[:,None,:,None,:] + (torch.arange(49)*CELLS*CELLS).reshape(1,7,7,1,1)
        w = (yw[:,:,None,:,None]*xw[:,None,:,None,:]).reshape(-1,49,1,16)/4
        table = gated.reshape(POOLED,49,CELLS*CELLS).permute(1,2,0).reshape(-1,POOLED)
        v = table[idx.reshape(-1,49,16)]   # R,49,16,5
        return torch.matmul(w, v).reshape(-1,7,7,5).permute(0,3,1,2)


def weights(sides: Tensor) -> Tensor:
    """How much each row or column of cells counts in each bin [R, 7, 20] of regions from `sides[:, 0]` to `sides[:, 1]`."""
    steps = (torch.arange(BINS * SAMPLES) + 0.5) / (BINS * SAMPLES)
    places = sides[:, :1] + (sides[:, 1:] - sides[:, :1]) * steps
    places = (places / coding.STRIDE - 0.5).clamp(0, CELLS - 1)
    distances = (places[:, :, None] - torch.arange(CELLS, dtype=torch.float32)).abs()
    return (1 - distances).clamp(min=0).unflatten(1, (BINS, SAMPLES)).mean(2)

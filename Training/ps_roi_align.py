"""PSRoI-Align: each bin of a region pools a channel of its own (https://arxiv.org/abs/1903.11752, section 3.3)."""

import torch
import torchvision
from torch import Tensor

BINS = 7
#: In each direction.
SAMPLES = 2


def average(features: Tensor, regions: Tensor, scale: float = 1 / 16) -> Tensor:
    """torchvision's operator: the mean of a bin's samples, coordinates half a pixel shifted.

    features: [N, C * 49, H, W], regions: [R, 5] (image, x1, y1, x2, y2); returns [R, C, 7, 7].
    """
    return torchvision.ops.ps_roi_align(features, regions, BINS, scale, SAMPLES)


def maximum(features: Tensor, regions: Tensor, scale: float = 1 / 16) -> Tensor:
    """The operator of the authors' release: the largest of a bin's samples, coordinates not shifted, sides 0.1 at least.

    Shapes as in `average`.
    """
    N, channels, H, W = features.shape
    C = channels // BINS**2
    corners = regions[:, 1:] * scale
    sizes = (corners[:, 2:] - corners[:, :2]).clamp(min=0.1)
    steps = (torch.arange(BINS * SAMPLES, dtype=features.dtype, device=features.device) + 0.5) / (BINS * SAMPLES)
    (x_low, x_high, x_part, x_is_in), (y_low, y_high, y_part, y_is_in) = (
        taps(corners[:, axis, None] + sizes[:, axis, None] * steps, extent) for axis, extent in [(0, W), (1, H)])
    planes = features.reshape(N, C, BINS, BINS, H, W)
    bins = torch.arange(BINS * SAMPLES, device=features.device) // SAMPLES
    image, rows, columns = regions[:, 0].long()[:, None, None], bins[None, :, None], bins[None, None, :]

    def at(y: Tensor, x: Tensor) -> Tensor:
        # The slice between two index arrays puts C last: [R, 14, 14, C].
        return planes[image, :, rows, columns, y[:, :, None], x[:, None, :]]

    x_part, y_part = x_part[:, None, :, None], y_part[:, :, None, None]
    values = (1 - y_part) * ((1 - x_part) * at(y_low, x_low) + x_part * at(y_low, x_high)) \
        + y_part * ((1 - x_part) * at(y_high, x_low) + x_part * at(y_high, x_high))
    values = values * (y_is_in[:, :, None] & x_is_in[:, None, :])[..., None]
    samples = values.unflatten(2, (BINS, SAMPLES)).unflatten(1, (BINS, SAMPLES))
    return samples.amax((2, 4)).permute(0, 3, 1, 2)


def taps(places: Tensor, extent: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The two pixels beside each place, the second one's part, and whether the place is inside: it may be a pixel outside."""
    is_in = (places >= -1) & (places <= extent)
    places = places.clamp(0, extent - 1)
    low = places.detach().floor().long()
    return low, (low + 1).clamp(max=extent - 1), places - low, is_in

"""SNet, the backbones of ThunderNet (https://arxiv.org/abs/1903.11752, table 1): ShuffleNetV2 with 5x5 depthwise filters.

Modules are named as in the authors' release, so that a state_dict has its keys.
"""

import torch
from torch import Tensor, nn

#: Channels of the first convolution and of the three stages, and of the last convolution where there is one.
SIZES = {
    "snet49": (24, (60, 120, 240), 512),
    "snet146": (24, (132, 264, 528), None),
    "snet535": (48, (248, 496, 992), None),
}
#: Units of each stage; the first one of a stage has stride 2.
REPEATS = (4, 8, 4)
#: How channels get from one half of a unit to the other: the units of the authors' release filter every second channel,
#: DayBreak's interleave the halves at their input, liguiyuan's at their output, as torchvision's ShuffleNetV2 does.
CHANNEL_MIXINGS = ("even_odd", "interleaved_input", "shuffled_output")


def interleaved(x: Tensor) -> Tensor:
    """Channels a0 a1 … b0 b1 … of the two halves as a0 b0 a1 b1 …"""
    return x.unflatten(1, (2, -1)).transpose(1, 2).flatten(1, 2)


def branch(inputs: int, middle: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, middle, 1, bias=False), nn.BatchNorm2d(middle), nn.ReLU(),
        nn.Conv2d(middle, middle, 5, stride, 2, groups=middle, bias=False), nn.BatchNorm2d(middle),
        nn.Conv2d(middle, outputs, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class DownUnit(nn.Module):
    """Halves the sides: all channels go through both branches.

    The left branch keeps the number of channels, or has half of the outputs if `equal_halves`.
    """

    def __init__(self, inputs: int, outputs: int, channel_mixing: str, equal_halves: bool):
        super().__init__()
        left = outputs // 2 if equal_halves else inputs
        self.is_shuffled = channel_mixing == "shuffled_output"
        self.branch_left = nn.Sequential(
            nn.Conv2d(inputs, inputs, 5, 2, 2, groups=inputs, bias=False), nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, left, 1, bias=False), nn.BatchNorm2d(left), nn.ReLU())
        self.branch = branch(inputs, outputs // 2, outputs - left, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.cat([self.branch_left(x), self.branch(x)], 1)
        return interleaved(y) if self.is_shuffled else y


class Unit(nn.Module):
    """Filters one half of the channels."""

    def __init__(self, channels: int, channel_mixing: str):
        super().__init__()
        self.channel_mixing = channel_mixing
        self.branch = branch(channels // 2, channels // 2, channels // 2, stride=1)

    def forward(self, x: Tensor) -> Tensor:
        if self.channel_mixing == "even_odd":
            same, filtered = x[:, 0::2], x[:, 1::2]
        else:
            same, filtered = (interleaved(x) if self.channel_mixing == "interleaved_input" else x).chunk(2, 1)
        y = torch.cat([same, self.branch(filtered)], 1)
        return interleaved(y) if self.channel_mixing == "shuffled_output" else y


class SNet(nn.Module):
    """Normalised images [N, 3, H, W] in; C4 [N, ·, H/16, W/16] and C5 [N, ·, H/32, W/32] out."""

    def __init__(self, size: str, channel_mixing: str = "even_odd", equal_halves: bool = False):
        super().__init__()
        assert channel_mixing in CHANNEL_MIXINGS, channel_mixing
        first, stages, last = SIZES[size]
        self.first_conv = nn.Sequential(nn.Conv2d(3, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU())
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.stage = nn.ModuleList()
        channels = first
        for outputs, repeats in zip(stages, REPEATS):
            units = [DownUnit(channels, outputs, channel_mixing, equal_halves)]
            units += [Unit(outputs, channel_mixing) for _ in range(repeats - 1)]
            self.stage.append(nn.Sequential(*units))
            channels = outputs
        if last:
            self.conv5 = nn.Sequential(nn.Conv2d(channels, last, 1, bias=False), nn.BatchNorm2d(last), nn.ReLU())
        #: Channels of C4 and C5.
        self.outputs = (stages[1], last or stages[2])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.maxpool(self.first_conv(x))
        c4 = self.stage[1](self.stage[0](x))
        c5 = self.stage[2](c4)
        return c4, self.conv5(c5) if hasattr(self, "conv5") else c5


class SNetClassifier(SNet):
    """The backbone with what it is trained with on ImageNet: the mean of C5, and a layer without bias.

    The release feeds it BGR, 0…255, not normalised.
    """

    def __init__(self, size: str, classes: int = 1000, channel_mixing: str = "even_odd", equal_halves: bool = False):
        super().__init__(size, channel_mixing, equal_halves)
        self.classifier = nn.Sequential(nn.Linear(self.outputs[1], classes, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        """Logits [N, classes]."""
        _, c5 = super().forward(x)
        return self.classifier(c5.mean((2, 3)))

"""Gives the channels inside of a ThunderNet whole blocks of 8, with zeros.

ONNX Runtime filters depthwise in blocks of channels, and falls back to code that takes several times as long where their number
isn't a multiple of the block: those of many of SNet's units, and the 245 of the context, are not. Results stay the same.
"""
import copy

import torch
from torch import Tensor, nn

from thundernet import CONTEXT, ThunderNet

BLOCK = 8


@torch.no_grad()
def padded(network: ThunderNet) -> ThunderNet:
    """A copy whose context has more channels than are pooled."""
    network = copy.deepcopy(network)
    for stage in network.backbone.stage:
        for unit in stage:
            branch = unit.branch
            middle, inputs, outputs = whole(branch[0].out_channels), branch[0].in_channels, branch[5].out_channels
            branch[0], branch[1] = convolution(branch[0], inputs, middle), norm(branch[1], middle)
            branch[3], branch[4] = convolution(branch[3], middle, middle), norm(branch[4], middle)
            branch[5] = convolution(branch[5], middle, outputs)
    neck, regions, gate = network.neck, network.rpn_head.rpn_conv, network.rpn_head.sam_convs
    context = whole(CONTEXT)
    for name, layer in neck.named_children():
        setattr(neck, name, convolution(layer, layer.in_channels, context))
    regions[0], regions[1] = convolution(regions[0], context, context), norm(regions[1], context)
    regions[3] = convolution(regions[3], context, regions[3].out_channels)
    gate[0], gate[1] = convolution(gate[0], gate[0].in_channels, context), norm(gate[1], context)
    return network.eval()


def whole(channels: int) -> int:
    return -(-channels // BLOCK) * BLOCK


def convolution(layer: nn.Conv2d, inputs: int, outputs: int) -> nn.Conv2d:
    is_depthwise = layer.groups > 1
    larger = nn.Conv2d(inputs, outputs, layer.kernel_size, layer.stride, layer.padding,
                       groups=inputs if is_depthwise else 1, bias=layer.bias is not None)
    larger.weight.copy_(extended(layer.weight, (outputs, larger.weight.shape[1])))
    if layer.bias is not None:
        larger.bias.copy_(extended(layer.bias, (outputs,)))
    return larger


def norm(layer: nn.BatchNorm2d, channels: int) -> nn.BatchNorm2d:
    larger = nn.BatchNorm2d(channels, layer.eps)
    for name, value in layer.state_dict().items():
        if value.dim():
            getattr(larger, name).copy_(extended(value, (channels,)))
    return larger


def extended(values: Tensor, lengths: tuple[int, ...]) -> Tensor:
    """Zeros behind the values in the first directions."""
    result = values.new_zeros(*lengths, *values.shape[len(lengths):])
    result[tuple(slice(0, length) for length in values.shape[:len(lengths)])] = values
    return result

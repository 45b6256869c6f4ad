"""ThunderNets with weights from a fixed seed that find some tens of objects in a photograph: suppression takes time by them.

Plain random weights amplify: a photograph decoded or resized a little differently would show them other objects altogether,
and no two servers could be told to do the same work. These are calmer, as trained ones are.
"""
import pathlib
import sys
from dataclasses import replace

import torch
from torch import nn

from prepare import SEED, settle_norms

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "Training"))

from thundernet import Habits, Options, ThunderNet

#: By Fovea's name of the architecture.
NETWORKS = ["thundernet_snet49", "thundernet_snet146", "thundernet_snet535"]
CLASSES, SIDE = 80, 320
#: What `fovea bench` asks for.
OPTIONS = Options(score_threshold=0.3)
HABITS = replace(Habits(), pooling="average", suppression="hard")
#: How many objects of the photograph there may be.
OBJECTS = 30


def empty(architecture: str, habits: Habits = HABITS) -> ThunderNet:
    """As in the paper: one fully connected layer, one box for all classes."""
    return ThunderNet(architecture.removeprefix("thundernet_"), CLASSES, 1, False, habits).eval()


@torch.no_grad()
def make(architecture: str, image: torch.Tensor, habits: Habits = HABITS) -> ThunderNet:
    """The network, whose norms and heads fit `image`, normalised [1, 3, 320, 320]."""
    torch.manual_seed(SEED)
    network = empty(architecture, habits)
    blur_kernels(network)
    settle_norms(network, image)
    bound_norms(network)
    features = network.maps(image).features
    scale(network.rpn_head.rpn_cls, features, 2)
    scale(network.rpn_head.rpn_reg, features, 0.1)
    maps = network.maps(image)
    boxes = network.proposals(maps, (SIDE, SIDE), OPTIONS)[0].boxes
    hidden = network.head.hidden(network.pooled(maps.gated, [boxes]))
    scale(network.head.fc_cls, hidden, 2.5)
    scale(network.head.fc_reg, hidden, 0.5)
    while len(network(image, OPTIONS)[0].boxes) > OBJECTS:
        # The last class is the background.
        network.head.fc_cls.bias[-1] += 0.05
    return network


def blur_kernels(network: nn.Module) -> None:
    """Makes every spatial kernel a mean, which sees no difference of single pixels."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d) and layer.kernel_size != (1, 1):
            layer.weight.copy_(layer.weight.mean((2, 3), keepdim=True).expand_as(layer.weight))


def bound_norms(network: nn.Module) -> None:
    """Lets no norm amplify a channel that hardly varies more than the others."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_var.clamp_(min=layer.running_var.mean().item())


def scale(layer: nn.Module, inputs: torch.Tensor, deviation: float) -> None:
    """Gives each output of a convolution or linear layer the mean 0 and this deviation."""
    outputs = layer(inputs).transpose(0, 1).flatten(1)
    factors = deviation / outputs.std(1)
    layer.weight *= factors.reshape(-1, *[1] * (layer.weight.dim() - 1))
    layer.bias.copy_((layer.bias - outputs.mean(1)) * factors)

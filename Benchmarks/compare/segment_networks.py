"""The promptable networks that are compared, with weights from a fixed seed: time doesn't depend on weights."""
from collections.abc import Callable

import torch
from segment_anything import sam_model_registry
from segment_anything.modeling import Sam
from segment_anything.modeling.common import LayerNorm2d
from torch import nn

from tiny_vit import TinyViT

SEED = 0
#: A click in the frame of 1024 x 1024: the one of `fovea bench --decoder`.
CLICK = (512.0, 512.0)


def mobile_sam() -> Sam:
    """SAM's prompt encoder and mask decoder behind TinyViT."""
    network = sam_model_registry["vit_b"]()
    network.image_encoder = TinyViT()
    network.image_encoder.img_size = 1024
    return network


#: By Fovea's name of the architecture.
NETWORKS: dict[str, Callable[[], Sam]] = {
    "mobile_sam": mobile_sam,
    "sam_vit_b": lambda: sam_model_registry["vit_b"](),
}


@torch.no_grad()
def make(architecture: str, image: torch.Tensor) -> Sam:
    """The network with random weights and batch norms that fit `image`, normalised [1, 3, 1024, 1024].

    Masks come out as a few smooth pieces, as trained ones do, and not as noise, whose run lengths would cost more than
    all else: the embedding is small beside what the decoder adds by position, and the upscaling filters are even.
    """
    torch.manual_seed(SEED)
    network = NETWORKS[architecture]().eval()
    for module in network.modules():
        for name, parameter in module.named_parameters(recurse=False):
            fill(module, name, parameter)
    sharpen(network.mask_decoder)
    for parameter in network.image_encoder.neck[3].parameters():
        parameter *= 0.1
    for place in [0, 3]:
        filter = network.mask_decoder.output_upscaling[place].weight
        filter.copy_(2 * filter.mean((2, 3), keepdim=True).expand_as(filter))
    settle_norms(network.image_encoder, image)
    settle_masks(network, network.image_encoder(image))
    return network


def fill(module: nn.Module, name: str, parameter: torch.Tensor) -> None:
    if isinstance(module, (nn.LayerNorm, LayerNorm2d, nn.BatchNorm2d)):
        parameter.normal_(1 if name == "weight" else 0, 0.1)
    elif isinstance(module, nn.Embedding) or name == "pos_embed":
        parameter.uniform_(-1, 1)
    elif name in ("bias", "rel_pos_h", "rel_pos_w", "attention_biases"):
        parameter.normal_(0, 0.1)
    else:
        inputs = parameter.shape[0] if isinstance(module, nn.ConvTranspose2d) else parameter[0].numel()
        parameter.normal_(0, inputs**-0.5)


def sharpen(decoder: nn.Module) -> None:
    """With scores of plain random weights the decoder's attention would look at all tokens alike, and add little."""
    for name, parameter in decoder.named_parameters():
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            parameter *= 2
        if name.endswith("image_to_token.out_proj.weight"):
            parameter *= 4


def settle_norms(encoder: nn.Module, image: torch.Tensor) -> None:
    norms = [layer for layer in encoder.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None  # a plain average
        norm.train()
    if norms:
        encoder(image)
    for norm in norms:
        norm.eval()


def settle_masks(network: Sam, embedding: torch.Tensor) -> None:
    """Lets each mask of the click cover a fifth of the image."""
    found = []
    hooks = [module.register_forward_hook(lambda _, __, output: found.append(output[0])) for module in [
        network.mask_decoder.output_upscaling, *network.mask_decoder.output_hypernetworks_mlps]]
    sparse, dense = network.prompt_encoder((torch.tensor([[CLICK]]), torch.tensor([[1]])), None, None)
    network.mask_decoder.predict_masks(embedding, network.prompt_encoder.get_dense_pe(), sparse, dense)
    for hook in hooks:
        hook.remove()
    upscaled, *vectors = found
    mean = upscaled.mean((1, 2))
    for vector, perceptron in zip(vectors, network.mask_decoder.output_hypernetworks_mlps):
        level = torch.quantile(torch.einsum("c,chw->hw", vector, upscaled), 0.8)
        perceptron.layers[-1].bias -= level / mean.dot(mean) * mean

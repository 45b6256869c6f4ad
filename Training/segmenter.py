"""A small promptable segmenter in the style of Segment Anything (https://arxiv.org/abs/2304.02643) on EfficientNet-Lite0.

What differs from the original: the encoder is convolutional and was trained on ImageNet; prompts are also drawn as maps beside
the image, which small networks follow much better than tokens alone; and each prompt's token knows what the image is like at
its place. Everything is convolutional or relative, so that images may have any size that 32 divides.

    features = network.encoded(images)              images [N, 3, H, W] in -1…1; the map [N, WIDTH, H/16, W/16] and details
    masks, overlaps = network.decoded(features, prompts)    logits [P, 4, H/4, W/4] and predicted overlaps [P, 4]
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, LAYERS, MLP = 128, 4, 2, 512
#: The one mask of a clear prompt, and three of one that may mean several things.
MASKS = 4
#: Channels of the encoder after the blocks that end its strides of 4, 8, 16 and 32.
STAGES = {2: 24, 4: 40, 10: 112, 15: 320}
#: Labels of points: beside the thing, on it, and the two corners of a box.
BACKGROUND, FOREGROUND, UPPER_LEFT, LOWER_RIGHT = range(4)
#: What is drawn of prompts: narrow and wide spots of clicks on the thing and beside it, the inside of the box, the former mask.
MAPS = 6
#: Channels at stride 4.
DETAILS = 32


class Features(NamedTuple):
    embedding: Tensor
    #: Stride 4, for the edges of masks.
    details: Tensor


class Prompts(NamedTuple):
    """P prompts of at most K points each; coordinates are shares of the image's width and height."""

    #: Which image each is on, [P].
    image: Tensor
    #: [P, K, 2] and [P, K]; -1 where a prompt has fewer points.
    points: Tensor
    labels: Tensor
    #: Logits of the former mask, [P, 1, H/4, W/4], zeros for none.
    masks: Tensor


class Positions(nn.Module):
    """Random Fourier features of places (Segment Anything, appendix A)."""

    def __init__(self):
        super().__init__()
        self.register_buffer("positional_encoding_gaussian_matrix", torch.randn(2, WIDTH // 2))

    def forward(self, places: Tensor) -> Tensor:
        """[..., 2] shares to [..., WIDTH]."""
        angles = 2 * math.pi * (2 * places - 1) @ self.positional_encoding_gaussian_matrix
        return torch.cat([angles.sin(), angles.cos()], -1)

    def grid(self, H: int, W: int) -> Tensor:
        """[H * W, WIDTH], of the middles of cells."""
        y, x = torch.meshgrid((torch.arange(H) + 0.5) / H, (torch.arange(W) + 0.5) / W, indexing="ij")
        return self(torch.stack([x, y], -1).flatten(0, 1).to(self.positional_encoding_gaussian_matrix))


class Norm(nn.Module):
    """Layer norm of the channels at each place of a map."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return functional.layer_norm(x.permute(0, 2, 3, 1), self.weight.shape, self.weight, self.bias, 1e-6).permute(0, 3, 1, 2)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj, self.k_proj = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.v_proj, self.out_proj = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, absent: Tensor | None = None) -> Tensor:
        """`absent` [P, K] says which keys nobody may look at."""
        q, k, v = (layer(x).unflatten(2, (HEADS, -1)).transpose(1, 2) for layer, x in
                   [(self.q_proj, q), (self.k_proj, k), (self.v_proj, v)])
        likeness = q @ k.transpose(2, 3) / math.sqrt(WIDTH // HEADS)
        if absent is not None:
            likeness = likeness.masked_fill(absent[:, None, None], -math.inf)
        shares = likeness.softmax(-1)
        return self.out_proj((shares @ v).transpose(1, 2).flatten(2))


class TwoWayBlock(nn.Module):
    """Tokens look at each other and at the image, then the image at the tokens."""

    def __init__(self):
        super().__init__()
        self.self_attn, self.cross_attn_token_to_image, self.cross_attn_image_to_token = Attention(), Attention(), Attention()
        self.norm1, self.norm2, self.norm3, self.norm4 = (nn.LayerNorm(WIDTH) for _ in range(4))
        self.mlp = nn.ModuleDict({"lin1": nn.Linear(WIDTH, MLP), "lin2": nn.Linear(MLP, WIDTH)})

    def forward(self, tokens: Tensor, image: Tensor, prompt: Tensor, positions: Tensor,
                absent: Tensor) -> tuple[Tensor, Tensor]:
        q = tokens + prompt
        tokens = self.norm1(tokens + self.self_attn(q, q, tokens, absent))
        tokens = self.norm2(tokens + self.cross_attn_token_to_image(tokens + prompt, image + positions, image))
        tokens = self.norm3(tokens + self.mlp["lin2"](self.mlp["lin1"](tokens).relu()))
        return tokens, self.norm4(image + self.cross_attn_image_to_token(image + positions, tokens + prompt, tokens, absent))


class ImageEncoder(nn.Module):
    def __init__(self, encoder: nn.Module):
        """`encoder` is efficientnet_lite_pytorch's EfficientNet-Lite0; its head is not used."""
        super().__init__()
        self.encoder = encoder
        #: What a stage's features are like, so that none drowns the others: the mean and the deviation of its channels.
        for block, channels in STAGES.items():
            self.register_buffer(f"mean_{block}", torch.zeros(channels))
            self.register_buffer(f"deviation_{block}", torch.ones(channels))
        self.laterals = nn.ModuleDict({str(block): nn.Conv2d(channels, WIDTH, 1) for block, channels in list(STAGES.items())[1:]})
        self.neck = nn.Sequential(Norm(WIDTH), nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.ReLU(), nn.Conv2d(WIDTH, WIDTH, 3, padding=1))
        self.neck_norm = Norm(WIDTH)
        self.details = nn.Conv2d(STAGES[2], DETAILS, 1)

    def stages(self, images: Tensor) -> dict[int, Tensor]:
        encoder, found = self.encoder, {}
        x = encoder._swish(encoder._bn0(encoder._conv_stem(images)))
        for number, block in enumerate(encoder._blocks):
            x = block(x)
            if number in STAGES:
                mean, deviation = getattr(self, f"mean_{number}"), getattr(self, f"deviation_{number}")
                found[number] = (x - mean[:, None, None]) / deviation[:, None, None]
        return found

    @torch.no_grad()
    def settle(self, images: Tensor) -> None:
        """Measures what the stages' features are like."""
        for number, x in self.stages(images).items():
            mean, deviation = getattr(self, f"mean_{number}"), getattr(self, f"deviation_{number}")
            mean.copy_(mean + x.mean((0, 2, 3)) * deviation)
            deviation.mul_(x.std((0, 2, 3)))

    def forward(self, images: Tensor) -> Features:
        stages = self.stages(images)
        x = self.laterals["10"](stages[10])
        x = x + functional.interpolate(self.laterals["15"](stages[15]), x.shape[2:], mode="bilinear", align_corners=False)
        x = x + self.laterals["4"](functional.avg_pool2d(stages[4], 2))
        return Features(self.neck_norm(x + self.neck(x)), self.details(stages[2]))


class Prompted(NamedTuple):
    """What the decoder reads of prompts, and of the images as they see them."""

    #: [P, K, WIDTH]
    tokens: Tensor
    #: [P, WIDTH, H/16, W/16]
    image: Tensor
    #: To be added to the image's, [P, DETAILS, H/4, W/4].
    details: Tensor


class PromptEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.pe_layer = Positions()
        self.labels = nn.Embedding(4, WIDTH)
        self.at_point = nn.Linear(WIDTH, WIDTH)
        self.drawn = nn.Sequential(
            nn.Conv2d(MAPS, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU())
        self.gate = nn.Conv2d(64 + 2, 2 * WIDTH, 1)
        self.drawn_details = nn.Conv2d(MAPS, DETAILS, 3, padding=1)

    def maps(self, prompts: Prompts) -> Tensor:
        """What is drawn of the prompts at stride 4: [P, MAPS, H/4, W/4]."""
        P, _, H, W = prompts.masks.shape
        y, x = (torch.arange(H) + 0.5) / H, (torch.arange(W) + 0.5) / W
        distances = (x[None, None, None, :] - prompts.points[..., 0, None, None]) ** 2 \
            + (y[None, None, :, None] - prompts.points[..., 1, None, None]) ** 2
        drawn = []
        for label in [FOREGROUND, BACKGROUND]:
            is_there = (prompts.labels == label)[..., None, None]
            for sigma in [0.02, 0.12]:
                spots = torch.where(is_there, (-distances / (2 * sigma**2)).exp(), 0)
                drawn.append(spots.amax(1))
        boxes = torch.zeros(P, H, W)
        corners = [prompts.points[prompts.labels == label] for label in [UPPER_LEFT, LOWER_RIGHT]]
        (owners,) = torch.where((prompts.labels == UPPER_LEFT).any(1))
        if len(owners):
            (x0, y0), (x1, y1) = (corner.T[..., None] for corner in corners)
            soft = 0.01
            inside_x = ((x - x0) / soft).sigmoid() * ((x1 - x) / soft).sigmoid()
            inside_y = ((y - y0) / soft).sigmoid() * ((y1 - y) / soft).sigmoid()
            boxes[owners] = inside_y[:, :, None] * inside_x[:, None, :]
        return torch.stack([*drawn, boxes, prompts.masks[:, 0].tanh()], 1)

    def forward(self, embedding: Tensor, prompts: Prompts) -> Prompted:
        """`embedding` [P, WIDTH, H/16, W/16], of each prompt's image."""
        at = functional.grid_sample(embedding, 2 * prompts.points[:, :, None] - 1, align_corners=False)[..., 0].transpose(1, 2)
        tokens = self.pe_layer(prompts.points) + self.labels(prompts.labels.clamp(0)) + self.at_point(at)
        likeness = functional.normalize(at, dim=2) @ functional.normalize(embedding, dim=1).flatten(2)
        alike = []
        for label in [FOREGROUND, BACKGROUND]:
            mine = (prompts.labels == label)[..., None]
            alike.append(torch.where(mine, likeness, -1).amax(1).unflatten(1, embedding.shape[2:]))
        maps = self.maps(prompts)
        gate, shift = self.gate(torch.cat([self.drawn(maps), torch.stack(alike, 1)], 1)).chunk(2, 1)
        return Prompted(tokens, embedding * (1 + gate) + shift, self.drawn_details(maps))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(TwoWayBlock() for _ in range(LAYERS))
        self.final_attn_token_to_image, self.norm_final_attn = Attention(), nn.LayerNorm(WIDTH)

    def forward(self, prompt: Tensor, image: Tensor, positions: Tensor, absent: Tensor) -> tuple[Tensor, Tensor]:
        tokens = prompt
        for layer in self.layers:
            tokens, image = layer(tokens, image, prompt, positions, absent)
        return self.norm_final_attn(tokens + self.final_attn_token_to_image(tokens + prompt, image + positions, image)), image


class Perceptron(nn.Module):
    def __init__(self, outputs: int):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(WIDTH, width) for width in [WIDTH, WIDTH, outputs])

    def forward(self, x: Tensor) -> Tensor:
        return self.layers[2](self.layers[1](self.layers[0](x).relu()).relu())


class MaskDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.iou_token, self.mask_tokens = nn.Embedding(1, WIDTH), nn.Embedding(MASKS, WIDTH)
        self.transformer = Transformer()
        self.output_upscaling = nn.ModuleList(
            [nn.ConvTranspose2d(WIDTH, 64, 2, 2), Norm(64), nn.ConvTranspose2d(64, DETAILS, 2, 2), Norm(DETAILS)])
        self.output_hypernetworks_mlps = nn.ModuleList(Perceptron(DETAILS) for _ in range(MASKS))
        self.iou_prediction_head = Perceptron(MASKS)

    def forward(self, prompted: Prompted, details: Tensor, labels: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """`details` [P, DETAILS, H/4, W/4] of each prompt's image; `positions` [cells, WIDTH] of its cells."""
        size = prompted.image.shape[2:]
        own = torch.cat([self.iou_token.weight, self.mask_tokens.weight]).expand(len(labels), -1, -1)
        absent = functional.pad(labels < 0, (own.shape[1], 0))
        tokens, image = self.transformer(
            torch.cat([own, prompted.tokens], 1), prompted.image.flatten(2).transpose(1, 2), positions[None], absent)

        x = image.transpose(1, 2).unflatten(2, size)
        double, norm, double_again, norm_again = self.output_upscaling
        x = double_again(norm(double(x)).relu()) + details + prompted.details
        x = norm_again(x).relu()
        filters = torch.stack([head(tokens[:, 1 + number]) for number, head in enumerate(self.output_hypernetworks_mlps)], 1)
        masks = (filters @ x.flatten(2)).unflatten(2, x.shape[2:])
        return masks, self.iou_prediction_head(tokens[:, 0])


class Segmenter(nn.Module):
    def __init__(self, encoder: nn.Module):
        super().__init__()
        self.image_encoder, self.prompt_encoder, self.mask_decoder = ImageEncoder(encoder), PromptEncoder(), MaskDecoder()
        for layer in [self.image_encoder.details, self.prompt_encoder.drawn_details, self.prompt_encoder.gate]:
            nn.init.normal_(layer.weight, 0, 0.02)
            nn.init.zeros_(layer.bias)

    def encoded(self, images: Tensor) -> Features:
        return self.image_encoder(images)

    def decoded(self, features: Features, prompts: Prompts) -> tuple[Tensor, Tensor]:
        prompted = self.prompt_encoder(features.embedding[prompts.image], prompts)
        positions = self.prompt_encoder.pe_layer.grid(*features.embedding.shape[2:])
        return self.mask_decoder(prompted, features.details[prompts.image], prompts.labels, positions)

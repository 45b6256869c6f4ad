"""MobileSAM's image encoder, with the reference's names of parameters: float32 [N, 3, 1024, 1024] to [N, 256, 64, 64].

TinyViT-5M (arXiv 2207.10666) as MobileSAM (arXiv 2306.14289) has it; its package isn't on PyPI. What that file has beside
and inference doesn't use, the classifier, is made too, so that the checkpoint is complete.
"""
import torch
import torch.nn.functional as F
from segment_anything.modeling.common import LayerNorm2d
from torch import Tensor, nn


class ConvNorm(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1):
        super().__init__()
        self.c = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.bn(self.c(x))


class InvertedResidual(nn.Module):
    """The activation comes after the sum."""

    def __init__(self, width: int, expansion: int = 4):
        super().__init__()
        hidden = width * expansion
        self.conv1 = ConvNorm(width, hidden)
        self.conv2 = ConvNorm(hidden, hidden, 3, groups=hidden)
        self.conv3 = ConvNorm(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return F.gelu(x + self.conv3(F.gelu(self.conv2(F.gelu(self.conv1(x))))))


class PatchMerging(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = ConvNorm(inputs, outputs)
        self.conv2 = ConvNorm(outputs, outputs, 3, stride, groups=outputs)
        self.conv3 = ConvNorm(outputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv3(F.gelu(self.conv2(F.gelu(self.conv1(x)))))


class WindowAttention(nn.Module):
    """On [windows, side·side, width]; 32 channels a head, of which q, k and v lie together."""

    def __init__(self, width: int, side: int):
        super().__init__()
        self.heads = width // 32
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.attention_biases = nn.Parameter(torch.zeros(self.heads, side * side))
        y, x = torch.arange(side * side) // side, torch.arange(side * side) % side
        places = (y[:, None] - y).abs() * side + (x[:, None] - x).abs()
        self.register_buffer("places", places, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        windows, tokens, width = x.shape
        q, k, v = self.qkv(self.norm(x)).view(windows, tokens, self.heads, 96).transpose(1, 2).split(32, -1)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=self.attention_biases[:, self.places])
        return self.proj(y.transpose(1, 2).reshape(windows, tokens, width))


class Perceptron(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(self.norm(x))))


class Block(nn.Module):
    """On [N, H, W, width]."""

    def __init__(self, width: int, window: int):
        super().__init__()
        self.window = window
        self.attn = WindowAttention(width, window)
        self.local_conv = ConvNorm(width, width, 3, groups=width)
        self.mlp = Perceptron(width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attend(x)
        x = self.local_conv(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return x + self.mlp(x)

    def attend(self, x: Tensor) -> Tensor:
        count, height, width, channels = x.shape
        side = self.window
        # Zeros are added before the norm: they take part as its bias.
        x = F.pad(x, (0, 0, 0, -width % side, 0, -height % side))
        rows, columns = x.shape[1] // side, x.shape[2] // side
        x = x.view(count, rows, side, columns, side, channels).transpose(2, 3).reshape(-1, side * side, channels)
        x = self.attn(x).view(count, rows, columns, side, side, channels).transpose(2, 3)
        return x.reshape(count, rows * side, columns * side, channels)[:, :height, :width]


class Stage(nn.Module):
    def __init__(self, blocks: list[nn.Module], downsample: nn.Module | None):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        if downsample:
            self.downsample = downsample


class PatchEmbedding(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.seq = nn.Sequential(ConvNorm(3, width // 2, 3, 2), nn.GELU(), ConvNorm(width // 2, width, 3, 2))

    def forward(self, x: Tensor) -> Tensor:
        return self.seq(x)


class TinyViT(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_embed = PatchEmbedding(64)
        self.layers = nn.ModuleList([
            Stage([InvertedResidual(64) for _ in range(2)], PatchMerging(64, 128, 2)),
            Stage([Block(128, 7) for _ in range(2)], PatchMerging(128, 160, 2)),
            Stage([Block(160, 14) for _ in range(6)], PatchMerging(160, 320, 1)),
            Stage([Block(320, 7) for _ in range(2)], None),
        ])
        self.norm_head = nn.LayerNorm(320)
        self.head = nn.Linear(320, 1000)
        self.neck = nn.Sequential(
            nn.Conv2d(320, 256, 1, bias=False), LayerNorm2d(256), nn.Conv2d(256, 256, 3, padding=1, bias=False),
            LayerNorm2d(256))

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch_embed(x)
        for stage in self.layers:
            is_map = isinstance(stage.blocks[0], InvertedResidual)
            x = x if is_map else x.permute(0, 2, 3, 1)
            for block in stage.blocks:
                x = block(x)
            x = x if is_map else x.permute(0, 3, 1, 2)
            if hasattr(stage, "downsample"):
                x = stage.downsample(x)
        return self.neck(x)

"""Makes the fixtures of the Segment Anything networks from the reference implementations.

    python3 Scripts/segment_goldens.py networks        writes Tests/Fixtures/models/segment-networks.tsv
    python3 Scripts/segment_goldens.py decoder         writes Tests/Fixtures/models/segment-decoder.tsv
    python3 Scripts/segment_goldens.py NAME...         replaces the rows of these encoders in segment-encoders.tsv

Needs torch, torchvision, timm, segment-anything 1.0 and, on PYTHONPATH, a checkout of ChaoningZhang/MobileSAM (34bbbfd).
The weights are made from the keys: see `synthetic`. Encoders are those of `ENCODERS`; vit_h needs 8 GB.
"""

import re
import sys
from functools import partial

import numpy as np
import torch

from model_goldens import FIXTURES, synthetic as plain, uniform

# ViTs by name: image side, width, blocks, heads, blocks with global attention.
VITS = {
    "vit_b": (1024, 768, 12, 12, (2, 5, 8, 11)),
    "vit_l": (1024, 1024, 24, 16, (5, 11, 17, 23)),
    "vit_h": (1024, 1280, 32, 16, (7, 15, 23, 31)),
    # Small ones: whole windows, windows that hang over the border, and the head widths of B, L and of H.
    "vit_32_224": (224, 32, 4, 2, (1, 3)),
    "vit_32_256": (256, 32, 4, 2, (1, 3)),
    "vit_128_256": (256, 128, 2, 2, (1,)),
    "vit_160_256": (256, 160, 2, 2, (1,)),
}
ENCODERS = ["vit_32_224", "vit_32_256", "vit_128_256", "vit_160_256", "mobile_sam", "vit_b", "vit_l", "vit_h"]

# Prompts in the frame of 1024 x 1024: points (x, y, label), box, whether there is a mask.
PROMPTS = {
    "none": ([], None, False),
    "point": ([(400, 650, 1)], None, False),
    "points": ([(500.5, 375, 1), (812.25, 640.75, 1)], None, False),
    "background": ([(96, 1000.5, 0)], None, False),
    "mixed": ([(500.5, 375, 1), (1023, 0, 0), (20, 30, 0), (700, 701, 1)], None, False),
    "box": ([], (75, 275, 1000.5, 850), False),
    "box_background": ([(820, 580, 0)], (620, 500, 1000, 755.5), False),
    "mask": ([], None, True),
    "mask_points": ([(400, 650, 1), (96, 1000.5, 0)], None, True),
    "mask_box": ([], (75, 275, 1000.5, 850), True),
}


def synthetic(key, shape):
    """The weights of `key`: those of model_goldens.py, but for a few that would hardly matter with its scale.

    Embedding tables are uniform in -1...1 and absolute positions in -0.5...0.5; the frequencies of positions have unit
    variance, as in training; scores of the decoder's attention are four times as large, so that it looks at few tokens.
    """
    if key.endswith("pos_embed"):
        limit = 0.5
    elif key.endswith("positional_encoding_gaussian_matrix"):
        limit = np.sqrt(3)
    elif key.endswith(("_embed.weight", "iou_token.weight", "mask_tokens.weight")) or "point_embeddings" in key:
        limit = 1.0
    elif key.endswith(("q_proj.weight", "k_proj.weight")):
        limit = 2 * np.sqrt(3 / shape[1])
    else:
        return plain(key, shape)
    return ((2 * uniform(key, int(np.prod(shape))) - 1) * limit).astype(np.float32).reshape(shape)


def picture(key, shape, limit):
    """Uniform numbers in -limit...limit."""
    return torch.from_numpy(((2 * uniform(key, int(np.prod(shape))) - 1) * limit).astype(np.float32).reshape(shape))


def filled(module, prefix):
    """`module`, which a checkpoint has below `prefix`, with synthetic weights."""
    state = module.state_dict()
    for key, value in state.items():
        state[key] = torch.from_numpy(synthetic(prefix + key, tuple(value.shape)))
    module.load_state_dict(state)
    # TinyViT computes its attention bias when it is told to evaluate.
    return module.eval()


def encoder(name):
    if name == "mobile_sam":
        from mobile_sam.build_sam import build_sam_vit_t

        return build_sam_vit_t().image_encoder
    from segment_anything.modeling import ImageEncoderViT

    side, width, blocks, heads, global_blocks = VITS[name]
    return ImageEncoderViT(
        img_size=side, patch_size=16, embed_dim=width, depth=blocks, num_heads=heads, mlp_ratio=4, out_chans=256,
        qkv_bias=True, norm_layer=partial(torch.nn.LayerNorm, eps=1e-6), use_rel_pos=True, window_size=14,
        global_attn_indexes=global_blocks)


def decoder():
    """The prompt encoder and the mask decoder, which are the same in all networks."""
    from segment_anything.modeling import MaskDecoder, PromptEncoder, TwoWayTransformer

    prompt_encoder = PromptEncoder(
        embed_dim=256, image_embedding_size=(64, 64), input_image_size=(1024, 1024), mask_in_chans=16)
    transformer = TwoWayTransformer(depth=2, embedding_dim=256, mlp_dim=2048, num_heads=8)
    return prompt_encoder, MaskDecoder(transformer_dim=256, transformer=transformer)


def row(network, tensor, output):
    """Mean, standard deviation, place of the largest and 32 samples of an output; maps are N C H W."""
    flat = output.detach().double().numpy().ravel()
    samples = [flat[2654435761 * (j + 1) % flat.size] for j in range(32)]
    numbers = [f"{value:.7g}" for value in [flat.mean(), flat.std()]] + [str(flat.argmax())]
    shape = "x".join(map(str, output.shape))
    return "\t".join([network, tensor, shape, *numbers, *[f"{value:.7g}" for value in samples]])


HEADER = "\t".join(["network", "tensor", "shape", "mean", "std", "argmax", *[f"s{j}" for j in range(32)]])


def as_map(output):
    """Tokens N (HW) C of TinyViT and maps N H W C of ViT as N C H W."""
    if output.dim() == 3:
        side = int(output.shape[1] ** 0.5)
        output = output.unflatten(1, (side, side))
    return output.permute(0, 3, 1, 2)


def stages(name, network):
    """The modules whose outputs are recorded, and how these become maps."""
    if name == "mobile_sam":
        yield "patch_embed", network.patch_embed, lambda x: x
        yield "layers.0", network.layers[0], as_map
        for i in range(1, 4):
            for j in range(len(network.layers[i].blocks)):
                yield f"layers.{i}.blocks.{j}", network.layers[i].blocks[j], as_map
    else:
        count = len(network.blocks)
        for i in range(count):
            if count <= 4 or i < 3 or i == count - 1:
                yield f"blocks.{i}", network.blocks[i], as_map
    yield "neck.0", network.neck[0], lambda x: x


def encoder_rows(name):
    network = filled(encoder(name), "image_encoder.")
    side = VITS[name][0] if name in VITS else 1024
    x = picture("input", (1, 3, side, side), 1)
    found = []
    for tensor, module, convert in stages(name, network):
        module.register_forward_hook(
            lambda _, __, output, tensor=tensor, convert=convert: found.append((tensor, convert(output))))
    with torch.no_grad():
        y = network(x)
        if name != "vit_h":
            single, _ = y, found.clear()
            y = network.double().eval()(x.double())
            error = float((single - y).abs().max() / y.std())
            print(f"single precision is off by {error:.2g} standard deviations")
            assert error < 1e-4, f"{name} is ill conditioned"
    return [row(name, tensor, output) for tensor, output in found + [("OUT", y)]]


def write_encoders(names):
    path = FIXTURES / "segment-encoders.tsv"
    rows = {}
    for line in path.read_text().splitlines()[1:] if path.exists() else []:
        rows.setdefault(line.split("\t")[0], []).append(line)
    for name in names:
        rows[name] = encoder_rows(name)
        print(name, flush=True)
        lines = [line for network in ENCODERS for line in rows.get(network, [])]
        path.write_text("\n".join([HEADER, *lines]) + "\n")


def write_decoder():
    prompt_encoder, mask_decoder = decoder()
    filled(prompt_encoder, "prompt_encoder.")
    filled(mask_decoder, "mask_decoder.").double()
    embedding = picture("embedding", (1, 256, 64, 64), 0.5).double()
    # The encoder of prompts has single precision written into it.
    positions = prompt_encoder.get_dense_pe()
    rows = [row("", "positions", positions)]
    found = []

    def record(tensor, module, convert):
        module.register_forward_hook(lambda _, __, output: found.extend(convert(tensor, output)))

    def pair(tensor, output):
        return [(f"{tensor}.tokens", output[0]), (f"{tensor}.image", as_map(output[1]))]

    for i in range(2):
        record(f"layers.{i}", mask_decoder.transformer.layers[i], pair)
    record("transformer", mask_decoder.transformer, pair)
    record("upscaled", mask_decoder.output_upscaling, lambda tensor, output: [(tensor, output)])
    prompts = []
    for name, (points, box, has_mask) in PROMPTS.items():
        described = [";".join(",".join(map(str, point)) for point in points)]
        described += [",".join(map(str, box)) if box else "", "mask" if has_mask else ""]
        prompts.append("\t".join([name, *described]))
        labelled = None
        if points:
            points = torch.tensor([points], dtype=torch.float32)
            labelled = (points[..., :2], points[..., 2])
        boxes = torch.tensor([box], dtype=torch.float32) if box else None
        masks = picture("mask", (1, 1, 256, 256), 8) if has_mask else None
        found.clear()
        with torch.no_grad():
            sparse, dense = prompt_encoder(labelled, boxes, masks)
            logits, iou = mask_decoder.predict_masks(
                embedding, positions.double(), sparse.double(), dense.double())
        if sparse.shape[1]:
            rows.append(row(name, "sparse", sparse))
        if has_mask:
            rows.append(row(name, "dense", dense))
        if name in ("point", "mask_points"):
            rows.extend(row(name, tensor, output) for tensor, output in found)
        rows.append(row(name, "single", logits[:, :1]))
        rows.append(row(name, "multiple", logits[:, 1:]))
        rows.append(row(name, "iou", iou))
    (FIXTURES / "segment-decoder.tsv").write_text("\n".join([HEADER, *rows]) + "\n")
    (FIXTURES / "segment-prompts.tsv").write_text("\n".join(["prompt\tpoints\tbox\tmask", *prompts]) + "\n")


def shape_lines(state):
    """Keys and shapes; `norm` stands for the five of a batch norm, `= k` for shapes that k has below it, too."""
    state = {key: "x".join(map(str, value.shape)) for key, value in state.items()}
    block = re.compile(r"(.*?(?:blocks|transformer\.layers|hypernetworks_mlps)\.\d+)\.(.*)")
    blocks = {}
    for key, shape in state.items():
        if match := block.fullmatch(key):
            blocks.setdefault(match[1], []).append((match[2], shape))
    written = {}
    for key, shape in state.items():
        match = block.fullmatch(key)
        if match and match[1] not in written:
            twin = next((other for other in written if blocks[other] == blocks[match[1]]), None)
            written[match[1]] = twin
            if twin:
                yield f"{match[1]}\t= {twin}"
        if match and written[match[1]]:
            continue
        norm = key.rpartition(".")[0]
        if f"{norm}.running_mean" not in state:
            yield f"{key}\t{shape}"
        elif key.endswith(".running_mean"):
            yield f"{norm}\tnorm {shape}"


def write_networks():
    lines = ["key\tshape"]
    for name in ENCODERS:
        # TinyViT computes with its numbers of layers when it is made.
        with torch.device("cpu" if name == "mobile_sam" else "meta"):
            state = encoder(name).state_dict()
        lines += [name, *shape_lines({f"image_encoder.{key}": value for key, value in state.items()})]
    parts = zip(["prompt_encoder", "mask_decoder"], decoder())
    state = {f"{part}.{key}": value for part, module in parts for key, value in module.state_dict().items()}
    lines += ["decoder", *shape_lines(state)]
    (FIXTURES / "segment-networks.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["networks"]:
        write_networks()
    elif sys.argv[1:] == ["decoder"]:
        write_decoder()
    else:
        write_encoders(sys.argv[1:])

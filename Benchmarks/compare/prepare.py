"""Writes what every engine reads: for each network its weights, its ONNX file, inputs, and what PyTorch answers.

    prepare.py FOLDER NETWORKS PHOTOGRAPH...

FOLDER/NETWORK then holds `weights.safetensors`, `network.onnx` (one image), `inputs.npy` (float32 [N, H, W, 3]) and
`reference.npy` (float32 [N, classes]: PyTorch's logits). What is there already for the same photographs is kept.
"""
import contextlib
import hashlib
import io
import pathlib
import sys
import warnings

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from networks import NETWORKS, Network

SEED = 0
INPUTS = 50


def crops(photographs: list[pathlib.Path], side: int, count: int) -> np.ndarray:
    """`count` square crops of random place and size, about in -1…1: float32 [N, H, W, 3]."""
    random = np.random.default_rng(SEED)
    images = [Image.open(path).convert("RGB") for path in photographs]
    inputs = []
    for number in range(count):
        image = images[number % len(images)]
        edge = int(random.uniform(0.3, 1) * min(image.size))
        left, top = (int(random.integers(0, extent - edge + 1)) for extent in image.size)
        crop = image.resize((side, side), Image.BICUBIC, box=(left, top, left + edge, top + edge))
        inputs.append((np.asarray(crop, np.float32) - 127) / 128)
    return np.stack(inputs)


@torch.no_grad()
def settle_norms(module: torch.nn.Module, inputs: torch.Tensor) -> None:
    """Gives random weights batch norms that fit them: otherwise activations of deep networks vanish or overflow."""
    norms = [layer for layer in module.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None  # a plain average over the batches
        norm.train()
    for batch in inputs[:24].split(8):
        module(batch)
    for norm in norms:
        norm.eval()


def write(network: Network, folder: pathlib.Path, photographs: list[pathlib.Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    module = network.make().eval()
    inputs = crops(photographs, network.side, INPUTS)
    planes = torch.from_numpy(inputs).permute(0, 3, 1, 2)
    if not network.is_trained:
        settle_norms(module, planes)
    save_file(module.state_dict(), folder / "weights.safetensors")
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        # The tracing exporter is deprecated, but folds batch norms and constants without a further package.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, (planes[:1].contiguous(),), str(folder / "network.onnx"), opset_version=17, dynamo=False,
            do_constant_folding=True, input_names=["input"], output_names=["logits"])
    with torch.inference_mode():
        reference = torch.cat([module(image) for image in planes.split(1)])
    np.save(folder / "inputs.npy", inputs)
    np.save(folder / "reference.npy", reference.numpy())


def fingerprint(photographs: list[pathlib.Path]) -> str:
    """Changes with the photographs, and with the two files that say what is written."""
    digest = hashlib.sha256()
    here = pathlib.Path(__file__).parent
    for path in [here / "prepare.py", here / "networks.py", here / "requirements.txt", *photographs]:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def main() -> None:
    folder, names, *files = sys.argv[1:]
    photographs = [pathlib.Path(file) for file in files]
    for name in names.split(","):
        target = pathlib.Path(folder) / name
        stamp = target / "made-of"
        if stamp.exists() and stamp.read_text() == fingerprint(photographs):
            continue
        print(f"preparing {name}", flush=True)
        write(NETWORKS[name], target, photographs)
        stamp.write_text(fingerprint(photographs))


if __name__ == "__main__":
    main()

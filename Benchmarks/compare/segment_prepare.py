"""Writes what every engine reads of the promptable networks.

    segment_prepare.py FOLDER NETWORKS PHOTOGRAPH

FOLDER/NETWORK then holds `weights.safetensors`, `encoder.onnx`, `decoder.onnx`, the inputs of both parts and what PyTorch
answers: `encoder-input.npy` (float32 [1, 1024, 1024, 3]) and `encoder-reference.npy` ([1, 64, 64, 256]), both as bare `.f32`, too, and
`decoder-reference.npy` ([4, 256, 256]: the logits of the masks for the click). What is there already is kept.
"""
import contextlib
import hashlib
import io
import pathlib
import sys
import warnings

import numpy as np
import onnx.utils
import torch
from PIL import Image
from safetensors.torch import save_file
from segment_anything.modeling import Sam
from segment_anything.utils.onnx import SamOnnxModel

import segment_networks
from segment_networks import CLICK

SIDE = 1024


def network_input(photograph: pathlib.Path) -> torch.Tensor:
    """The longer side becomes 1024, and zeros follow below or beside: float32 [1, 3, 1024, 1024]."""
    image = Image.open(photograph).convert("RGB")
    scale = SIDE / max(image.size)
    image = image.resize([int(extent * scale + 0.5) for extent in image.size], Image.BILINEAR)
    pixels = (np.asarray(image, np.float32) - [123.675, 116.28, 103.53]) / [58.395, 57.12, 57.375]
    square = np.zeros((SIDE, SIDE, 3), np.float32)
    square[:image.height, :image.width] = pixels
    return torch.from_numpy(square).permute(2, 0, 1)[None].contiguous()


def decoder_inputs(embedding: np.ndarray) -> dict[str, np.ndarray]:
    """One click as the decoder's ONNX file takes it; where there is no box a point follows that is none."""
    return {
        "image_embeddings": embedding, "point_coords": np.array([[CLICK, (0, 0)]], np.float32),
        "point_labels": np.array([[1, -1]], np.float32), "mask_input": np.zeros((1, 1, 256, 256), np.float32),
        "has_mask_input": np.zeros(1, np.float32),
    }


def export(module: torch.nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], path: pathlib.Path) -> None:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        # The tracing exporter is deprecated, but folds batch norms and constants without a further package.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, tuple(inputs.values()), str(path), opset_version=17, dynamo=False, do_constant_folding=True,
            input_names=list(inputs), output_names=outputs)


def export_decoder(network: Sam, embedding: torch.Tensor, path: pathlib.Path) -> None:
    """Segment Anything's own wrapper, without the enlarging to the photograph's size, whose shape would be fixed."""
    whole = path.with_name("decoder-whole.onnx")
    inputs = {name: torch.from_numpy(array) for name, array in decoder_inputs(embedding.numpy()).items()}
    export(SamOnnxModel(network, return_single_mask=False), inputs | {"orig_im_size": torch.tensor([1024.0, 1024.0])},
           ["masks", "iou_predictions", "low_res_masks"], whole)
    onnx.utils.extract_model(str(whole), str(path), list(inputs), ["low_res_masks", "iou_predictions"])
    whole.unlink()


@torch.no_grad()
def write(name: str, folder: pathlib.Path, photograph: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    image = network_input(photograph)
    network = segment_networks.make(name, image)
    save_file(network.state_dict(), folder / "weights.safetensors")
    embedding = network.image_encoder(image)
    points = (torch.tensor([[CLICK]]), torch.tensor([[1]]))
    sparse, dense = network.prompt_encoder(points, None, None)
    logits, _ = network.mask_decoder.predict_masks(embedding, network.prompt_encoder.get_dense_pe(), sparse, dense)
    for file, planes in [("encoder-input", image), ("encoder-reference", embedding)]:
        array = planes.permute(0, 2, 3, 1).contiguous().numpy()
        np.save(folder / f"{file}.npy", array)
        array.tofile(folder / f"{file}.f32")
    np.save(folder / "decoder-reference.npy", logits[0].numpy())
    export(network.image_encoder, {"input": image}, ["embedding"], folder / "encoder.onnx")
    export_decoder(network, embedding, folder / "decoder.onnx")


def fingerprint(photograph: pathlib.Path) -> str:
    """Changes with the photograph, and with the files that say what is written."""
    digest = hashlib.sha256()
    here = pathlib.Path(__file__).parent
    files = ["segment_prepare.py", "segment_networks.py", "tiny_vit.py", "requirements.txt"]
    for path in [*(here / file for file in files), photograph]:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def main() -> None:
    folder, names, photograph = sys.argv[1:]
    for name in names.split(","):
        target = pathlib.Path(folder) / name
        stamp = target / "made-of"
        made_of = fingerprint(pathlib.Path(photograph))
        if stamp.exists() and stamp.read_text() == made_of:
            continue
        print(f"preparing {name}", flush=True)
        write(name, target, pathlib.Path(photograph))
        stamp.write_text(made_of)


if __name__ == "__main__":
    main()

"""The other engines on one part of a promptable network, `encoder` or `decoder`, set up as in peer_engines.py.

Calling one computes the part; the inputs are those of segment_prepare.py, in the engine's own layout already.
"""
import pathlib

import numpy as np

from peer_engines import onnxruntime_session, openvino_request
from segment_prepare import decoder_inputs


class Part:
    """Its ONNX file and its inputs by name."""

    def __init__(self, folder: pathlib.Path, name: str):
        self.path = folder / f"{name}.onnx"
        if name == "encoder":
            image = np.load(folder / "encoder-input.npy")
            self.inputs = {"input": np.ascontiguousarray(image.transpose(0, 3, 1, 2))}
        else:
            embedding = np.load(folder / "encoder-reference.npy")
            self.inputs = decoder_inputs(np.ascontiguousarray(embedding.transpose(0, 3, 1, 2)))


class OnnxRuntime:
    def __init__(self, folder: pathlib.Path, architecture: str, part: str, threads: int):
        self.part = Part(folder, part)
        self.session = onnxruntime_session(self.part.path, threads)

    def __call__(self) -> np.ndarray:
        return self.session.run(None, self.part.inputs)[0]


class OpenVINO:
    precision = "f32"

    def __init__(self, folder: pathlib.Path, architecture: str, part: str, threads: int):
        self.part = Part(folder, part)
        self.request = openvino_request(self.part.path, threads, self.precision)

    def __call__(self) -> np.ndarray:
        return self.request.infer(self.part.inputs, share_inputs=True, share_outputs=True)[0]


class OpenVINOBFloat16(OpenVINO):
    precision = "bf16"


class PyTorch:
    """Eager; the decoder's prompts go through the module of prompts as in the reference's predictor."""

    def __init__(self, folder: pathlib.Path, architecture: str, part: str, threads: int):
        import torch
        from safetensors.torch import load_file

        from segment_networks import NETWORKS

        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        self.torch = torch
        self.network = NETWORKS[architecture]().eval()
        self.network.load_state_dict(load_file(folder / "weights.safetensors"))
        inputs = {name: torch.from_numpy(array) for name, array in Part(folder, part).inputs.items()}
        if part == "encoder":
            self.compute = lambda: self.network.image_encoder(inputs["input"])
        else:
            points = (inputs["point_coords"][:, :1], inputs["point_labels"][:, :1])
            self.compute = lambda: self.masks(inputs["image_embeddings"], points)

    def masks(self, embedding, points):
        sparse, dense = self.network.prompt_encoder(points, None, None)
        positions = self.network.prompt_encoder.get_dense_pe()
        return self.network.mask_decoder.predict_masks(embedding, positions, sparse, dense)[0]

    def __call__(self) -> np.ndarray:
        with self.torch.inference_mode():
            return self.compute().numpy()


PEERS = {
    "onnxruntime": OnnxRuntime,
    "openvino-f32": OpenVINO,
    "openvino-bf16": OpenVINOBFloat16,
    "pytorch": PyTorch,
}

"""The other engines with a whole detector, from the image to the objects, set up as in peer_engines.py.

Calling one finds the objects, float32 [objects, 6]: corners, class and score.
"""
import pathlib

import numpy as np

from peer_engines import onnxruntime_session, openvino_request


def planes(folder: pathlib.Path) -> np.ndarray:
    """The photograph in the engines' own layout: float32 [1, 3, 320, 320]."""
    from detect_networks import SIDE

    image = np.fromfile(folder / "input.f32", np.float32).reshape(1, SIDE, SIDE, 3)
    return np.ascontiguousarray(image.transpose(0, 3, 1, 2))


def table(boxes: np.ndarray, classes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return np.concatenate([boxes, classes[:, None], scores[:, None]], 1)


class OnnxRuntime:
    def __init__(self, folder: pathlib.Path, architecture: str, threads: int):
        self.inputs = {"input": planes(folder)}
        self.session = onnxruntime_session(folder / "network.onnx", threads)

    def __call__(self) -> np.ndarray:
        return table(*self.session.run(None, self.inputs))


class OpenVINO:
    precision = "f32"

    def __init__(self, folder: pathlib.Path, architecture: str, threads: int):
        self.inputs = {0: planes(folder)}
        self.request = openvino_request(folder / "network.onnx", threads, self.precision)

    def __call__(self) -> np.ndarray:
        found = self.request.infer(self.inputs, share_inputs=True, share_outputs=True)
        return table(found[0], found[1], found[2])


class OpenVINOBFloat16(OpenVINO):
    precision = "bf16"


class PyTorch:
    """Eager, channels last, with torchvision's operators."""

    def __init__(self, folder: pathlib.Path, architecture: str, threads: int):
        import torch
        from safetensors.torch import load_file

        from detect_networks import OPTIONS, empty

        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        network = empty(architecture)
        network.load_state_dict(load_file(folder / "models" / "f32" / architecture / "weights.safetensors"))
        self.network, self.options = network.to(memory_format=torch.channels_last), OPTIONS
        self.image = torch.from_numpy(planes(folder)).to(memory_format=torch.channels_last)

    def __call__(self) -> np.ndarray:
        (found,) = self.network(self.image, self.options)
        return table(found.boxes.numpy(), found.classes.numpy(), found.scores.numpy())


PEERS = {
    "onnxruntime": OnnxRuntime,
    "openvino-f32": OpenVINO,
    "openvino-bf16": OpenVINOBFloat16,
    "pytorch": PyTorch,
}

"""The other engines, each set up as its own documentation advises for the lowest latency of one image.

Each class makes one network ready on a number of threads; calling it with an image gives the logits. `image` is float32
[1, H, W, 3]; `input` turns it into the engine's own layout once, outside of what is measured.
"""
import pathlib

import numpy as np


def onnxruntime_session(path: pathlib.Path, threads: int):
    """All graph optimisations; its pool spins while it waits, which is its default and its fastest."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def openvino_request(path: pathlib.Path, threads: int, precision: str | None):
    """One stream with the latency hint; None lets it choose the precision."""
    import openvino

    settings = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": str(threads)}
    if precision:
        settings["INFERENCE_PRECISION_HINT"] = precision
    return openvino.Core().compile_model(path, "CPU", settings).create_infer_request()


class OnnxRuntime:
    def __init__(self, folder: pathlib.Path, architecture: str, threads: int):
        self.session = onnxruntime_session(folder / "network.onnx", threads)
        self.precision = "f32"

    def input(self, image: np.ndarray) -> dict[str, np.ndarray]:
        return {"input": np.ascontiguousarray(image.transpose(0, 3, 1, 2))}

    def __call__(self, input: dict[str, np.ndarray]) -> np.ndarray:
        return self.session.run(None, input)[0]


class OpenVINO:
    """Tensors are shared with the caller instead of copied."""

    def __init__(self, folder: pathlib.Path, architecture: str, threads: int, precision: str | None = None):
        self.request = openvino_request(folder / "network.onnx", threads, precision)
        chosen = self.request.get_compiled_model().get_property("INFERENCE_PRECISION_HINT").get_type_name()
        self.precision = {"f32": "f32", "bf16": "bf16", "f16": "f16"}[chosen]

    def input(self, image: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(image.transpose(0, 3, 1, 2))

    def __call__(self, input: np.ndarray) -> np.ndarray:
        return self.request.infer({0: input}, share_inputs=True, share_outputs=True)[0]


class OpenVINOFloat32(OpenVINO):
    def __init__(self, folder: pathlib.Path, architecture: str, threads: int):
        super().__init__(folder, architecture, threads, precision="f32")


class PyTorch:
    """Eager, channels last."""

    def __init__(self, folder: pathlib.Path, architecture: str, threads: int):
        import torch
        from safetensors.torch import load_file

        from networks import NETWORKS

        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        self.torch = torch
        module = NETWORKS[architecture].make().eval()
        module.load_state_dict(load_file(folder / "weights.safetensors"))
        self.module = module.to(memory_format=torch.channels_last)
        self.precision = "f32"

    def input(self, image: np.ndarray):
        return self.torch.from_numpy(image).permute(0, 3, 1, 2)

    def __call__(self, input) -> np.ndarray:
        with self.torch.inference_mode():
            return self.module(input).numpy()


class PyTorchInductor(PyTorch):
    """Compiled by Inductor with frozen weights."""

    def __init__(self, folder: pathlib.Path, architecture: str, threads: int):
        super().__init__(folder, architecture, threads)
        import torch._inductor.config

        torch._inductor.config.freezing = True
        self.module = self.torch.compile(self.module)

    def __call__(self, input) -> np.ndarray:
        # Inductor freezes only where no gradient can be asked for.
        with self.torch.no_grad():
            return self.module(input).numpy()


PEERS = {
    "onnxruntime": OnnxRuntime,
    "openvino-f32": OpenVINOFloat32,
    "openvino": OpenVINO,
    "pytorch": PyTorch,
    "inductor": PyTorchInductor,
}

"""The engines that are compared, and how each one is started."""
import os
import pathlib
import sys
from dataclasses import dataclass

HERE = pathlib.Path(__file__).parent


@dataclass(frozen=True)
class Engine:
    #: What the results are filed under.
    key: str
    #: What people read.
    name: str
    #: For Fovea, the precision to ask for; None for an engine of `peer_engines.py`.
    precision: str | None = None

    @property
    def is_ours(self) -> bool:
        return self.precision is not None

    def command(self, fovea: str | None, folder: pathlib.Path, architecture: str, threads: int) -> list[str]:
        """The program, and the arguments that choose network and threads."""
        if self.precision is None:
            return [sys.executable, str(HERE / "peer_bench.py"), self.key, str(folder), architecture,
                    "--threads", str(threads)]
        return [str(fovea), "bench", str(folder / "weights.safetensors"), "--architecture", architecture,
                "--precision", self.precision, "--threads", str(threads)]


ENGINES = [
    Engine("fovea", "Fovea", "f32"),
    Engine("onnxruntime", "ONNX Runtime"),
    Engine("openvino-f32", "OpenVINO, float32"),
    Engine("pytorch", "PyTorch, eager"),
    Engine("inductor", "PyTorch, Inductor"),
    Engine("fovea-bf16", "Fovea, bfloat16", "bf16"),
    Engine("openvino", "OpenVINO, as shipped"),
]


def environment() -> dict[str, str]:
    """Nothing in the environment may set an engine's threads in our place."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "KMP_", "MKL_"))}
    return kept | {"TORCHINDUCTOR_COMPILE_THREADS": "1", "PYTHONWARNINGS": "ignore"}

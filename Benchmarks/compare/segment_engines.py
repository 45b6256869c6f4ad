"""Times the encoder and the decoder of promptable networks through every engine, in turns as in engines.py."""
import pathlib
import sys
from dataclasses import dataclass

import numpy as np

from quiet_turns import in_turns

HERE = pathlib.Path(__file__).parent
#: Root mean square of the differences from PyTorch, in standard deviations of what it gives.
BARS = {"f32": 1e-3, "bf16": 0.25}


@dataclass(frozen=True)
class Engine:
    key: str
    name: str
    precision: str

    def command(self, fovea: str | None, folder: pathlib.Path, network: str, part: str, threads: int) -> list[str]:
        if not self.key.startswith("fovea"):
            return [sys.executable, str(HERE / "segment_bench.py"), self.key, str(folder), network, part,
                    "--threads", str(threads)]
        given = "encoder-input" if part == "encoder" else "encoder-reference"
        return [str(fovea), "bench", str(folder / "weights.safetensors"), "--architecture", network, "--precision",
                self.precision, "--threads", str(threads), "--input", str(folder / f"{given}.f32"),
                *(["--decoder"] if part == "decoder" else [])]


ENGINES = [
    Engine("fovea", "Fovea", "f32"),
    Engine("onnxruntime", "ONNX Runtime", "f32"),
    Engine("openvino-f32", "OpenVINO, float32", "f32"),
    Engine("pytorch", "PyTorch, eager", "f32"),
    Engine("fovea-bf16", "Fovea, bfloat16", "bf16"),
    Engine("openvino-bf16", "OpenVINO, bfloat16", "bf16"),
]


def measure(fovea: str | None, work: pathlib.Path, networks: list[str], thread_counts: list[int], rounds: int,
            keys: list[str]) -> list[dict]:
    """The decoder is the same in all networks, so that only the first one's is measured; of the others, which take
    seconds, only the encoder with all threads, and without PyTorch."""
    engines = [engine for engine in ENGINES if engine.key in keys and (fovea or not engine.key.startswith("fovea"))]
    cases = [(networks[0], part, threads, engines) for part in ["encoder", "decoder"] for threads in thread_counts]
    quick = [engine for engine in engines if engine.key != "pytorch"]
    cases += [(network, "encoder", max(thread_counts), quick) for network in networks[1:]]
    results = []
    for network, part, threads, chosen in cases:
        print(f"{network}, {part}, {threads} thread{'s' if threads > 1 else ''}", flush=True)
        results += compare(chosen, fovea, work / network, network, part, threads, rounds)
    return results


def compare(engines: list[Engine], fovea: str | None, folder: pathlib.Path, network: str, part: str, threads: int,
            rounds: int) -> list[dict]:
    rows = in_turns(
        engines, lambda engine: engine.command(fovea, folder, network, part, threads),
        lambda engine, output: {"difference": difference(engine, output, folder, part)}, threads, rounds)
    return [{"network": network, "part": part, "threads": threads, **row} for row in rows]


def difference(engine: Engine, output: pathlib.Path, folder: pathlib.Path, part: str) -> float:
    """Root mean square, in standard deviations of PyTorch's answer; stops where an engine computes something else."""
    given, reference = np.fromfile(output, np.float32), np.load(folder / f"{part}-reference.npy")
    if part == "encoder":
        if not engine.key.startswith("fovea"):
            given = given.reshape(256, 64, 64).transpose(1, 2, 0).ravel()
    else:
        # Of the four masks Fovea decodes the three that a click has.
        given, reference = given[-3 * 256 * 256:], reference[1:]
    off = float(np.sqrt(np.mean((given - reference.ravel()) ** 2)) / reference.std())
    if not off <= BARS[engine.precision]:
        raise SystemExit(f"{engine.name} computes the {part} wrongly: it is off by {off:.3g} standard deviations")
    return off

"""Times detectors through every engine, from the normalised image to the objects, suppression among it."""
import pathlib
import sys
from dataclasses import dataclass

import numpy as np

from machine import multiplies_bfloat16
from quiet_turns import in_turns

HERE = pathlib.Path(__file__).parent
#: What a float32 engine's boxes and scores may be off by, in pixels and as such; it must find the same objects in the same order.
BOX_BAR, SCORE_BAR = 0.05, 1e-3
#: The share of objects that a bfloat16 engine must find as well. With random weights scores lie close to one another, and each
#: change moves some across the threshold.
SHARE_BAR = 0.5


@dataclass(frozen=True)
class Engine:
    key: str
    name: str
    precision: str

    def command(self, fovea: str | None, folder: pathlib.Path, network: str, threads: int) -> list[str]:
        if not self.key.startswith("fovea"):
            return [sys.executable, str(HERE / "detect_bench.py"), self.key, str(folder), network, "--threads",
                    str(threads)]
        return [str(fovea), "bench", str(folder / "models" / "f32" / network), "--precision", self.precision,
                "--threads", str(threads), "--input", str(folder / "input.f32")]


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
    engines = [engine for engine in ENGINES
               if engine.key in keys and (engine.precision == "f32" or multiplies_bfloat16())]
    results = []
    for network in networks:
        for threads in thread_counts:
            print(f"{network}, {threads} thread{'s' if threads > 1 else ''}", flush=True)
            folder = work / network
            rows = in_turns(
                engines, lambda engine: engine.command(fovea, folder, network, threads),
                lambda engine, output: agreement(engine, output, folder), threads, rounds)
            results += [{"network": network, "threads": threads, **row} for row in rows]
    return results


def agreement(engine: Engine, output: pathlib.Path, folder: pathlib.Path) -> dict:
    """How the objects differ from PyTorch's; stops where an engine finds something else."""
    found, reference = np.fromfile(output, np.float32).reshape(-1, 6), np.load(folder / "reference.npy")
    share = shared(reference, found)
    if engine.precision != "f32":
        if share < SHARE_BAR:
            raise SystemExit(f"{engine.name} finds only {share:.0%} of the objects that PyTorch finds in {folder.name}")
        return {"objects": len(found), "shared": share}
    if found.shape != reference.shape or not np.array_equal(found[:, 4], reference[:, 4]):
        raise SystemExit(f"{engine.name} finds {len(found)} objects in {folder.name}, PyTorch {len(reference)}, or others")
    box, score = np.abs(found[:, :4] - reference[:, :4]).max(), np.abs(found[:, 5] - reference[:, 5]).max()
    if not (box <= BOX_BAR and score <= SCORE_BAR):
        raise SystemExit(f"{engine.name} finds boxes {box:.3g} pixels off and scores {score:.3g} off in {folder.name}")
    return {"objects": len(found), "shared": share, "box_difference": float(box), "score_difference": float(score)}


def shared(reference: np.ndarray, found: np.ndarray) -> float:
    """The share of objects of the reference that overlap one of the same class by more than a half."""
    low = np.maximum(reference[:, None, :2], found[None, :, :2])
    high = np.minimum(reference[:, None, 2:4], found[None, :, 2:4])
    common = (high - low).clip(0).prod(2)
    areas = [np.prod(boxes[:, 2:4] - boxes[:, :2], axis=1) for boxes in [reference, found]]
    overlap = common / (areas[0][:, None] + areas[1][None] - common)
    return float(((overlap > 0.5) & (reference[:, None, 4] == found[None, :, 4])).any(1).mean())

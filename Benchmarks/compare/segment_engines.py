"""Times the encoder and the decoder of promptable networks through every engine, in turns as in engines.py."""
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import numpy as np

from turns import Worker

HERE = pathlib.Path(__file__).parent
#: What a turn should take, in milliseconds; it has one inference at least, and two that don't count if these are short.
TURN = 100
SHORT = 200
#: A turn in which others had the processors for more than this share of its time is taken again, this many times at most.
DISTURBED, AGAIN = 0.02, 3
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
    times: dict[Engine, list[list[float]]] = {engine: [] for engine in engines}
    workers: dict[Engine, Worker] = {}
    lengths: dict[Engine, tuple[float, int, int]] = {}
    differences: dict[Engine, float] = {}
    disturbed: dict[Engine, list[float]] = {engine: [] for engine in engines}
    with tempfile.TemporaryDirectory() as outputs:
        try:
            for engine in engines:
                output = pathlib.Path(outputs) / engine.key
                worker = Worker(engine.name, [
                    *engine.command(fovea, folder, network, part, threads), "--dump", str(output), "--interactive"],
                    threads)
                workers[engine] = worker
                lengths[engine] = turn_length(worker)
                differences[engine] = difference(engine, output, folder, part)
            slowest = max(least for least, _, _ in lengths.values())
            # Long inferences differ little from one another, and must not take all the time there is.
            for number in range(rounds if slowest < SHORT else 5 if slowest < 3000 else 3):
                for place in range(len(engines)):
                    engine = engines[(number + place) % len(engines)]
                    _, warm_up, count = lengths[engine]
                    turn, share = quiet_turn(workers[engine], warm_up, count)
                    times[engine].append(turn)
                    disturbed[engine].append(share)
        finally:
            for worker in workers.values():
                worker.end()
    return [{"network": network, "part": part, "threads": threads, "engine": engine.key, "name": engine.name,
             "difference": differences[engine], "disturbed": statistics.median(disturbed[engine]), **summary(times[engine])} for engine in engines]


def quiet_turn(worker: Worker, warm_up: int, count: int) -> tuple[list[float], float]:
    """The least disturbed of some turns, and the share of its time in which others had the processors."""
    turns = []
    for _ in range(1 + AGAIN):
        time.sleep(0.02)
        before = worker.waited()
        times = worker.inferences(warm_up + count)
        turns.append((times[warm_up:], (worker.waited() - before) / sum(times)))
        if turns[-1][1] <= DISTURBED:
            break
    return min(turns, key=lambda turn: turn[1])


def turn_length(worker: Worker) -> tuple[float, int, int]:
    """The milliseconds of an inference, and how many of a turn don't count and do."""
    least = min(worker.inferences(1))
    if least < SHORT:
        least = min(worker.inferences(3))
    return least, 2 if least < SHORT else 0, max(1, min(20, round(TURN / least)))


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


def summary(rounds: list[list[float]]) -> dict:
    medians = [statistics.median(times) for times in rounds]
    everything = sorted(time for times in rounds for time in times)
    return {"median_ms": statistics.median(medians), "p90_ms": everything[int(len(everything) * 0.9)],
            "round_ms": medians}

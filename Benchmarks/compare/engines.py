"""Times one image through every engine, in turns: the machine's bad moments then hit all of them alike."""
import pathlib
import statistics
import subprocess
import tempfile
import time
from dataclasses import asdict

import numpy as np

from engine_commands import ENGINES, Engine
from outputs import check
from turns import Worker

#: Inferences at the start of a turn that don't count: they fetch the weights that the others' turns displaced.
WARM_UP = 2
#: A turn lasts about as long as this, in milliseconds.
TURN = 60


def measure(fovea: str | None, work: pathlib.Path, networks: list[str], thread_counts: list[int], rounds: int,
            keys: list[str]) -> dict:
    engines = [engine for engine in ENGINES
               if engine.key in keys and can_compute(engine, fovea, work / networks[0], networks[0])]
    results = []
    for network in networks:
        for threads in thread_counts:
            results += compare(engines, fovea, work / network, network, threads, rounds)
    return {"rounds": rounds, "results": results}


def can_compute(engine: Engine, fovea: str | None, folder: pathlib.Path, network: str) -> bool:
    """False, with its own words why, if this build or this processor lacks the precision."""
    if engine.precision in (None, "f32"):
        return True
    probe = subprocess.run(
        [*engine.command(fovea, folder, network, 1), "--rounds", "1"], text=True, capture_output=True)
    if probe.returncode != 0:
        print(f"without {engine.name}: {probe.stderr.strip()}", flush=True)
    return probe.returncode == 0


def compare(engines: list[Engine], fovea: str | None, folder: pathlib.Path, network: str, threads: int,
            rounds: int) -> list[dict]:
    label = f"{network}, {threads} thread{'s' if threads > 1 else ''}"
    print(f"{label}: checking outputs", flush=True)
    checks = {engine: check(engine, fovea, folder, network, threads) for engine in engines}
    print(f"{label}: timing", flush=True)
    times = take_turns(engines, fovea, folder, network, threads, rounds)
    return [
        {"network": network, "threads": threads, "engine": engine.key, "name": engine.name,
         **asdict(checks[engine]), **summary(times[engine])}
        for engine in engines
    ]


def take_turns(engines: list[Engine], fovea: str | None, folder: pathlib.Path, network: str, threads: int,
               rounds: int) -> dict[Engine, list[list[float]]]:
    """Milliseconds of each inference, by engine and round."""
    workers: dict[Engine, Worker] = {}
    times: dict[Engine, list[list[float]]] = {engine: [] for engine in engines}
    with tempfile.NamedTemporaryFile() as image:
        np.load(folder / "inputs.npy", mmap_mode="r")[:1].astype("<f4").tofile(image.name)
        try:
            for engine in engines:
                command = [*engine.command(fovea, folder, network, threads), "--input", image.name, "--interactive"]
                workers[engine] = Worker(engine.name, command, threads)
                workers[engine].inferences(5)
            counts = {engine: turn_length(worker) for engine, worker in workers.items()}
            for number in range(rounds):
                for place in range(len(engines)):
                    engine = engines[(number + place) % len(engines)]
                    time.sleep(0.02)
                    times[engine].append(workers[engine].inferences(WARM_UP + counts[engine])[WARM_UP:])
        finally:
            for worker in workers.values():
                worker.end()
    return times


def turn_length(worker: Worker) -> int:
    return max(3, min(20, round(TURN / min(worker.inferences(WARM_UP + 3)))))


def summary(rounds: list[list[float]]) -> dict:
    """`round_ms` has the median of each round; what is compared are medians of these, and ratios round by round."""
    medians = [statistics.median(times) for times in rounds]
    everything = sorted(time for times in rounds for time in times)
    return {
        "median_ms": statistics.median(medians), "p90_ms": everything[int(len(everything) * 0.9)],
        "min_ms": everything[0], "round_ms": medians,
    }

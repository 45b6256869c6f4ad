"""Times engines in turns, as in engines.py, but takes a turn again while other processes disturb it."""
import pathlib
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from turns import Worker

#: What a turn should take, in milliseconds; it has one inference at least, and two that don't count if these are short.
TURN = 100
SHORT = 200
#: A turn in which others had the processors for more than this share of its time is taken again, this many times at most.
DISTURBED, AGAIN = 0.02, 3


class Engine(Protocol):
    #: What the results are filed under, and what people read.
    key: str
    name: str


@dataclass(frozen=True)
class TurnLength:
    """The milliseconds of an inference, and how many of a turn don't count and do."""

    least: float
    warm_up: int
    count: int


def in_turns(engines: list[Engine], command: Callable[[Engine], list[str]],
             check: Callable[[Engine, pathlib.Path], dict], threads: int, rounds: int) -> list[dict]:
    """A row for each engine, with what `check` says of the file of its first answer; it stops where an answer is wrong.

    `command` starts an engine; `--dump FILE --interactive` are added.
    """
    workers: dict[str, Worker] = {}
    lengths: dict[str, TurnLength] = {}
    checks: dict[str, dict] = {}
    with tempfile.TemporaryDirectory() as outputs:
        try:
            for engine in engines:
                output = pathlib.Path(outputs) / engine.key
                worker = Worker(engine.name, [*command(engine), "--dump", str(output), "--interactive"], threads)
                workers[engine.key] = worker
                lengths[engine.key] = turn_length(worker)
                checks[engine.key] = check(engine, output)
            times = take_turns(workers, lengths, rounds)
        finally:
            for worker in workers.values():
                worker.end()
    return [{"engine": engine.key, "name": engine.name, **checks[engine.key], **times[engine.key]}
            for engine in engines]


def turn_length(worker: Worker) -> TurnLength:
    least = min(worker.inferences(1))
    if least < SHORT:
        least = min(worker.inferences(3))
    return TurnLength(least, 2 if least < SHORT else 0, max(1, min(20, round(TURN / least))))


def take_turns(workers: dict[str, Worker], lengths: dict[str, TurnLength], rounds: int) -> dict[str, dict]:
    """The times of each engine, and the share of them in which others had the processors."""
    times: dict[str, list[list[float]]] = {key: [] for key in workers}
    disturbed: dict[str, list[float]] = {key: [] for key in workers}
    keys = list(workers)
    slowest = max(length.least for length in lengths.values())
    # Long inferences differ little from one another, and must not take all the time there is.
    for number in range(rounds if slowest < SHORT else 5 if slowest < 3000 else 3):
        for place in range(len(keys)):
            key = keys[(number + place) % len(keys)]
            turn, share = quiet_turn(workers[key], lengths[key])
            times[key].append(turn)
            disturbed[key].append(share)
    return {key: {"disturbed": statistics.median(disturbed[key]), **summary(times[key])} for key in keys}


def quiet_turn(worker: Worker, length: TurnLength) -> tuple[list[float], float]:
    """The least disturbed of some turns, and the share of its time in which others had the processors."""
    turns = []
    for _ in range(1 + AGAIN):
        time.sleep(0.02)
        before = worker.waited()
        times = worker.inferences(length.warm_up + length.count)
        turns.append((times[length.warm_up:], (worker.waited() - before) / sum(times)))
        if turns[-1][1] <= DISTURBED:
            break
    return min(turns, key=lambda turn: turn[1])


def summary(rounds: list[list[float]]) -> dict:
    medians = [statistics.median(times) for times in rounds]
    everything = sorted(time for times in rounds for time in times)
    return {"median_ms": statistics.median(medians), "p90_ms": everything[int(len(everything) * 0.9)],
            "round_ms": medians}

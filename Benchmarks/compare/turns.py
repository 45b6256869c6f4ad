"""Processes that compute only when it is their turn."""
import json
import os
import pathlib
import signal
import subprocess

from engine_commands import environment
from processors import for_threads


class Worker:
    """An engine with one network in a process group of its own, stopped (SIGSTOP) but for its turns.

    Stopped, its pool can't spin while another engine is measured. Pinned to as many processors as it has threads, as
    all others are: the scheduler's choices are then the same for all.
    """

    def __init__(self, name: str, command: list[str], threads: int):
        self.name = name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(),
            start_new_session=True, preexec_fn=lambda: os.sched_setaffinity(0, for_threads(threads)))

    def inferences(self, count: int) -> list[float]:
        """Milliseconds of each of `count` inferences."""
        os.killpg(self.process.pid, signal.SIGCONT)
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} ended with status {self.process.wait()}")
        os.killpg(self.process.pid, signal.SIGSTOP)
        return json.loads(answer)["ms"]

    def waited(self) -> float:
        """Milliseconds in which its threads were ready to run and others had the processors, since it began."""
        return waited(self.process.pid)

    def end(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def waited(process: int) -> float:
    """Milliseconds in which the living threads of a process were ready to run and did not, by Linux's own count."""
    delays = [int(statistics.read_text().split()[1])
              for statistics in pathlib.Path(f"/proc/{process}/task").glob("*/schedstat")]
    return sum(delays) / 1e6

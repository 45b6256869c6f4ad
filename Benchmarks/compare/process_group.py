"""A program with its children, and the memory that they hold together."""
import os
import pathlib
import signal
import subprocess
import uuid


class ProcessGroup:
    """Known by a mark in the environment: some servers' workers leave the session of the process that started them."""

    def __init__(self, command: list[str], log: pathlib.Path, environment: dict[str, str], folder: pathlib.Path):
        self.log = log
        self.mark = f"COMPARE_GROUP={uuid.uuid4()}"
        name, value = self.mark.split("=")
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder,
                env=environment | {name: value}, start_new_session=True)

    def require_running(self) -> None:
        if self.process.poll() is not None:
            raise RuntimeError(f"the server ended:\n{self.log.read_text(errors='replace')[-2000:]}")

    def members(self) -> list[int]:
        return [int(entry.name) for entry in pathlib.Path("/proc").iterdir()
                if entry.name.isdigit() and self.mark.encode() in environment_of(entry)]

    def proportional_megabytes(self) -> float:
        """The sum of the processes' proportional set sizes: what they share is counted once."""
        return sum(map(proportional_kilobytes, self.members())) / 1024

    def end(self) -> None:
        """Asks, and after ten seconds insists; nothing of the group is left."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        for member in self.members():
            try:
                os.kill(member, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()


def environment_of(process: pathlib.Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def proportional_kilobytes(process: int) -> int:
    try:
        lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

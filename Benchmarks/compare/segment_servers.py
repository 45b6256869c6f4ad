"""The servers of masks: how each is started, asked, stopped between its turns, and how much memory it has needed."""
import http.client
import json
import os
import pathlib
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from process_group import ProcessGroup
from running_server import free_port
from server_commands import SERVERS_FOLDER
from turns import waited

START_LIMIT = 120
NAMES = {"fovea": "Fovea", "fastapi": "FastAPI, ONNX Runtime"}


class Refused(RuntimeError):
    """An answer with another status than 200 or 201."""


@dataclass
class SegmentServer:
    key: str
    port: int
    process: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def keep(self, photograph: bytes) -> str:
        """Uploads a photograph and returns its name."""
        return json.loads(ask(self.connect(), "PUT", "/images", photograph))["image"]["sha256"]

    def stop(self) -> None:
        os.kill(self.process, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.process, signal.SIGCONT)

    def waited(self) -> float:
        return waited(self.process)

    def megabytes(self, field: str) -> float:
        """`VmRSS`, the resident memory now, or `VmHWM`, its peak since `forget_peak`."""
        lines = pathlib.Path(f"/proc/{self.process}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024

    def forget_peak(self) -> None:
        pathlib.Path(f"/proc/{self.process}/clear_refs").write_text("5")


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: bytes) -> bytes:
    is_prompt = method == "POST"
    connection.request(method, path, body, {"Content-Type": "application/json" if is_prompt else "image/jpeg"})
    response = connection.getresponse()
    text = response.read()
    if response.status not in (200, 201):
        raise Refused(f"{method} {path}: {response.status} {text[:300]!r}")
    return text


def prompts(photograph: str, points: list[tuple[float, float]]) -> bytes:
    """A request with one prompt, a click, for each point."""
    return json.dumps({
        "image": {"sha256": photograph}, "prompts": [{"points": [[x, y, 1]]} for x, y in points]}).encode()


def command(key: str, fovea: str | None, models: pathlib.Path, data: pathlib.Path, port: int, threads: int) -> list[str]:
    if key == "fovea":
        return [str(fovea), "serve", "--port", str(port), "--models", str(models), "--data", str(data), "--threads",
                str(threads), "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", "segment_server:app", "--port", str(port), "--log-level", "warning",
            "--no-access-log"]


@contextmanager
def running(key: str, fovea: str | None, folder: pathlib.Path, threads: int,
            data: pathlib.Path | None = None) -> Iterator[SegmentServer]:
    """Starts a server with the network of `folder`, yields it when it is ready, and ends it whatever happens.

    `data` is where Fovea keeps what outlives it; None for a folder that goes, too.
    """
    with tempfile.TemporaryDirectory() as temporary:
        here, port = pathlib.Path(temporary), free_port()
        environment = os.environ | {
            "COMPARE_NETWORK": str(folder), "COMPARE_THREADS": str(threads), "PYTHONPATH": str(SERVERS_FOLDER)}
        group = ProcessGroup(command(key, fovea, folder / "models", data or here / "data", port, threads), here / "log",
                             environment, here)
        server = SegmentServer(key, port, group.process.pid)
        try:
            wait_until_ready(server, group)
            yield server
        finally:
            server.go_on()
            group.end()


def wait_until_ready(server: SegmentServer, group: ProcessGroup) -> None:
    deadline = time.monotonic() + START_LIMIT
    while True:
        group.require_running()
        try:
            ask(server.connect(), "GET", "/readyz", b"")
            return
        except (OSError, http.client.HTTPException, Refused):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)

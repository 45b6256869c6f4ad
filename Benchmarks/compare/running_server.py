"""A server under measurement, from its start to its end."""
import http.client
import json
import pathlib
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from process_group import ProcessGroup
from server_commands import Server, Site

START_LIMIT = 60


@dataclass
class RunningServer:
    server: Server
    port: int
    group: ProcessGroup
    #: Of the route that is measured.
    path: str
    body: bytes
    content_type: str
    #: From the start of the program to the end of its first right answer.
    seconds_to_answer: float = 0
    #: Its predictions, best first.
    answer: list[dict] = field(default_factory=list)

    def predictions(self) -> list[dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", self.path, self.body, {"Content-Type": self.content_type})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise http.client.HTTPException(f"status {response.status}: {text[:200]!r}")
        return json.loads(text)["predictions"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def running(server: Server, site: Site, path: str, jpeg: bytes) -> Iterator[RunningServer]:
    """Starts the server, yields it once it has answered, and ends it whatever happens."""
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder)
        here = Site(site.fovea, site.models, site.network, data)
        port = free_port()
        start = time.monotonic()
        group = ProcessGroup(server.command(here, port), data / "log", server.full_environment(here), data)
        try:
            instance = RunningServer(server, port, group, path, *server.body(jpeg))
            instance.answer = first_answer(instance, start + START_LIMIT)
            instance.seconds_to_answer = time.monotonic() - start
            yield instance
        finally:
            group.end()


def first_answer(instance: RunningServer, deadline: float) -> list[dict]:
    while True:
        instance.group.require_running()
        try:
            return instance.predictions()
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{instance.server.name} gave no answer: {error}") from error
            time.sleep(0.01)

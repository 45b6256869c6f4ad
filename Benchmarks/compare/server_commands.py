"""The servers that are compared, and how each one is started."""
import os
import pathlib
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from processors import allowed

SERVERS_FOLDER = pathlib.Path(__file__).parent / "servers"
BOUNDARY = uuid.UUID(int=0).hex


@dataclass(frozen=True)
class Site:
    """Where a server finds what it needs."""

    fovea: str | None
    #: Fovea's model folders, one for each precision, with the network as their only model.
    models: pathlib.Path
    #: The same network as ONNX file.
    network: pathlib.Path
    #: An empty folder.
    data: pathlib.Path


@dataclass(frozen=True)
class Server:
    #: What the results are filed under.
    key: str
    #: What people read.
    name: str
    command: Callable[[Site, int], list[str]]
    is_form: bool = False
    environment: dict[str, str] = field(default_factory=dict, hash=False)

    def body(self, jpeg: bytes) -> tuple[bytes, str]:
        """A request's body and content type."""
        if not self.is_form:
            return jpeg, "image/jpeg"
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="image.jpg"\r\n' \
            "Content-Type: image/jpeg\r\n\r\n"
        return head.encode() + jpeg + f"\r\n--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"

    def full_environment(self, site: Site) -> dict[str, str]:
        return os.environ | {
            "COMPARE_NETWORK": str(site.network), "COMPARE_WORKERS": str(len(allowed())),
            "BENTOML_DO_NOT_TRACK": "true", "BENTOML_HOME": str(site.data), "PYTHONPATH": str(SERVERS_FOLDER),
        } | self.environment


def fovea(site: Site, port: int, precision: str = "f32") -> list[str]:
    return [str(site.fovea), "serve", "--port", str(port), "--models", str(site.models / precision),
            "--data", str(site.data / "fovea"), "--log-level", "warning"]


def fovea_bf16(site: Site, port: int) -> list[str]:
    return fovea(site, port, "bf16")


def fastapi(site: Site, port: int) -> list[str]:
    return [sys.executable, "-m", "uvicorn", "fastapi_server:app", "--port", str(port),
            "--log-level", "warning", "--no-access-log"]


def litserve(site: Site, port: int) -> list[str]:
    return [sys.executable, str(SERVERS_FOLDER / "litserve_server.py"), str(port), str(len(allowed()))]


def bentoml(site: Site, port: int) -> list[str]:
    return [sys.executable, "-m", "bentoml", "serve", "bentoml_server:Classify", "--host", "127.0.0.1",
            "--port", str(port), "--working-dir", str(SERVERS_FOLDER)]


#: One process per core with one computing thread each, where a server has processes.
SERVERS = [
    Server("fovea", "Fovea", fovea),
    Server("fovea-bf16", "Fovea, bfloat16", fovea_bf16),
    Server("fastapi", "FastAPI, Pillow, ONNX Runtime", fastapi),
    Server("fastapi-draft", "FastAPI, JPEG decoded smaller", fastapi, environment={"COMPARE_DRAFT": "1"}),
    Server("litserve", "LitServe, Pillow, ONNX Runtime", litserve, is_form=True),
    Server("bentoml", "BentoML, Pillow, ONNX Runtime", bentoml),
]

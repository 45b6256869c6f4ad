"""Objects in photographs over HTTP: the loads of served.py on `POST /detect`."""
import pathlib
import sys

import numpy as np

import served
from detect_engines import shared
from processors import allowed
from server_commands import Server, Site, fovea

#: The smallest of the networks: what is not computing counts the most beside it.
NETWORK = "thundernet_snet49"
#: The share of the first peer's objects that the others must find, and what decoders that make the JPEG smaller must.
SHARE, DRAFT_SHARE = 0.9, 0.3


def uvicorn(site: Site, port: int) -> list[str]:
    return [sys.executable, "-m", "uvicorn", "detect_server:app", "--port", str(port), "--log-level", "warning",
            "--no-access-log"]


SERVERS = [
    Server("fovea", "Fovea", fovea),
    Server("fastapi", "FastAPI, Pillow, ONNX Runtime", uvicorn),
    Server("fastapi-threads", "FastAPI, one process with all threads", uvicorn,
           environment={"COMPARE_WORKERS": "1", "COMPARE_THREADS": str(len(allowed()))}),
    Server("fastapi-draft", "FastAPI, JPEG decoded smaller", uvicorn, environment={"COMPARE_DRAFT": "1"}),
]


def measure(fovea: str | None, work: pathlib.Path, photograph: pathlib.Path, rounds: int, seconds: int,
            keys: list[str]) -> dict:
    folder = work / NETWORK
    site = Site(fovea, folder / "models", folder / "network.onnx", work)
    servers = [server for server in SERVERS if server.key in keys]
    return served.loaded(servers, site, "/detect", photograph, rounds, seconds, require_same_objects)


def require_same_objects(results: list[dict]) -> None:
    """All find the objects of the first peer; else they don't do the same work. Notes the shares that they find."""
    reference = next((result for result in results if result["key"] == "fastapi"), results[0])
    objects = table(reference["turns"][0]["answer"])
    for result in results:
        result["shared"] = min(shared(objects, table(turn["answer"])) for turn in result["turns"])
        if result["shared"] < (DRAFT_SHARE if result["key"] == "fastapi-draft" else SHARE):
            raise SystemExit(
                f"{result['name']} finds {result['shared']:.0%} of the {len(objects)} objects of {reference['name']}: "
                "they don't compute the same")


def table(predictions: list[dict]) -> np.ndarray:
    """float32 [objects, 6]: corners, class and score."""
    rows = [[*prediction["box"], prediction["class_id"], prediction["score"]] for prediction in predictions]
    return np.array(rows, np.float32).reshape(-1, 6)

"""Photographs over HTTP: requests a second, latency, memory and start of every server, one running at a time."""
import json
import pathlib
import shutil
import statistics
import subprocess
from collections.abc import Callable

import numpy as np
from PIL import Image

import closed_load
import open_load
from running_server import RunningServer, running
from server_commands import SERVERS, Server, Site

NETWORK = "efficientnet_lite0"
CONNECTIONS = [1, 4, 32]
#: The offered load, as a share of what the slowest server can do at 32 connections.
OFFERED_SHARE = 0.75
#: How far a probability may be from the first peer's: decoders round differently, and some decode a JPEG smaller.
TOLERANCE = 0.05


def measure(fovea: str | None, work: pathlib.Path, photograph: pathlib.Path, rounds: int, seconds: int,
            keys: list[str]) -> dict:
    site = Site(fovea, work / "models", work / NETWORK / "network.onnx", work)
    if fovea:
        for precision in ["f32", "bf16"]:
            install_model(fovea, work, precision)
    servers = [server for server in SERVERS if server.key in keys]
    return loaded(servers, site, "/classify", photograph, rounds, seconds, require_same_answers)


def loaded(servers: list[Server], site: Site, path: str, photograph: pathlib.Path, rounds: int, seconds: int,
           require_same: Callable[[list[dict]], None]) -> dict:
    """What the servers answer at a route, and how fast; stops if `require_same` finds that they don't do the same work."""
    jpeg = photograph.read_bytes()
    results = {server: {"key": server.key, "name": server.name, "turns": []} for server in servers}
    for number in range(rounds):
        for server in in_turn(servers, number):
            print(f"round {number + 1} of {rounds}: {server.name}", flush=True)
            with running(server, site, path, jpeg) as instance:
                results[server]["turns"].append(closed_turn(instance, seconds))
                if number == 0:
                    results[server]["megabytes_after"] = megabytes_after(instance, results[server]["turns"][0])
    require_same(list(results.values()))
    for result in results.values():
        result |= summary(result["turns"])

    rate = OFFERED_SHARE * min(result["load"]["32"]["rate"] for result in results.values())
    offered: dict[Server, list[list[float]]] = {server: [] for server in servers}
    for number in range(rounds):
        for server in in_turn(servers, number):
            print(f"round {number + 1} of {rounds}: {server.name} at {rate:.0f} requests/s", flush=True)
            with running(server, site, path, jpeg) as instance:
                closed_load.load(instance, 4, 1)
                offered[server].append(open_load.load(instance, rate, 32, 2 * seconds))
    for server, latencies in offered.items():
        results[server]["offered"] = {
            "p50_ms": statistics.median(map(statistics.median, latencies)),
            "p99_ms": statistics.median(float(np.percentile(times, 99)) for times in latencies),
        }
    return {"photograph": description(photograph), "offered_rate": rate, "servers": list(results.values())}


def description(photograph: pathlib.Path) -> dict:
    with Image.open(photograph) as image:
        return {"name": photograph.name, "width": image.width, "height": image.height,
                "bytes": photograph.stat().st_size}


def install_model(fovea: str, work: pathlib.Path, precision: str) -> None:
    """Makes Fovea's model of the same weights."""
    models = work / "models" / precision
    shutil.rmtree(models, ignore_errors=True)
    subprocess.run(
        [fovea, "models", "add", str(work / NETWORK / "weights.safetensors"), "--models", str(models),
         "--name", NETWORK, "--architecture", NETWORK, "--labels", "imagenet-1k"],
        check=True, stdout=subprocess.DEVNULL)
    card = models / NETWORK / "model.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"precision": precision}))


def in_turn(servers: list[Server], number: int) -> list[Server]:
    start = number % len(servers)
    return servers[start:] + servers[:start]


def closed_turn(instance: RunningServer, seconds: int) -> dict:
    memory = instance.group.proportional_megabytes()
    closed_load.load(instance, 4, 1)  # for what is made at the first requests
    load = {str(connections): closed_load.load(instance, connections, seconds) for connections in CONNECTIONS}
    return {
        "seconds_to_answer": instance.seconds_to_answer, "answer": instance.answer, "load": load,
        "megabytes_ready": memory,
    }


def megabytes_after(instance: RunningServer, turn: dict) -> float:
    """Memory when the server has answered at least 1000 requests, those of the turn among them."""
    requests = sum(point["requests"] for point in turn["load"].values())
    while requests < 1000:
        requests += closed_load.load(instance, 4, 3)["requests"]
    return instance.group.proportional_megabytes()


def summary(turns: list[dict]) -> dict:
    """Medians over the turns."""
    def median(key: str) -> float:
        return statistics.median(turn[key] for turn in turns)

    load = {
        connections: {key: statistics.median(turn["load"][connections][key] for turn in turns)
                      for key in ["rate", "p50_ms", "p99_ms"]}
        for connections in map(str, CONNECTIONS)
    }
    return {
        "load": load, "seconds_to_answer": median("seconds_to_answer"), "megabytes_ready": median("megabytes_ready"),
        "class_id": best(turns[0])[0], "score": best(turns[0])[1],
    }


def require_same_answers(results: list[dict]) -> None:
    """All name the same class with nearly the same probability; else they don't do the same work."""
    reference = next((result for result in results if result["key"] == "fastapi"), results[0])
    class_id, score = best(reference["turns"][0])
    for result in results:
        for turn in result["turns"]:
            got_class, got_score = best(turn)
            if got_class != class_id or abs(got_score - score) > TOLERANCE:
                raise SystemExit(
                    f"{result['name']} answers class {got_class} with {got_score:.4f}, {reference['name']} class "
                    f"{class_id} with {score:.4f}: they don't compute the same")


def best(turn: dict) -> tuple[int, float]:
    prediction = turn["answer"][0]
    return prediction["class_id"], prediction["score"]

"""Clicks over HTTP: the time of one and of twenty, memory for a large photograph, and many clients at once."""
import contextlib
import http.client
import io
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter

import numpy as np
from PIL import Image
from pycocotools import mask as coco

from quiet_turns import AGAIN, DISTURBED
from segment_servers import Refused, SegmentServer, ask, prompts, running

CLICKS, MANY = 12, 20
CLIENTS, IMAGES = 50, 10
#: The least overlap of two servers' masks for the same click: float32 rounds differently at their borders.
OVERLAP = 0.98


def measure(fovea: str | None, work: pathlib.Path, networks: list[str], photograph: pathlib.Path,
            thread_counts: list[int], rounds: int) -> dict:
    keys = (["fovea"] if fovea else []) + ["fastapi"]
    if fovea:
        for network in networks:
            install_model(fovea, work / network, network)
    small = work / networks[0]
    clicks = [row for threads in thread_counts for row in clicked(keys, fovea, small, photograph, threads, rounds)]
    threads = max(thread_counts)
    memory = [{"network": network, "server": key, **peak_memory(key, fovea, work / network, photograph, threads)}
              for network in networks for key in keys]
    return {"clicks": clicks, "memory": memory,
            "crowd": crowd(fovea, small, photograph, threads) if fovea else None}


def install_model(fovea: str, folder: pathlib.Path, network: str) -> None:
    models = folder / "models"
    shutil.rmtree(models, ignore_errors=True)
    subprocess.run([fovea, "models", "add", str(folder / "weights.safetensors"), "--models", str(models), "--name",
                    network.replace("_", "-"), "--architecture", network], check=True, stdout=subprocess.DEVNULL)


def middle(photograph: pathlib.Path) -> tuple[float, float]:
    """Where the click of segment_networks.py, the middle of the square that the encoder sees, lies in a photograph."""
    with Image.open(photograph) as image:
        half = max(image.size) / 2
        return min(half, image.width - 1), min(half, image.height - 1)


def near(place: tuple[float, float], seed: int, count: int) -> list[tuple[float, float]]:
    """Clicks that differ, so that nobody can give an earlier answer again."""
    dice = random.Random(seed)
    return [(round(place[0] + dice.uniform(-8, 8), 2), round(place[1] + dice.uniform(-8, 8), 2)) for _ in range(count)]


def clicked(keys: list[str], fovea: str | None, folder: pathlib.Path, photograph: pathlib.Path, threads: int,
            rounds: int) -> list[dict]:
    """Clicks on one photograph by every server in turn; the others are stopped meanwhile."""
    print(f"clicks with {threads} threads", flush=True)
    place = middle(photograph)
    ones: dict[str, list[list[float]]] = {key: [] for key in keys}
    manies: dict[str, list[float]] = {key: [] for key in keys}
    answers, disturbed = {}, {key: [] for key in keys}
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(running(key, fovea, folder, threads)) for key in keys]
        for server in servers:
            name = server.keep(photograph.read_bytes())
            answers[server.key] = ask(server.connect(), "POST", "/segment", prompts(name, [place]))
            server.stop()
        require_same_masks(answers)
        for number in range(rounds):
            for server in servers[number % len(servers):] + servers[:number % len(servers)]:
                server.go_on()
                one, share = quiet(server, name, [[point] for point in near(place, number, 2 + CLICKS)])
                ones[server.key].append(one[2:])
                disturbed[server.key].append(share)
                if number < 3:
                    many, _ = quiet(server, name, [near(place, 1000 + number, MANY)])
                    manies[server.key].append(many[0])
                server.stop()
    return [{"server": key, "threads": threads, "answer_bytes": len(answers[key]),
             "disturbed": statistics.median(disturbed[key]),
             "median_ms": statistics.median(map(statistics.median, ones[key])),
             "p90_ms": sorted(sum(ones[key], []))[int(len(sum(ones[key], [])) * 0.9)],
             "round_ms": [statistics.median(times) for times in ones[key]],
             "many_ms": statistics.median(manies[key])} for key in keys]


def quiet(server: SegmentServer, photograph: str, requests: list) -> tuple[list[float], float]:
    """Milliseconds of each request, of the least disturbed of some attempts, as in quiet_turns.py."""
    attempts = []
    connection = server.connect()
    for _ in range(1 + AGAIN):
        times, before = [], server.waited()
        for points in requests:
            body = prompts(photograph, points)
            start = time.perf_counter()
            ask(connection, "POST", "/segment", body)
            times.append((time.perf_counter() - start) * 1e3)
        attempts.append((times, (server.waited() - before) / sum(times)))
        if attempts[-1][1] <= DISTURBED:
            break
    connection.close()
    return min(attempts, key=lambda attempt: attempt[1])


def require_same_masks(answers: dict[str, bytes]) -> None:
    found = {key: json.loads(answer)["results"][0]["masks"] for key, answer in answers.items()}
    first_key, first = next(iter(found.items()))
    for key, masks in found.items():
        for mine, its in zip(first, masks, strict=True):
            overlap = coco.iou([mine["segmentation"]], [its["segmentation"]], [0])[0][0]
            if overlap < OVERLAP or abs(mine["predicted_iou"] - its["predicted_iou"]) > 0.02:
                raise SystemExit(f"{first_key} and {key} answer a click with different masks: overlap {overlap:.3f}")


def peak_memory(key: str, fovea: str | None, folder: pathlib.Path, photograph: pathlib.Path, threads: int) -> dict:
    """Megabytes of a server that has answered before, and what a photograph of 12 megapixels takes at its peak."""
    print(f"memory of {key}, {folder.name}", flush=True)
    with running(key, fovea, folder, threads) as server:
        place = middle(photograph)
        ask(server.connect(), "POST", "/segment", prompts(server.keep(photograph.read_bytes()), [place]))
        time.sleep(1)
        idle = server.megabytes("VmRSS")
        server.forget_peak()
        name = server.keep(large(photograph))
        ask(server.connect(), "POST", "/segment", prompts(name, [(2000, 2000)]))
        return {"idle_mb": idle, "peak_mb": server.megabytes("VmHWM") - idle}


def large(photograph: pathlib.Path) -> bytes:
    """4000x3000."""
    with Image.open(photograph) as image:
        return jpeg(image.convert("RGB").resize((4000, 3000), Image.BICUBIC))


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def crowd(fovea: str, folder: pathlib.Path, photograph: pathlib.Path, threads: int) -> dict:
    """50 clients click on 10 photographs at once; and again after a restart on the same data."""
    print(f"{CLIENTS} clients", flush=True)
    with Image.open(photograph) as image:
        half = image.convert("RGB").resize((image.width // 2, image.height // 2))
    photographs = [jpeg(Image.fromarray(np.roll(np.asarray(half), 40 * number, 1))) for number in range(IMAGES)]
    with tempfile.TemporaryDirectory() as data:
        found = []
        for _ in range(2):
            with running("fovea", fovea, folder, threads, pathlib.Path(data)) as server:
                names = [server.keep(image) for image in photographs]
                start = time.monotonic()
                found.append((all_at_once(server, names), time.monotonic() - start))
    (first, seconds), (second, seconds_again) = found
    return {"first": first, "seconds": seconds, "again": second, "seconds_again": seconds_again}


def all_at_once(server: SegmentServer, photographs: list[str]) -> dict[str, int]:
    """How many answers had their embedding from where; refusals are counted, too."""
    origins: list[str] = []
    together = threading.Barrier(CLIENTS)

    def click(client: int) -> None:
        connection = server.connect()
        body = prompts(photographs[client % IMAGES], near((300, 200), client, 1))
        together.wait()
        try:
            origins.append(json.loads(ask(connection, "POST", "/segment", body))["embedding"])
        except (Refused, OSError, http.client.HTTPException) as error:
            # Counted in its own words.
            origins.append(str(error))

    clients = [threading.Thread(target=click, args=[number]) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return dict(Counter(origins))

#!/usr/bin/env python3
"""Shows that the built daemon keeps its promises while models come and go, clients leave and time runs out.

    Benchmarks/endurance.py PROGRAM MODELS PHOTOGRAPH [--seconds 60]

MODELS has efficientnet-lite0, which is copied. Standard library only. Exits with 1 if a promise is broken.
"""
import argparse
import http.client
import io
import json
import multiprocessing
import os
import pickle
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib

from daemon import Daemon

MODEL = "efficientnet-lite0"
failures = []


def show(promise, holds, detail):
    print(f"{'holds ' if holds else 'BROKEN'}  {promise}: {detail}", flush=True)
    if not holds:
        failures.append(promise)


def call(daemon, method, path, body=b"", **fields):
    connection = daemon.connect()
    connection.request(method, path, body, fields)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content) if content.startswith(b"{") or content.startswith(b"[") else content


def inferences(daemon, model):
    status, stats = call(daemon, "GET", f"/v2/models/{model}/stats")
    return sum(entry["inference_count"] for entry in stats["model_stats"])


def copy_model(models, name, target):
    """A whole folder appears in one step."""
    staging = os.path.join(models, "." + target.replace("/", "-"))
    shutil.copytree(os.path.join(models, name), staging)
    os.rename(staging, os.path.join(models, target))


class Load:
    """Clients that ask one model after the other over connections that stay open, and note what fails."""

    def __init__(self, daemon, photograph, models, connections=4):
        self.daemon, self.photograph, self.models = daemon, photograph, models
        self.count, self.failed, self.goes_on = 0, [], True
        self.gate = {model: threading.Lock() for model in models}
        self.threads = [threading.Thread(target=self.work, args=[number]) for number in range(connections)]
        for thread in self.threads:
            thread.start()

    def work(self, number):
        connection, sent = self.daemon.connect(), 0
        while self.goes_on:
            number, sent = number + 1, sent + 1
            model = self.models[number % len(self.models)]
            if self.gate[model].locked():
                continue
            if sent % 500 == 0:
                connection.close()  # the daemon closes a connection after 1000 requests
            try:
                connection.request("POST", f"/classify?model={model}", self.photograph)
                answer = connection.getresponse()
                content = answer.read()
                # A request that was on its way when its model was unloaded is refused rightly.
                if answer.status != 200 and not self.gate[model].locked():
                    self.failed.append((model, answer.status, content[:200]))
            except (http.client.HTTPException, OSError) as error:
                self.failed.append((model, repr(error)))
                connection.close()
            self.count += 1

    def stop(self):
        self.goes_on = False
        for thread in self.threads:
            thread.join()


def changes(program, models, photograph, seconds):
    copy_model(models, MODEL, "other")
    os.mkdir(os.path.join(models, "switching"))
    copy_model(models, MODEL, "switching/1")
    with open(os.path.join(models, "switching", "versions.json"), "w") as file:
        json.dump({"policy": "latest"}, file)
    daemon = Daemon(program, models, "--watch-interval", "0.2")
    load = Load(daemon, photograph, [MODEL, "switching", "other"])
    start, reloads, version, memory = time.monotonic(), 0, 1, None
    while time.monotonic() - start < seconds:
        elapsed = time.monotonic() - start
        if reloads < 50 * elapsed / seconds:
            status, answer = call(daemon, "POST", f"/v2/repository/models/{MODEL}/load")
            if status != 200:
                load.failed.append(("reload", status, answer))
            reloads += 1
        if version < 1 + 8 * elapsed / seconds:
            version += 1
            copy_model(models, MODEL, f"switching/{version}")
            if version > 2:
                shutil.rmtree(os.path.join(models, f"switching/{version - 2}"))
        if reloads % 5 == 0 and not load.gate["other"].locked():
            with load.gate["other"]:
                call(daemon, "POST", "/v2/repository/models/other/unload")
                time.sleep(0.2)
                status, answer = call(daemon, "POST", "/v2/repository/models/other/load")
            if status != 200:
                load.failed.append(("load other", status, answer))
        if memory is None and elapsed > min(10, seconds / 4):
            memory = daemon.resident_megabytes()
        time.sleep(0.02)
    load.stop()
    while reloads < 50:
        call(daemon, "POST", f"/v2/repository/models/{MODEL}/load")
        reloads += 1
    served = call(daemon, "POST", "/classify?model=switching", photograph)[1]["model"]["version"]
    end = daemon.resident_megabytes()
    show("no request fails while models change", not load.failed,
         f"{load.count} requests, {len(load.failed)} failed, {reloads} reloads, {version} versions {load.failed[:2]}")
    show("the newest version serves", served == str(version), f"version {served}")
    # A short run ends before the heap has found its size.
    show("memory stays", end < 1.05 * memory or seconds < 60, f"{memory:.1f} MB, at the end {end:.1f} MB ({end / memory - 1:+.1%})")
    daemon.stop()


def post(port, path, body, **fields):
    """A connection with a whole request on it."""
    lines = [f"POST {path} HTTP/1.1", "Host: a", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    return connection


def png(side):
    """A picture that is small to send and takes long to decode."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(side * (side + 1))))
            + chunk(b"IEND", b""))


def disconnects(program, models, photograph, clients=1000):
    daemon = Daemon(
        program, models, "--queue-capacity", "2000", "--max-connections", "4000", "--queue-time", "3600",
        "--max-connections-per-address", "4000", "--max-buffered-body-bytes", str(1 << 30))
    before = inferences(daemon, MODEL)
    answered, goes_on, long_work = [], True, png(6000)

    def occupy():
        connection = daemon.connect()
        while goes_on:
            connection.request("POST", "/classify", long_work, {"X-Request-Priority": "high"})
            answered.append(connection.getresponse().read().count(b"predictions"))

    busy = [threading.Thread(target=occupy) for _ in range(32)]
    for thread in busy:
        thread.start()
    while not answered:
        time.sleep(0.01)
    waiting = [post(daemon.port, "/classify", photograph, X_Request_Priority="low") for _ in range(clients)]

    def pending():
        text = call(daemon, "GET", "/metrics")[1].decode()
        line = next(line for line in text.splitlines() if line.startswith("fovea_pending_requests{"))
        return int(line.split()[-1])

    most, deadline = 0, time.monotonic() + 60
    while most < clients and time.monotonic() < deadline:
        most = max(most, pending())
    for connection in waiting:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    deadline = time.monotonic() + 10
    while pending() > len(busy) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = pending()
    goes_on = False
    for thread in busy:
        thread.join()
    ran = inferences(daemon, MODEL) - before - sum(answered)
    show("the work of clients that leave does not run", ran == 0 and most >= clients and left <= len(busy),
         f"{most} waited, {left} afterwards; {ran} of them ran, {sum(answered)} others were answered")
    daemon.stop()


def hammer(port, path, body, connections):
    def work():
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while True:
            connection.request("POST", path, body)
            connection.getresponse().read()

    for _ in range(connections):
        threading.Thread(target=work, daemon=True).start()
    threading.Event().wait()


def oversleep(worst):
    """How late, in ms, the machine at its worst wakes somebody who wants nothing but to be woken after 100 ms."""
    while True:
        start = time.monotonic()
        time.sleep(0.1)
        worst.value = max(worst.value, (time.monotonic() - start) * 1e3 - 100)


def deadlines(program, models, photograph, requests=200):
    loads = {
        "behind others": (("/classify?exact=true", photograph), "normal"),
        # Nobody is ahead, but both cores are busy for longer.
        "while long work runs": (("/classify", png(6000)), "high"),
    }
    for name, (work, priority) in loads.items():
        daemon = Daemon(program, models, "--max-requests-per-connection", "1000000")
        load = multiprocessing.Process(target=hammer, args=[daemon.port, *work, 32], daemon=True)
        load.start()
        time.sleep(2)
        late = multiprocessing.Value("d", 0)
        sleeper = multiprocessing.Process(target=oversleep, args=[late], daemon=True)
        sleeper.start()
        times, statuses = [], {}
        for _ in range(requests):
            connection = post(
                daemon.port, "/classify", photograph, X_Request_Timeout_Ms=100, X_Request_Priority=priority)
            start = time.monotonic()
            status = connection.recv(65536).split()[1].decode()
            times.append((time.monotonic() - start) * 1e3)
            statuses[status] = statuses.get(status, 0) + 1
            connection.close()
        load.terminate()
        sleeper.terminate()
        times.sort()
        show(f"a deadline of 100 ms is answered within 120 ms ({name})",
             times[-1] <= 120 and set(statuses) <= {"200", "503", "504"},
             f"p50 {times[len(times) // 2]:.1f} ms, p99 {times[len(times) * 99 // 100]:.1f} ms, "
             f"worst {times[-1]:.1f} ms; {statuses}; a sleep of 100 ms ends up to {late.value:.1f} ms late")
        daemon.stop()


def archive(data):
    """What torch.save writes, with `data` as its pickle."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("archive/data.pkl", data)
        zipped.writestr("archive/version", "3\n")
    return file.getvalue()


class Code:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def not_a_number(program, checkpoint):
    """A safetensors file with the tensors of `checkpoint`, of which one has one element that is no number."""
    tensors = json.loads(subprocess.check_output([program, "inspect", "--json", checkpoint]))["tensors"]
    header, data = {}, bytearray()
    for tensor in tensors:
        size = 4 * tensor["elements"]
        header[tensor["name"]] = {"dtype": "F32", "shape": tensor["shape"], "data_offsets": [len(data), len(data) + size]}
        data += struct.pack("<f", 0.01) * tensor["elements"]
    data[:4] = struct.pack("<f", float("nan"))
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def broken(program, models, photograph):
    with open(os.path.join(models, MODEL, "model.json")) as file:
        card = json.load(file)
    with open(os.path.join(models, MODEL, card["weights"]), "rb") as file:
        weights = file.read()
    card.pop("sha256", None)
    mark = os.path.join(models, ".code-ran")
    daemon = Daemon(program, models, "--watch-interval", "0.2")
    cases = {
        "truncated": (card, weights[: len(weights) // 2]),
        "other-architecture": (card | {"architecture": "resnet18"}, weights),
        "not-a-number": (card, not_a_number(program, os.path.join(models, MODEL, card["weights"]))),
        "code": (card, archive(pickle.dumps({"weight": Code(mark)}, protocol=2))),
        "empty": (card, b""),
        "no-card": (None, weights),
    }
    for name, (content, data) in cases.items():
        staging, folder = os.path.join(models, "." + name), os.path.join(models, name)
        os.mkdir(staging)
        with open(os.path.join(staging, card["weights"]), "wb") as file:
            file.write(data)
        if content is not None:
            with open(os.path.join(staging, "model.json"), "w") as file:
                json.dump(content, file)
        os.rename(staging, folder)
        deadline, entry = time.monotonic() + 20, None
        while time.monotonic() < deadline and (entry is None or entry["state"] == "loading"):
            entry = next((m for m in call(daemon, "GET", "/models")[1]["models"] if m["name"] == name), None)
            time.sleep(0.05)
        good = call(daemon, "POST", f"/classify?model={MODEL}", photograph)[0]
        bad = call(daemon, "POST", f"/classify?model={name}", photograph)[0]
        ready = call(daemon, "GET", "/readyz")[0]
        holds = entry is not None and entry["state"] == "failed" and (good, bad, ready) == (200, 503, 200)
        show(f"a broken model fails alone ({name})", holds and not os.path.exists(mark),
             f"{entry and entry['reason']}; good model {good}, broken one {bad}, /readyz {ready}")
    daemon.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("models")
    parser.add_argument("photograph")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", choices=["changes", "disconnects", "deadlines", "broken"])
    options = parser.parse_args()
    photograph = open(options.photograph, "rb").read()
    shows = {"changes": lambda *a: changes(*a, options.seconds), "disconnects": disconnects, "deadlines": deadlines,
             "broken": broken}
    for name, run in shows.items():
        if options.only in (None, name):
            with tempfile.TemporaryDirectory() as models:
                shutil.copytree(os.path.join(options.models, MODEL), os.path.join(models, MODEL))
                run(options.program, models, photograph)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measures the built daemon: time from start to ready, memory as requests go by, and requests per second.

    Benchmarks/daemon.py PROGRAM MODELS PHOTOGRAPH...

Standard library only. The daemon serves on a free loopback port, in a folder of its own.
"""
import http.client
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time


class Daemon:
    def __init__(self, program, models, *flags):
        self.folder = tempfile.TemporaryDirectory()
        start = time.monotonic()
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", "--models", models, "--data", self.folder.name + "/data", "--log-level", "warning",
             *flags],
            stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline().split(b":")[-1])
        while True:
            connection = self.connect()
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                break
            connection.close()
        self.seconds_to_ready = time.monotonic() - start

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def resident_megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait() == 0
        self.folder.cleanup()


def classify(daemon, photographs, count, connections):
    """Sends `count` requests over keep-alive connections; returns seconds for each."""
    times = []

    def work(worker):
        connection = daemon.connect()
        for number in range(worker, count, connections):
            if number // connections % 500 == 499:
                connection.close()  # the daemon closes a connection after 1000 requests
            start = time.monotonic()
            connection.request("POST", "/classify", photographs[number % len(photographs)])
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            times.append(time.monotonic() - start)

    workers = [threading.Thread(target=work, args=[worker]) for worker in range(connections)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return times


def main():
    program, models, *names = sys.argv[1:]
    photographs = [open(name, "rb").read() for name in names]
    ready = []
    for _ in range(9):
        daemon = Daemon(program, models)
        ready.append(daemon.seconds_to_ready)
        daemon.stop()
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}; {time.strftime('%Y-%m-%d')}")
    print(f"start to ready: median {statistics.median(ready):.3f} s, worst of {len(ready)} {max(ready):.3f} s")

    daemon = Daemon(program, models)
    print(f"resident memory when ready: {daemon.resident_megabytes():.1f} MB")
    classify(daemon, photographs, 200, 4)
    after_200 = daemon.resident_megabytes()
    classify(daemon, photographs, 1800, 4)
    after_2000 = daemon.resident_megabytes()
    print(f"after 200 requests: {after_200:.1f} MB, after 2000: {after_2000:.1f} MB ({after_2000 / after_200 - 1:+.1%})")
    for connections in [1, 4, 32]:
        for photograph, name in zip(photographs, names):
            start = time.monotonic()
            times = sorted(classify(daemon, [photograph], 200, connections))
            rate = len(times) / (time.monotonic() - start)
            print(
                f"{os.path.basename(name)}, {connections} connections: {rate:.0f} requests/s, "
                f"p50 {times[100] * 1e3:.1f} ms, p99 {times[197] * 1e3:.1f} ms")
    daemon.stop()


if __name__ == "__main__":
    main()

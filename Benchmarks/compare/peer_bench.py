"""Runs one of the other engines, controlled as `fovea bench` is.

    peer_bench.py ENGINE FOLDER ARCHITECTURE --threads N --input FILE --dump FILE
    peer_bench.py ENGINE FOLDER ARCHITECTURE --threads N --input FILE --interactive

FILE holds images, float32 [N, H, W, 3]. The first writes the logits of all of them and prints the precision that the
engine computes in. The second makes as many inferences of the first image as each line on standard input says, and
answers with one line of JSON: {"ms": [...]}.
"""
import argparse
import json
import pathlib
import sys
import time
from collections.abc import Callable

import numpy as np

from peer_engines import PEERS


def answer_rounds(infer: Callable[[], object]) -> None:
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            infer()
            times.append((time.perf_counter() - start) * 1e3)
        print(json.dumps({"ms": times}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=PEERS)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("architecture")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--input", required=True)
    parser.add_argument("--dump")
    parser.add_argument("--interactive", action="store_true")
    options = parser.parse_args()

    shape = np.load(options.folder / "inputs.npy", mmap_mode="r").shape
    images = np.fromfile(options.input, np.float32).reshape(-1, *shape[1:])
    engine = PEERS[options.engine](options.folder, options.architecture, options.threads)
    if options.dump:
        # An engine may give its own buffer, which it writes again.
        logits = [engine(engine.input(image[None])).copy() for image in images]
        np.concatenate(logits).astype(np.float32).tofile(options.dump)
        print(engine.precision)
    if options.interactive:
        input = engine.input(images[:1])
        answer_rounds(lambda: engine(input))


if __name__ == "__main__":
    main()

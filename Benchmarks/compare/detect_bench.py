"""Runs one of the other engines on a detector, controlled as `fovea bench` is.

    detect_bench.py ENGINE FOLDER ARCHITECTURE --threads N --dump FILE --interactive

Writes to FILE the objects of the photograph. Then it makes as many inferences as each line on standard input says, and answers
with one line of JSON: {"ms": [...]}.
"""
import argparse
import pathlib

import numpy as np

from detect_peers import PEERS
from peer_bench import answer_rounds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=PEERS)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("architecture")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--dump", required=True)
    parser.add_argument("--interactive", action="store_true")
    options = parser.parse_args()

    engine = PEERS[options.engine](options.folder, options.architecture, options.threads)
    engine().astype(np.float32).tofile(options.dump)
    if options.interactive:
        answer_rounds(engine)


if __name__ == "__main__":
    main()

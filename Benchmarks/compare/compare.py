"""Measures, and writes the results: see README.md. `run.sh` starts this with the Python that has the peers."""
import argparse
import json
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys

import detect_engines
import detect_served
import engines
import machine
import report
import segment_engines
import segment_served
import served
from engine_commands import ENGINES
from processors import allowed
from server_commands import SERVERS

HERE = pathlib.Path(__file__).parent
NETWORKS = ["efficientnet_lite0", "efficientnet_b0", "efficientnet_b4"]
SEGMENT_NETWORKS = ["mobile_sam", "sam_vit_b"]
DETECT_NETWORKS = ["thundernet_snet49", "thundernet_snet146", "thundernet_snet535"]
PARTS = ["engines", "served", "segment", "detect"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.sh", description="Compares Fovea with other engines and servers.")
    parser.add_argument("photographs", nargs="*", type=pathlib.Path,
                        help="JPEGs; the first is what the servers classify, all are what the engines' outputs are "
                        "compared on (default: those of the tests)")
    parser.add_argument("--fovea", help="the built program; without it, only the others are measured")
    parser.add_argument("--engines", action="store_true", help="only the engines")
    parser.add_argument("--served", action="store_true", help="only the servers")
    parser.add_argument("--segment", action="store_true", help="only the networks that take prompts, which are in no "
                        "other part: engines and servers")
    parser.add_argument("--detect", action="store_true", help="only the detectors, which are in no other part: engines "
                        "and servers")
    parser.add_argument("--only", default="", help="only these engines and servers, by key, with commas between")
    parser.add_argument("--networks", default=",".join(NETWORKS), help="default: %(default)s")
    parser.add_argument("--inductor", action="store_true", help="PyTorch's compiler, too; compiling takes minutes")
    parser.add_argument("--rounds", type=int, default=30, help="turns of each engine (default: %(default)s)")
    parser.add_argument("--served-rounds", type=int, default=3, help="turns of each server (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=4, help="length of a server's load (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one or two minutes, to see whether everything works")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path.home() / ".cache/fovea/compare",
                        help="where networks and results are kept (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write Benchmarks/RESULTS.md and its plots")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.served_rounds, options.seconds = 3, 1, 1
        options.networks = NETWORKS[0]
        del SEGMENT_NETWORKS[1:], DETECT_NETWORKS[1:]
    options.photographs = [path.resolve() for path in options.photographs] or default_photographs()
    options.networks = options.networks.split(",")
    if options.fovea:
        options.fovea = str(pathlib.Path(options.fovea).resolve())
    return options


def default_photographs() -> list[pathlib.Path]:
    photographs = HERE.parent.parent / "Tests" / "Fixtures" / "photos"
    return [photographs / "chelsea-large.jpg", photographs / "chelsea.jpg"]


def chosen(table: list, options: argparse.Namespace) -> list[str]:
    """The keys of the rows that are to be measured."""
    keys = [row.key for row in table if options.fovea or not row.key.startswith("fovea")]
    if options.only:
        return [key for key in keys if key in options.only.split(",")]
    return [key for key in keys if key != "inductor" or options.inductor]


def command() -> str:
    """What was typed, with files' names for their paths: those differ from machine to machine."""
    return shlex.join(["run.sh", *(pathlib.Path(argument).name for argument in sys.argv[1:])])


def prepare(parts: list[str], options: argparse.Namespace) -> None:
    """In a process of its own, so that this one stays small: it lives beside what is measured."""
    classifiers = list(dict.fromkeys((options.networks if "engines" in parts else [])
                                     + ([served.NETWORK] if "served" in parts else [])))
    if classifiers:
        subprocess.run([sys.executable, HERE / "prepare.py", options.work, ",".join(classifiers), *options.photographs],
                       check=True)
    if "segment" in parts:
        subprocess.run([sys.executable, HERE / "segment_prepare.py", options.work, ",".join(SEGMENT_NETWORKS),
                        options.photographs[0]], check=True)
    if "detect" in parts:
        subprocess.run([sys.executable, HERE / "detect_prepare.py", options.work, ",".join(DETECT_NETWORKS),
                        options.photographs[0]], check=True)


def measure(part: str, options: argparse.Namespace) -> dict:
    thread_counts = sorted({1, len(allowed())})
    if part == "engines":
        return engines.measure(
            options.fovea, options.work, options.networks, thread_counts, options.rounds, chosen(ENGINES, options))
    if part == "served":
        return served.measure(
            options.fovea, options.work, options.photographs[0], options.served_rounds, options.seconds,
            chosen(SERVERS, options))
    if part == "detect":
        return {
            "engines": detect_engines.measure(
                options.fovea, options.work, DETECT_NETWORKS, thread_counts, options.rounds,
                chosen(detect_engines.ENGINES, options)),
            "served": detect_served.measure(
                options.fovea, options.work, options.photographs[0], options.served_rounds, options.seconds,
                chosen(detect_served.SERVERS, options)),
        }
    return {
        "photograph": served.description(options.photographs[0]),
        "engines": segment_engines.measure(
            options.fovea, options.work, SEGMENT_NETWORKS, thread_counts, options.rounds,
            chosen(segment_engines.ENGINES, options)),
        "served": segment_served.measure(
            options.fovea, options.work, SEGMENT_NETWORKS, options.photographs[0], thread_counts,
            2 * options.served_rounds),
    }


def main() -> None:
    # Ends with what it started: without this, SIGTERM would leave stopped engines and running servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    parts = [part for part in PARTS if getattr(options, part)] or ["engines", "served"]
    if {"served", "detect"} & set(parts) and shutil.which("wrk") is None:
        sys.exit("error: wrk makes the load; apt-get install wrk")
    prepare(parts, options)
    for part in parts:
        results = {"machine": machine.description(options.fovea), "command": command()} | measure(part, options)
        (options.work / f"{part}.json").write_text(json.dumps(results, indent=1) + "\n")
        print("\n" + report.section(part, results))
        if options.write:
            report.write(part, results)


if __name__ == "__main__":
    main()

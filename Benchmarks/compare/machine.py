"""What the measurements ran on."""
import importlib.metadata
import os
import pathlib
import subprocess
import time

from processors import allowed

PEERS = ["onnxruntime", "openvino", "torch", "pillow", "fastapi", "uvicorn", "litserve", "bentoml", "segment-anything",
         "opencv-python-headless", "pycocotools"]


def description(fovea: str | None) -> dict:
    return {
        "processor": processor(), "cores": len(allowed()), "system": system(), "date": time.strftime("%Y-%m-%d"),
        "versions": {peer: importlib.metadata.version(peer) for peer in PEERS},
        "fovea": version(fovea) if fovea else None, "load": os.getloadavg()[0],
    }


def processor() -> str:
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    values = dict(reversed([[part.strip() for part in line.split(":", 1)] for line in lines if ":" in line]))
    flags = [flag for flag in ["avx2", "avx512f", "avx512_bf16", "amx_bf16"] if flag in values["flags"].split()]
    return f"{values['model name']} (family {values['cpu family']}, model {values['model']}; {', '.join(flags)})"


def system() -> str:
    lines = pathlib.Path("/etc/os-release").read_text().splitlines()
    return next(line.split("=", 1)[1].strip('"') for line in lines if line.startswith("PRETTY_NAME="))


def multiplies_bfloat16() -> bool:
    """Whether the processor has instructions for it; elsewhere engines compute in float32 instead, or slowly."""
    return any(flag in processor() for flag in ["avx512_bf16", "amx_bf16"])


def version(fovea: str) -> str:
    return subprocess.run([fovea, "--version"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()

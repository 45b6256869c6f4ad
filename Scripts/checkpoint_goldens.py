"""Makes the checkpoint fixtures in Tests/Fixtures/checkpoints with PyTorch and safetensors themselves.

Usage: python Scripts/checkpoint_goldens.py
"""

import collections
import pathlib
import struct

import safetensors.torch
import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "checkpoints"
NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}


def tensors():
    """Every element type, and every kind of view that a state dict may hold."""
    g = torch.Generator().manual_seed(1)
    shared = torch.randn(40, generator=g)
    halves = [0.0, -0.0, 1.0, -1.5, 65504.0, 6.1035e-05, 5.9605e-08, -3.0994e-06, float("inf"), float("-inf")]
    d = collections.OrderedDict()
    d["plain.weight"] = torch.randn(2, 3, generator=g)
    d["plain.bias"] = torch.randn(3, generator=g)
    # What converting TensorFlow's HWIO filters leaves: permuted, not copied.
    d["permuted.weight"] = torch.randn(2, 2, 3, 4, generator=g).permute(3, 2, 0, 1)
    d["transposed.weight"] = torch.randn(5, 4, generator=g).t()
    d["depthwise.weight"] = torch.randn(3, 3, 4, 1, generator=g).permute(2, 3, 0, 1)
    d["shared.head"] = shared[:8].view(2, 4)
    d["shared.middle"] = shared[10:30:3]
    d["shared.window"] = shared.view(5, 8)[1:4, 2:7]
    d["shared.expanded"] = shared[4:7].expand(4, 3)
    d["half"] = torch.tensor(halves, dtype=torch.float16)
    d["half.strided"] = torch.randn(3, 4, generator=g).half().t()
    d["bfloat"] = torch.tensor([0.0, 1.0, -2.5, 3.3895e38, 1e-40, float("inf")], dtype=torch.bfloat16)
    d["double"] = torch.tensor([1 / 3, 1e300, -1e-300, 2.0**-149], dtype=torch.float64)
    d["long"] = torch.tensor([[1, -2], [2**24 + 1, -(2**62)]])
    d["int"] = torch.tensor([7, -(2**31), 2**31 - 1], dtype=torch.int32)
    d["short"] = torch.tensor([-32768, 32767], dtype=torch.int16)
    d["char"] = torch.tensor([-128, 127, 0], dtype=torch.int8)
    d["byte"] = torch.tensor([0, 128, 255], dtype=torch.uint8)
    d["bool"] = torch.tensor([True, False, True])
    d["norm.num_batches_tracked"] = torch.tensor(42)
    d["empty"] = torch.zeros(0, 3)
    d["cube"] = torch.randn(3, 1, 2, 1, 2, generator=g).permute(4, 1, 2, 3, 0)
    return d


def write_goldens(d, path):
    """One line a tensor: name, element type, shape, and the bits of its float32 elements in row-major order."""
    with open(path, "w") as f:
        for name, t in d.items():
            bits = [struct.pack(">f", v).hex() for v in t.to(torch.float32).contiguous().flatten().tolist()]
            shape = "x".join(map(str, t.shape)) or "scalar"
            f.write(f"{name}\t{NAMES[t.dtype]}\t{shape}\t{' '.join(bits)}\n")


def module():
    """A small network with a batch norm, so that its state dict carries `_metadata` and int64 counters."""
    torch.manual_seed(2)
    return torch.nn.Sequential(torch.nn.Conv2d(3, 2, 1), torch.nn.BatchNorm2d(2), torch.nn.Linear(2, 1))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    d = tensors()
    write_goldens(d, OUT / "tensors.tsv")
    torch.save(d, OUT / "archive.pt")
    torch.save(d, OUT / "legacy.pth", _use_new_zipfile_serialization=False)
    safetensors.torch.save_file({k: v.contiguous().clone() for k, v in d.items()}, OUT / "tensors.safetensors",
                                metadata={"format": "pt", "note": "é \"quoted\""})
    parameters = collections.OrderedDict((k, torch.nn.Parameter(v, requires_grad=v.is_floating_point()))
                                         for k, v in d.items())
    torch.save({"epoch": 3, "state_dict": parameters, "lr": 0.1, "best": (1, None, True), "shape": d["half"].shape,
                "dtype": torch.float16, "tags": ["a", "b"]}, OUT / "parameters.pt")
    net = module()
    parallel = torch.nn.DataParallel(net).state_dict()
    torch.save({"model": parallel, "iteration": 70000}, OUT / "parallel-archive.pt")
    torch.save({"state_dict_ema": parallel}, OUT / "parallel-legacy.pth", _use_new_zipfile_serialization=False)
    write_goldens(net.state_dict(), OUT / "parallel.tsv")


if __name__ == "__main__":
    main()

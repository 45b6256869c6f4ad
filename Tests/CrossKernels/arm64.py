"""Compares the kernels of arm64, run by qemu, with those of this machine, which the other tests compare with plain twins.

Needs clang and Debian's packages qemu-user, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
KERNELS = HERE.parent.parent / "Sources" / "CKernels"
LIBRARIES = [pathlib.Path("/usr/aarch64-linux-gnu/lib"), *pathlib.Path("/usr/lib/gcc-cross/aarch64-linux-gnu").glob("*")]
CROSS = ["--target=aarch64-linux-gnu", "-isystem", "/usr/aarch64-linux-gnu/include", "-static",
         *(f"{option}{folder}" for folder in LIBRARIES for option in ("-B", "-L"))]
#: Sums are taken in another order and with fused additions; 8-bit results must be the same.
TOLERANCE = 2e-5


def build(program: pathlib.Path, flags: list[str]) -> None:
    sources = [HERE / "print_kernels.c", *sorted(KERNELS.glob("isa_*.c")), KERNELS / "dispatch.c"]
    subprocess.run(
        ["clang", "-O2", "-Wall", "-Wextra", "-Werror", *flags, "-I", KERNELS / "include", *sources, "-lm", "-o", program],
        check=True)


def lines(command: list) -> list[list[str]]:
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line.split() for line in output.splitlines()]


def main() -> None:
    if missing := [tool for tool in ["clang", "qemu-aarch64"] if not shutil.which(tool)]:
        sys.exit(f"{' and '.join(missing)} not found; see the first lines of {__file__}")
    with tempfile.TemporaryDirectory() as folder:
        here, there = pathlib.Path(folder) / "here", pathlib.Path(folder) / "there"
        build(here, [])
        build(there, CROSS)
        expected, got = lines([here]), lines(["qemu-aarch64", there])
    if [(line[0], len(line)) for line in expected] != [(line[0], len(line)) for line in got]:
        sys.exit("the two programs print different lines")
    for number, (ours, theirs) in enumerate(zip(expected, got), start=1):
        exact = ours[0] in ("across", "down")
        for a, b in zip(map(float, ours[1:]), map(float, theirs[1:])):
            if not abs(a - b) <= (0 if exact else TOLERANCE * max(1, abs(a))):
                sys.exit(f"line {number}, {ours[0]}: {b} on arm64 where this machine has {a}")
    print(f"{sum(len(line) - 1 for line in got)} numbers in {len(got)} results agree")


main()

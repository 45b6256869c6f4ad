"""Checks in the compiled kernels that the inner loops of the products keep their sums in registers.

    python3 Tests/inner_loops.py BUILD_FOLDER

An inner loop is what lies between a backward jump and its target, with no other such loop inside. Those that multiply may
not touch a vector on the stack. Needs objdump.
"""

import platform
import re
import subprocess
import sys
from pathlib import Path

# Object file, function, the instruction that multiplies.
LOOPS = [
    ("isa_avx512.c.o", "wide_tiles", "vfmadd"),
    ("isa_avx512bf16.c.o", "wide_tiles_bf16", "vdpbf16ps"),
    ("isa_avx2.c.o", "product_of_panel", "vfmadd"),
]
LINE = re.compile(r"^\s+([0-9a-f]+):\s+(\S+)\s*(.*)$")
ON_STACK = re.compile(r"[xyz]mm.*\(%rsp|\(%rsp.*[xyz]mm")


def disassembly(path, function):
    """The (address, mnemonic, operands) of a function."""
    text = subprocess.run(
        ["objdump", f"--disassemble={function}", "--no-show-raw-insn", path], check=True, capture_output=True, text=True
    ).stdout
    return [(int(m[1], 16), m[2], m[3]) for m in map(LINE.match, text.splitlines()) if m]


def inner_loops(code):
    places = {address: place for place, (address, _, _) in enumerate(code)}
    loops = []
    for place, (address, mnemonic, operands) in enumerate(code):
        target = re.match(r"([0-9a-f]+)\b", operands)
        if mnemonic.startswith("j") and target and int(target[1], 16) in places and int(target[1], 16) < address:
            loops.append((places[int(target[1], 16)], place))
    return [code[a:b + 1] for a, b in loops if not any(a <= c and d < b for c, d in loops)]


def main():
    if platform.machine() != "x86_64":
        return print("only the kernels for x86-64 are looked at")
    folder = Path(sys.argv[1]) / "CKernels.build"
    failed = False
    for name, function, multiply in LOOPS:
        loops = [
            loop for loop in inner_loops(disassembly(folder / name, function))
            if sum(mnemonic.startswith(multiply) for _, mnemonic, _ in loop) >= 4
        ]
        spilled = [line for loop in loops for line in loop if ON_STACK.search(line[2])]
        print(f"{name} {function}: {len(loops)} inner loops, {len(spilled)} vectors on the stack in them")
        for address, mnemonic, operands in spilled:
            print(f"  {address:x}: {mnemonic} {operands}")
        failed |= bool(spilled) or len(loops) < 3
    sys.exit(failed)


main()

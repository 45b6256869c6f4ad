"""Checks in the compiled kernels that the inner loops of products and depthwise convolutions keep their sums in registers.

    python3 Tests/inner_loops.py BUILD_FOLDER

An inner loop is what lies between a backward jump and its target, with no other such loop inside. Those that multiply may
not touch a vector on the stack. Needs objdump.
"""

import platform
import re
import subprocess
import sys
from pathlib import Path

# Object file, functions (the compiler chooses which product_ and _tiles functions it merges), the instruction that
# multiplies, the fewest loops there must be. With 16 registers, depthwise tiles of 8 pixels are faster than smaller ones
# although some of their vectors go by the stack.
LOOPS = [
    ("isa_avx512.c.o", r"product\w*|\w+_tiles", "vfmadd", 20),
    ("isa_avx512bf16.c.o", r"product\w*|\w+_tiles_bf16", "vdpbf16ps", 20),
    ("isa_avx2.c.o", r"product\w*|\w+_tiles", "vfmadd", 6),
    ("isa_baseline.c.o", r"product\w*|\w+_tiles", "mulps", 6),
    ("isa_avx512.c.o", r"depthwise_\d_\d_\d", "vfmadd", 32),
]
HEADER = re.compile(r"^[0-9a-f]+ <(\w+)>:$")
LINE = re.compile(r"^\s+([0-9a-f]+):\s+(\S+)\s*(.*)$")
ON_STACK = re.compile(r"[xyz]mm.*\(%rsp|\(%rsp.*[xyz]mm")


def disassembly(path, functions):
    """The (address, mnemonic, operands) of each function whose name matches."""
    text = subprocess.run(
        ["objdump", "--disassemble", "--no-show-raw-insn", path], check=True, capture_output=True, text=True).stdout
    found, code = [], []
    for line in text.splitlines():
        if header := HEADER.match(line):
            code = []
            if re.fullmatch(functions, header[1]):
                found.append(code)
        elif instruction := LINE.match(line):
            code.append((int(instruction[1], 16), instruction[2], instruction[3]))
    return found


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
    for name, functions, multiply, least in LOOPS:
        loops = [
            loop for code in disassembly(folder / name, functions) for loop in inner_loops(code)
            if sum(mnemonic.startswith(multiply) for _, mnemonic, _ in loop) >= 4
        ]
        spilled = [line for loop in loops for line in loop if ON_STACK.search(line[2])]
        print(f"{name} {functions}: {len(loops)} inner loops, {len(spilled)} vectors on the stack in them")
        for address, mnemonic, operands in spilled[:10]:
            print(f"  {address:x}: {mnemonic} {operands}")
        failed |= bool(spilled) or len(loops) < least
    sys.exit(failed)


main()

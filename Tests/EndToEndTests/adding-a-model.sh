#!/usr/bin/env bash
# Does what docs/adding-a-model.md says, in a copy of the sources.
#   FOLDER: where the copy is made; what was built there stays for the next time.
set -euo pipefail
mkdir -p "$1"
work=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
find "$work" -mindepth 1 -maxdepth 1 ! -name .build -exec rm -rf {} +
cp -r --preserve=timestamps Package.swift Sources Tests Models openapi.yaml "$work"
cp Tests/Fixtures/photos/chelsea.jpg "$work/cat.jpg"
python3 - docs/adding-a-model.md "$work" <<'PYTHON'
import pathlib, re, sys

page, root = pathlib.Path(sys.argv[1]).read_text(), pathlib.Path(sys.argv[2])
commands = []
for what, code in re.findall(r"<!-- (.*?) -->\n```\w+\n(.*?)```", page, re.S):
    if what.startswith("file: "):
        path = root / what.removeprefix("file: ")
        path.parent.mkdir(parents=True)
        path.write_text(code)
    elif match := re.fullmatch(r'line after "(.*)" in: (.*)', what):
        path = root / match[2]
        lines = path.read_text().split("\n")
        places = [place for place, line in enumerate(lines) if match[1] in line]
        if len(places) != 1:
            sys.exit(f"{match[2]} has {len(places)} lines with {match[1]}")
        lines.insert(places[0] + 1, code.rstrip())
        path.write_text("\n".join(lines))
    else:
        commands.append(code)
if len(commands) != 2:
    sys.exit(f"{len(commands)} commands found, not 2")
(root / "commands.sh").write_text("set -euo pipefail\n" + "".join(commands))
PYTHON
cd "$work"
swift build -c release --product fovea >build.log || { cat build.log; exit 1; }
PATH="$(swift build -c release --show-bin-path):$PATH" bash commands.sh >answers || { cat answers; exit 1; }
grep -q '"architecture": "pebble"' answers
grep -Eq '(one|two|three|four|five) +[0-9.]+ %' answers
echo "docs/adding-a-model.md works as written"

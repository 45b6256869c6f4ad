#!/usr/bin/env bash
# Runs the curl and fovea lines that README.md shows, and compares the answers: all but request ids, times and
# masks' pixels must agree, probabilities to a thousandth and larger numbers to a hundredth, as machines round differently.
set -euo pipefail
cd "$(dirname "$0")"
. ./daemon.sh
. ../../deploy/setup.sh
folder=$(mktemp -d)
cp -r "$FOVEA_TEST_MODELS/efficientnet-lite0" "$folder"
(cd ../.. && install_shipped_models "$folder")
FOVEA_TEST_MODELS=$folder
start_daemon
trap 'stop_daemon; rm -rf "$folder"' EXIT
cp ../Fixtures/photos/chelsea.jpg "$work/cat.jpg"
cp ../Fixtures/photos/coffee.jpg "$work"
ADDRESS=$(address | sed 's|http://||') MODELS=$FOVEA_TEST_MODELS FOVEA=$FOVEA_TEST_BINARY FOLDER=$work python3 - ../../README.md <<'PYTHON'
import os, re, subprocess, sys

readme = open(sys.argv[1], encoding="utf-8").read()
commands = 0
for block in re.findall(r"```console\n(.*?)```", readme, re.S):
    for example in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, expected = example.split("\n", 1)
        line = command.replace("localhost:8080", os.environ["ADDRESS"]).replace("curl ", "curl -s ", 1)
        line = re.sub(r"^fovea ", os.environ["FOVEA"] + " ", line)
        environment = dict(os.environ, FOVEA_MODELS=os.environ["MODELS"])
        got = subprocess.run(line, shell=True, cwd=os.environ["FOLDER"], env=environment, capture_output=True, text=True)

        def fixed(text):
            text = re.sub(r'"request_id":"[^"]*"', "", text.strip())
            text = re.sub(r'"(counts|mask_id)":"[^"]*"', "", text)
            return re.sub(r'"timings_ms":\{[^}]*\}', "", text)

        number = re.compile(r"(?<![\w.])\d+\.\d+|(?<![\w.\"])\d+(?![\w\"])")

        def agree(a, b):
            numbers = zip(map(float, number.findall(a)), map(float, number.findall(b)))
            return number.sub("", a) == number.sub("", b) and all(
                abs(x - y) <= (0.001 if x < 1 else 0.01 * x) for x, y in numbers)

        if not agree(fixed(got.stdout), fixed(expected)):
            sys.exit(f"README.md shows\n{expected}\nfor: {command}\nbut the answer is\n{got.stdout}{got.stderr}")
        commands += 1
if commands < 4:
    sys.exit(f"README.md shows only {commands} commands")
print(f"{commands} commands of README.md answer as shown")
PYTHON

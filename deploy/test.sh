#!/usr/bin/env bash
# Installs what the tests need and runs all of them: format, build, unit and end-to-end tests, the HTTP cases
# against the built daemon, schemathesis against its API description, and the clients of other servers.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/setup.sh

install_packages "${libraries[@]}" python3 python3-pip python3-venv binutils ca-certificates curl sqlite3
require_swift

say "checking the format"
swift format lint --strict --recursive Package.swift Sources Tests Models || fail "run: swift format -i -r Package.swift Sources Tests Models"

say "building (the first build takes some minutes)"
# In a folder of its own, so that testing and serving don't build each other's files again.
flags=(-c release -Xswiftc -enable-testing --scratch-path .build-tests)
swift build "${flags[@]}" --build-tests || fail "the build failed; see above"
fovea=$(swift build "${flags[@]}" --show-bin-path)/fovea

tools=${XDG_CACHE_HOME:-$HOME/.cache}/fovea-tests
mkdir -p "$tools"
if [ ! -e "$tools/models/efficientnet-lite0" ]; then
    say "fetching the default model for the end-to-end tests"
    "$fovea" models pull efficientnet-lite0 --models "$tools/models"
fi
export FOVEA_TEST_BINARY=$fovea FOVEA_TEST_MODELS=$tools/models

say "running the tests"
swift test "${flags[@]}" --skip-build --no-parallel

# The best kernels of this machine have been tested by now.
older=()
if [ "$(uname -m)" = x86_64 ]; then
    older=(baseline)
    ! grep -qw avx512f /proc/cpuinfo || older+=(avx2)
    ! grep -qw avx512_bf16 /proc/cpuinfo || older+=(avx512)
fi
for isa in "${older[@]}"; do
    say "running the tests of the engine with the kernels for older machines: $isa"
    FOVEA_ISA=$isa swift test "${flags[@]}" --skip-build --no-parallel --quiet \
        --filter 'FoveaTensorTests|FoveaNNTests|FoveaModelsTests|FoveaImageTests|FoveaServingTests'
done
python3 Tests/inner_loops.py "$(dirname "$fovea")"

if [ "$(uname -m)" = x86_64 ]; then
    say "comparing the kernels of arm64 with this machine's"
    install_packages qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
    python3 Tests/CrossKernels/arm64.py
fi

say "running the HTTP cases against the daemon"
Tests/EndToEndTests/http-cases.sh

say "running the commands of README.md"
Tests/EndToEndTests/readme.sh

say "cutting out things on a photograph with the built program"
Tests/EndToEndTests/segment.sh

say "finding things on a photograph with the built program"
Tests/EndToEndTests/detect.sh

say "measuring a detector and a segmenter on a dataset"
Tests/EndToEndTests/evaluate.sh

say "training for a few steps, from the pictures to models that answer"
if ! "$tools/training/bin/python" -c "import torch, torchvision, pycocotools, matplotlib, skimage" 2>/dev/null; then
    python3 -m venv "$tools/training"
    "$tools/training/bin/pip" install --quiet -r Training/requirements.txt || fail "pip could not install what training needs; is the network there?"
fi
Tests/EndToEndTests/training.sh "$tools/training/bin/python"

say "changing models under load, leaving before the answer, and serving beside broken checkpoints"
for part in changes disconnects broken; do
    python3 Benchmarks/endurance.py "$fovea" "$tools/models" Tests/Fixtures/photos/chelsea.jpg --seconds 6 --only $part
done

say "adding a network as docs/adding-a-model.md says"
Tests/EndToEndTests/adding-a-model.sh "$tools/adding-a-model"

say "running schemathesis against the daemon"
if [ ! -x "$tools/venv/bin/schemathesis" ]; then
    python3 -m venv "$tools/venv"
    "$tools/venv/bin/pip" install --quiet schemathesis || fail "pip could not install schemathesis; is the network there?"
fi
PATH=$tools/venv/bin:$PATH Tests/EndToEndTests/schemathesis.sh

say "asking the daemon with the clients of Triton and KServe"
if ! "$tools/clients/bin/python" -c "import tritonclient.http, kserve" 2>/dev/null; then
    python3 -m venv "$tools/clients"
    "$tools/clients/bin/pip" install --quiet "tritonclient[http]" kserve || fail "pip could not install the clients; is the network there?"
fi
Tests/EndToEndTests/open-inference.sh "$tools/clients/bin/python"

say "building as deploy/serve.sh and the Dockerfile do"
deploy/build.sh
deploy/install-runtime.sh
"$(deploy/build.sh --show-binary)" --version

say "all tests passed"

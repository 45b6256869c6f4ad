"""Compares the daemon's answers to Triton's and KServe's Python clients with each other and with /classify.

usage: open_inference.py ADDRESS IMAGE
"""

import asyncio
import base64
import json
import sys
import urllib.request
from importlib.metadata import version

import kserve
import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

MODEL = "efficientnet-lite0"
address, image_path = sys.argv[1:]
image = open(image_path, "rb").read()

# As the daemon itself answers.
request = urllib.request.Request(f"{address}/classify?top_k=1000", image, {"Content-Type": "image/jpeg"})
classified = json.load(urllib.request.urlopen(request))["predictions"]
expected = np.zeros(1000, np.float32)
for prediction in classified:
    expected[prediction["class_id"]] = prediction["score"]
best = classified[0]

client = triton.InferenceServerClient(address.removeprefix("http://"), concurrency=4)


def agrees(got, wanted=expected, what=""):
    assert got.dtype == np.float32 and got.shape[-1] == 1000, (what, got.dtype, got.shape)
    for row in got.reshape(-1, 1000):
        assert np.abs(row - wanted).max() < 1e-5, (what, np.abs(row - wanted).max())


def fails(words, call):
    try:
        call()
    except InferenceServerException as error:
        assert words in error.message(), (words, error.message())
        assert error.status().startswith(("4", "5")), error.status()
    else:
        raise AssertionError(f"no error that says {words!r}")


def photographs(count, shape=None, binary=True):
    tensor = triton.InferInput("image", shape or [count], "BYTES")
    content = image if binary else base64.b64encode(image)
    tensor.set_data_from_numpy(np.array([content] * count, dtype=np.object_).reshape(shape or [count]), binary)
    return [tensor]


def numbers(array, datatype="FP32", binary=True):
    tensor = triton.InferInput("input", list(array.shape), datatype)
    tensor.set_data_from_numpy(array, binary)
    return [tensor]


# The server and its models.
assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(MODEL)
assert client.is_model_ready(MODEL, "1") and not client.is_model_ready(MODEL, "7") and not client.is_model_ready("none")
assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
metadata = client.get_model_metadata(MODEL)
assert metadata["versions"] == ["1"] and len(metadata["properties"]["labels"]) == 1000, metadata
shapes = {tensor["name"]: tensor["shape"] for tensor in metadata["inputs"] + metadata["outputs"]}
assert shapes == {"image": [-1, 1], "input": [-1, 3, 224, 224], "logits": [-1, 1000], "probabilities": [-1, 1000]}, shapes
config = client.get_model_config(MODEL, "1")
assert config["max_batch_size"] == 16 and config["input"][1]["dims"] == [3, 224, 224], config

# Photographs, as bytes and in JSON.
for inputs in [photographs(1), photographs(3), photographs(2, [2, 1]), photographs(1, binary=False)]:
    result = client.infer(MODEL, inputs, request_id="my-1")
    agrees(result.as_numpy("probabilities"), what="photographs")
    assert result.get_response()["id"] == "my-1"
    assert result.get_response()["model_version"] == "1"
logits = client.infer(MODEL, photographs(1), model_version="1").as_numpy("logits")
agrees(np.exp(logits) / np.exp(logits).sum(), what="logits")

# Only what is asked for, as bytes or in JSON.
for binary in [True, False]:
    result = client.infer(MODEL, photographs(2), outputs=[triton.InferRequestedOutput("probabilities", binary)])
    agrees(result.as_numpy("probabilities"), what="requested output")
    assert result.as_numpy("logits") is None
    wanted = triton.InferRequestedOutput("probabilities", binary, class_count=3)
    top = client.infer(MODEL, photographs(2), outputs=[wanted]).as_numpy("probabilities")
    assert top.shape == (2, 3), top
    value, index, label = (top[1][0].decode() if binary else top[1][0]).split(":")
    assert abs(float(value) - best["score"]) < 1e-5 and int(index) == best["class_id"] and label == best["label"], top

# Prepared images: every form of the same numbers has the same answer.
pixels = np.random.default_rng(1).normal(size=(2, 3, 224, 224)).astype(np.float16).astype(np.float32)
reference = client.infer(MODEL, numbers(pixels)).as_numpy("logits")
for inputs in [
    numbers(pixels, binary=False), numbers(pixels.astype(np.float16), "FP16"), numbers(pixels.astype(np.float64), "FP64"),
]:
    assert np.abs(client.infer(MODEL, inputs).as_numpy("logits") - reference).max() < 1e-5
single = client.infer(MODEL, numbers(pixels[1:])).as_numpy("logits")
assert np.abs(single[0] - reference[1]).max() < 1e-4

# Time and order.
agrees(client.infer(MODEL, photographs(1), priority=1, timeout=20_000_000).as_numpy("probabilities"))
fails("", lambda: client.infer(MODEL, photographs(1), timeout=1))
handles = [client.async_infer(MODEL, photographs(1), request_id=str(number)) for number in range(8)]
for number, handle in enumerate(handles):
    result = handle.get_result()
    agrees(result.as_numpy("probabilities"), what="asynchronous")
    assert result.get_response()["id"] == str(number)

# A body that is a photograph and nothing else.
raw = urllib.request.Request(
    f"{address}/v2/models/{MODEL}/infer", image,
    {"Inference-Header-Content-Length": "0", "Content-Type": "application/octet-stream"})
with urllib.request.urlopen(raw) as answer:
    length = int(answer.headers["Inference-Header-Content-Length"])
    result = triton.InferResult.from_response_body(answer.read(), header_length=length)
agrees(result.as_numpy("probabilities"), what="raw")

# Errors.
fails("there is no model", lambda: client.infer("none", photographs(1)))
fails("[N, 3, 224, 224]", lambda: client.infer(MODEL, numbers(pixels[:, :, :100])))
fails("there is no output", lambda: client.infer(MODEL, photographs(1), outputs=[triton.InferRequestedOutput("x")]))
fails("1 to 16", lambda: client.infer(MODEL, photographs(17)))
broken = photographs(2)
broken[0].set_data_from_numpy(np.array([image, image[:2000]], dtype=np.object_))
fails("image 1: ", lambda: client.infer(MODEL, broken))
fails(
    "Content-Encoding", lambda: client.infer(MODEL, photographs(1), request_compression_algorithm="gzip"))

# Statistics and the repository.
before = client.get_inference_statistics(MODEL)["model_stats"][0]
agrees(client.infer(MODEL, photographs(2)).as_numpy("probabilities"))
after = client.get_inference_statistics()["model_stats"][0]
assert after["inference_count"] - before["inference_count"] == 2, (before, after)
assert after["inference_stats"]["fail"]["count"] > 0 and after["inference_stats"]["compute_infer"]["ns"] > 0, after
index = client.get_model_repository_index()
assert [(entry["name"], entry["version"], entry["state"]) for entry in index] == [(MODEL, "1", "READY")], index
client.unload_model(MODEL)
assert not client.is_model_ready(MODEL)
assert client.get_model_repository_index()[0]["state"] == "UNAVAILABLE"
fails("unloaded", lambda: client.infer(MODEL, photographs(1)))
client.load_model(MODEL)
assert client.is_model_ready(MODEL)
agrees(client.infer(MODEL, photographs(1)).as_numpy("probabilities"))
fails("there is no model", lambda: client.load_model("none"))
fails("folder", lambda: client.load_model(MODEL, config="{}"))
client.close()


async def ask_as_kserve():
    config = kserve.RESTConfig(protocol="v2", retries=1, timeout=30)
    async with kserve.InferenceRESTClient(config) as client:
        assert await client.is_server_live(address) and await client.is_server_ready(address)
        assert await client.is_model_ready(address, MODEL) and not await client.is_model_ready(address, "none")

        async def infer(tensor, **options):
            request = kserve.InferRequest(MODEL, [tensor], request_id="mine", **options)
            answer = await client.infer(address, request, model_name=MODEL)
            assert answer.id == "mine" and answer.model_name == MODEL
            return {output.name: output.as_numpy() for output in answer.outputs}

        for binary in [True, False]:
            content = image if binary else base64.b64encode(image)
            tensor = kserve.InferInput("image", [1], "BYTES")
            tensor.set_data_from_numpy(np.array([content], dtype=np.object_), binary)
            agrees((await infer(tensor))["probabilities"], what="kserve, photograph")
            tensor = kserve.InferInput("input", list(pixels.shape), "FP32")
            tensor.set_data_from_numpy(pixels, binary)
            for parameters in [None, {"binary_data_output": True}]:
                answer = await infer(tensor, parameters=parameters)
                assert np.abs(answer["logits"] - reference).max() < 1e-5
        try:
            await client.infer(address, {"inputs": []}, model_name=MODEL)
        except Exception as error:
            assert "the request has no input" in str(error), error
        else:
            raise AssertionError("a request without inputs was answered")


asyncio.run(ask_as_kserve())
versions = ", ".join(f"{package} {version(package)}" for package in ["tritonclient", "kserve"])
print(f"{versions}: the answers agree with those of /classify")

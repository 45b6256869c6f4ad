"""FastAPI with a detector: `uvicorn detect_server:app`. The photograph is the request's body.

One process takes requests, as in fastapi_server.py; COMPARE_WORKERS others answer them with COMPARE_THREADS threads each.
`COMPARE_NETWORK` names the ONNX file, from the image to the objects with a score of 0.3 at least. With `COMPARE_DRAFT=1` the
JPEG decoder itself makes the photograph smaller, which is faster and moves the results a little.
"""
import asyncio
import io
import os
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import onnxruntime
from fastapi import FastAPI, Request
from PIL import Image

SIDE = 320
#: Of pixels 0…255, red, green, blue.
MEAN = np.array([123.675, 116.28, 103.53], np.float32)
SCALE = 1 / np.array([58.395, 57.12, 57.375], np.float32)
DRAFT = os.environ.get("COMPARE_DRAFT") == "1"

app = FastAPI()


def start() -> None:
    global session
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("COMPARE_THREADS", "1"))
    session = onnxruntime.InferenceSession(os.environ["COMPARE_NETWORK"], options, providers=["CPUExecutionProvider"])


def detect_in_process(jpeg: bytes) -> dict:
    image = Image.open(io.BytesIO(jpeg))
    width, height = image.size
    if DRAFT:
        image.draft("RGB", (SIDE, SIDE))
    pixels = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.BILINEAR), np.float32)
    planes = np.ascontiguousarray(((pixels - MEAN) * SCALE).transpose(2, 0, 1)[None])
    boxes, classes, scores = session.run(None, {"input": planes})
    boxes *= np.array([width, height, width, height], np.float32) / SIDE
    return {"predictions": [
        {"box": box, "class_id": label, "label": f"class {label}", "score": score}
        for box, label, score in zip(boxes.tolist(), classes.tolist(), scores.tolist())]}


pool = ProcessPoolExecutor(int(os.environ["COMPARE_WORKERS"]), initializer=start)


@app.post("/detect")
async def detect(request: Request) -> dict:
    return await asyncio.get_running_loop().run_in_executor(pool, detect_in_process, await request.body())

"""FastAPI with prompts: `uvicorn segment_server:app`. `PUT /images` keeps a photograph's embedding, `POST /segment` answers
prompts on it, both with Fovea's requests and the main fields of its answers.

One process with ONNX Runtime: the embeddings are in its memory. `COMPARE_NETWORK` names the folder of the ONNX files,
`COMPARE_THREADS` how many threads compute.
"""
import hashlib
import io
import json
import os
import pathlib
import threading

import cv2
import numpy as np
import onnxruntime
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from PIL import Image
from pycocotools import mask as coco

SIDE = 1024
MEAN = np.array([123.675, 116.28, 103.53], np.float32)
DEVIATION = np.array([58.395, 57.12, 57.375], np.float32)
FOLDER = pathlib.Path(os.environ["COMPARE_NETWORK"])
THREADS = int(os.environ["COMPARE_THREADS"])


def session(name: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    return onnxruntime.InferenceSession(FOLDER / name, options, providers=["CPUExecutionProvider"])


app = FastAPI()
cv2.setNumThreads(THREADS)
encoder, decoder = session("encoder.onnx"), session("decoder.onnx")
no_mask = {"mask_input": np.zeros((1, 1, 256, 256), np.float32), "has_mask_input": np.zeros(1, np.float32)}
embeddings: dict[str, "Embedding"] = {}
encoding = threading.Lock()


class Embedding:
    def __init__(self, photograph: bytes):
        image = Image.open(io.BytesIO(photograph)).convert("RGB")
        scale = SIDE / max(image.size)
        self.size = image.size
        self.seen = tuple(int(extent * scale + 0.5) for extent in image.size)
        pixels = np.asarray(image.resize(self.seen, Image.BILINEAR), np.float32)
        square = np.zeros((1, 3, SIDE, SIDE), np.float32)
        square[0, :, :self.seen[1], :self.seen[0]] = ((pixels - MEAN) / DEVIATION).transpose(2, 0, 1)
        self.values = encoder.run(None, {"input": square})[0]


def embedding_of(photograph: bytes) -> str:
    digest = hashlib.sha256(photograph).hexdigest()
    with encoding:
        if digest not in embeddings:
            embeddings[digest] = Embedding(photograph)
    return digest


def masks(embedding: Embedding, points: list[list[float]]) -> list[dict]:
    """Three masks for a click, best first: enlarged as the reference does, in two steps with the border cut off between."""
    scale = np.array(embedding.seen) / np.array(embedding.size)
    places = [[x * scale[0], y * scale[1]] for x, y, _ in points] + [[0, 0]]
    labels = [label for _, _, label in points] + [-1]
    logits, scores = decoder.run(None, {
        "image_embeddings": embedding.values, "point_coords": np.array([places], np.float32),
        "point_labels": np.array([labels], np.float32)} | no_mask)
    found = [mask(logits[0, number], float(scores[0, number]), embedding) for number in range(1, 4)]
    return sorted(found, key=lambda entry: -entry["predicted_iou"])


def mask(logits: np.ndarray, score: float, embedding: Embedding) -> dict:
    whole = cv2.resize(logits, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    values = cv2.resize(whole[:embedding.seen[1], :embedding.seen[0]], embedding.size, interpolation=cv2.INTER_LINEAR)
    encoded = coco.encode(np.asfortranarray(values > 0))
    outer = np.count_nonzero(values > -1)
    return {
        "segmentation": {"size": encoded["size"], "counts": encoded["counts"].decode()},
        "area": int(coco.area(encoded)), "bbox": coco.toBbox(encoded).tolist(), "predicted_iou": score,
        "stability_score": np.count_nonzero(values > 1) / outer if outer else None,
    }


@app.get("/readyz")
def ready() -> None:
    return None


@app.put("/images")
async def keep(request: Request) -> dict:
    return {"image": {"sha256": await run_in_threadpool(embedding_of, await request.body())}}


@app.post("/segment")
async def segment(request: Request) -> Response:
    body = json.loads(await request.body())
    return await run_in_threadpool(answer, embeddings[body["image"]["sha256"]], body["prompts"])


def answer(embedding: Embedding, prompts: list[dict]) -> Response:
    results = [{"masks": masks(embedding, prompt["points"])} for prompt in prompts]
    return Response(json.dumps({"results": results}), media_type="application/json")

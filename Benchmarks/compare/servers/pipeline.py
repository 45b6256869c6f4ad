"""Photograph in, best classes out, as a careful engineer writes it with Pillow and ONNX Runtime.

`COMPARE_NETWORK` names the ONNX file. With `COMPARE_DRAFT=1` the JPEG decoder itself makes the photograph smaller, which
is faster and moves the probabilities a little.
"""
import io
import os

import numpy as np
import onnxruntime
from PIL import Image

SIDE, SHORTER = 224, 256
DRAFT = os.environ.get("COMPARE_DRAFT") == "1"


class Classifier:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            os.environ["COMPARE_NETWORK"], options, providers=["CPUExecutionProvider"])

    def __call__(self, jpeg: bytes) -> dict:
        logits = self.session.run(None, {"input": network_input(jpeg)})[0][0]
        scores = np.exp(logits - logits.max())
        scores /= scores.sum()
        best = np.argsort(scores)[:-6:-1]
        return {"predictions": [{"class_id": int(index), "score": float(scores[index])} for index in best]}


def network_input(jpeg: bytes) -> np.ndarray:
    """The shorter side becomes 256, then the 224 pixels of the centre: float32 [1, 3, 224, 224]."""
    image = Image.open(io.BytesIO(jpeg))
    if DRAFT:
        image.draft("RGB", (SHORTER, SHORTER))
    image = image.convert("RGB")
    scale = SHORTER / min(image.size)
    size = tuple(int(extent * scale) for extent in image.size)
    image = image.resize(size, Image.BICUBIC)
    left, top = (round((extent - SIDE) / 2) for extent in size)
    pixels = np.asarray(image.crop((left, top, left + SIDE, top + SIDE)), np.float32)
    return np.ascontiguousarray(((pixels - 127) / 128).transpose(2, 0, 1)[None])

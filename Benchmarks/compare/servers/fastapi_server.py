"""FastAPI: `uvicorn fastapi_server:app`. The photograph is the request's body.

One process takes requests and one process a core classifies. With `uvicorn --workers` instead, the worker that wakes
first takes most of the connections, and with few of them the other cores stay idle; threads instead of processes wait
for one another's decoding.
"""
import asyncio
import os
from concurrent.futures import ProcessPoolExecutor

from fastapi import FastAPI, Request

from pipeline import Classifier

app = FastAPI()


def start() -> None:
    global classifier
    classifier = Classifier()


def classify_in_process(jpeg: bytes) -> dict:
    return classifier(jpeg)


pool = ProcessPoolExecutor(int(os.environ["COMPARE_WORKERS"]), initializer=start)


@app.post("/classify")
async def classify(request: Request) -> dict:
    return await asyncio.get_running_loop().run_in_executor(pool, classify_in_process, await request.body())

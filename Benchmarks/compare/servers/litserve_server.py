"""LitServe: `litserve_server.py PORT WORKERS`. The photograph is the part `image` of a form: it takes no bare body."""
import sys

import litserve
from fastapi import Request

from pipeline import Classifier


class ClassifyAPI(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.classifier = Classifier()

    def decode_request(self, request: Request) -> bytes:
        return request["image"].file.read()

    def predict(self, jpeg: bytes) -> dict:
        return self.classifier(jpeg)

    def encode_response(self, answer: dict) -> dict:
        return answer


if __name__ == "__main__":
    port, workers = map(int, sys.argv[1:])
    server = litserve.LitServer(ClassifyAPI(api_path="/classify"), accelerator="cpu", workers_per_device=workers)
    server.run(host="127.0.0.1", port=port, log_level="warning", generate_client_file=False)

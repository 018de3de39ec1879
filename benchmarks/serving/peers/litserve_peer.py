"""LitServe: two worker processes behind its FastAPI front; the port is its one argument."""

import sys
from typing import Any

import litserve
import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from benchmarks.serving.peers.pipeline import BATCH, WAIT_MS, judge, open_session, read_tile


class Judge(litserve.LitAPI):
    """Photos one by one, or in batches of up to BATCH."""

    def setup(self, device: str) -> None:
        self.session = open_session()

    def decode_request(self, request: Request) -> NDArray[np.uint8]:  # LitServe reads this name, and gives a form
        return read_tile(request["image"].file.read())

    def batch(self, inputs: list[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
        return list(inputs)

    def predict(self, x: Any) -> Any:
        return judge(self.session, x) if isinstance(x, list) else judge(self.session, [x])[0]

    def unbatch(self, output: list[dict[str, float]]) -> list[dict[str, float]]:
        return output

    def encode_response(self, output: dict[str, float]) -> dict[str, float]:
        return output


if __name__ == "__main__":
    api = Judge(max_batch_size=BATCH, batch_timeout=WAIT_MS / 1e3 if BATCH > 1 else 0.0)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=2, timeout=60)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")

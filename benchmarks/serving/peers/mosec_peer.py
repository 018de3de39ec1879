"""Mosec: two worker processes behind its Rust front, which takes the bare JPEG as the body.

It reads its own options: --port, --address, --timeout.
"""

from __future__ import annotations

from typing import Any

import mosec
import numpy as np
from numpy.typing import NDArray

from benchmarks.serving.peers.pipeline import BATCH, WAIT_MS, judge, open_session, read_tile


class Judge(mosec.Worker):
    """Photos one by one, or in batches of up to BATCH."""

    def __init__(self) -> None:
        super().__init__()
        self.session = open_session()

    def deserialize(self, data: bytes) -> NDArray[np.uint8]:
        return read_tile(data)

    def forward(self, data: Any) -> Any:
        return judge(self.session, data) if isinstance(data, list) else judge(self.session, [data])[0]


if __name__ == "__main__":
    server = mosec.Server()
    server.append_worker(Judge, num=2, max_batch_size=BATCH, max_wait_time=WAIT_MS if BATCH > 1 else 0)
    server.run()

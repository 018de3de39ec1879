"""BentoML: two worker processes, adaptive batches of up to BATCH, the image opened by BentoML as in its guide."""

from __future__ import annotations

import bentoml
from PIL.Image import Image

from benchmarks.serving.peers.pipeline import BATCH
from benchmarks.serving.peers.tutorial import judge, open_session, tile_of


@bentoml.service(workers=2, traffic={"timeout": 60})
class Judge:
    """Photos in batches that BentoML makes."""

    def __init__(self) -> None:
        self.session = open_session()

    @bentoml.api(batchable=True, max_batch_size=BATCH, max_latency_ms=5000)
    def predict(self, image: list[Image]) -> list[dict[str, float]]:
        """Judge each."""
        return judge(self.session, [tile_of(one) for one in image])

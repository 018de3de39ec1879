"""The pipeline that the environment asks for: PIPELINE is `tutorial` or `fast`, and BATCH how many photos at most."""

from __future__ import annotations

import os

if os.environ["PIPELINE"] == "fast":
    from benchmarks.serving.peers.fast import judge, open_session, read_tile
else:
    from benchmarks.serving.peers.tutorial import judge, open_session, read_tile

BATCH = int(os.environ.get("BATCH", "1"))
WAIT_MS = 5  # for a batch to fill; not used where BATCH is 1

__all__ = ["BATCH", "WAIT_MS", "judge", "open_session", "read_tile"]

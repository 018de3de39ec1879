"""Kills a server under load repeatedly: every check that was answered with 200 must be readable afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any, Final

import httpx
import numpy as np

from benchmarks.serving.load import LoadProcess
from benchmarks.serving.photos import photos_of
from benchmarks.serving.process_tree import stop_process
from benchmarks.serving.results import Results
from benchmarks.serving.servers import Running, Server, start_server

CLIENTS: Final = 8
_LOAD_S: Final = 120.0  # the kill ends it
_KILL_AFTER: Final = (1, 200)  # answers


def measure_kills(results: Results, server: Server, *, kills: int) -> None:
    """Load, kill, start on the same store, read back the answers of this round; at the end those of all rounds."""
    todo = [number for number in range(kills) if not results.has("kill", kill=number)]
    if not todo:
        return
    log = results.folder / "servers.log"
    random = np.random.default_rng(todo[0])
    running = start_server(server, log)
    known: list[dict[str, Any]] = []
    try:
        for number in todo:
            load = running.load(
                photos_of("small"), _LOAD_S, clients=CLIENTS, keep_answers=True, first_number=1_000_000 * (number + 1)
            )
            client = LoadProcess(load)
            client.wait_for_answers(int(random.integers(*_KILL_AFTER)))
            running.tree.kill()
            running.process.wait()
            answered = [json.loads(answer) for answer in client.finish().answers]
            begun = time.monotonic()
            running = start_server(server, log)
            started_s = time.monotonic() - begun
            known += answered
            read = known if number == todo[-1] else answered
            row = {"answered": len(answered), "read": len(read), "lost": _count_lost(running, read)}
            results.keep("kill", {"kill": number, "started_s": started_s, **row})
    finally:
        stop_process(running.process)


def _count_lost(running: Running, answered: Sequence[dict[str, Any]]) -> int:
    """The number of answered checks that are missing, differ from their answer, or lack a photo."""
    lost = 0
    with httpx.Client(base_url=running.url, timeout=60) as http:
        for answer in answered:
            again = http.get(f"/v1/checks/{answer['check_id']}")
            kept = again.status_code == 200 and answer.items() <= again.json().items()
            paths = (f"/v1/checks/{answer['check_id']}/photos/{photo['index']}" for photo in answer["photos"])
            lost += not (kept and all(http.get(path).status_code == 200 for path in paths))
    return lost

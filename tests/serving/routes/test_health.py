from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable
from pathlib import Path

import httpx

from serving.errors import ComputeTimedOut
from tests.serving.servers.occupied import until
from tests.serving.servers.running import Running


def test_a_server_that_works_is_alive_and_ready(server: Running) -> None:
    assert server.http.get("/healthz").json() == {"status": "alive"}
    assert server.http.get("/readyz").json() == {"status": "ready", "bundle": "ok", "store": "ok"}


def test_without_a_store_a_server_is_ready(start: Callable[..., Running]) -> None:
    assert start(store="none").http.get("/readyz").json() == {"status": "ready", "bundle": "ok", "store": "none"}


def test_a_store_that_does_not_answer_makes_a_server_not_ready_and_leaves_it_alive(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    database = tmp_path / "store" / "checks.sqlite"
    database.rename(tmp_path / "away")
    readiness = server.http.get("/readyz")
    assert (readiness.status_code, readiness.json()["status"]) == (503, "not_ready")
    assert "database" in readiness.json()["store"]
    assert str(tmp_path) not in readiness.text
    assert server.http.get("/healthz").status_code == 200
    (tmp_path / "away").rename(database)
    assert server.http.get("/readyz").status_code == 200


def test_a_server_whose_threads_all_hang_is_not_alive(start: Callable[..., Running]) -> None:
    server = start(threads=1, photo_timeout_s=0.2, store="none")
    gate, compute = threading.Event(), server.services.compute
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        hanging = [pool.submit(lambda: asyncio.run(compute.run(gate.wait))) for _ in range(2)]
        assert all(isinstance(piece.exception(timeout=30), ComputeTimedOut) for piece in hanging)
        health = server.http.get("/healthz")
        assert (health.status_code, health.json()["code"]) == (503, "compute_timed_out")
        assert int(health.headers["retry-after"]) >= 1
        gate.set()
    until(lambda: server.http.get("/healthz").status_code == 200)


def test_probes_need_no_key_and_metrics_do(start: Callable[..., Running]) -> None:
    server = start(api_key="secret", store="none")
    assert [httpx.get(server.url + path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 401]
    metrics = server.http.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=")
    assert "touchstone_requests_total" in metrics.text

from __future__ import annotations

import re

import pytest

from serving.monitoring.request_id import current_request_id, request_id_of
from tests.serving.servers.running import Running


def test_a_callers_request_id_is_kept_where_it_is_safe_to_log(server: Running) -> None:
    assert server.http.get("/healthz", headers={"X-Request-ID": "a.b:c-1"}).headers["x-request-id"] == "a.b:c-1"
    for wild in ("x" * 65, "a b", '{"a":1}'):
        assert server.http.get("/healthz", headers={"X-Request-ID": wild}).headers["x-request-id"] != wild


def test_ids_made_here_are_random_and_outside_a_request_there_is_none() -> None:
    made = {request_id_of([]) for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in made)
    assert current_request_id.get() == "-"


@pytest.mark.parametrize("unsafe", [b"", b"x" * 65, b"a b", b"a\nb", b'{"a":1}', b"\xff"])
def test_an_unsafe_id_is_replaced(unsafe: bytes) -> None:
    assert request_id_of([(b"x-request-id", unsafe)]) != unsafe.decode("latin-1")
    assert request_id_of([(b"host", b"a"), (b"x-request-id", b"a.b:c-1_2")]) == "a.b:c-1_2"

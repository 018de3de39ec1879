from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from serving.evidence.config import EvidenceSettings
from tests.builders.photos import smooth_pixels
from tests.serving.evidence.conftest import Site
from tests.serving.evidence.contents.test_checks import report_of
from tests.serving.evidence.evidence_keys import write_key_pair
from tests.serving.servers.running import Running


@pytest.fixture
def ring(start: Callable[..., Running], tmp_path: Path) -> Running:
    """A server with two sellers of one ring, who show one photo and give one number."""
    server = start(evidence=EvidenceSettings(key=write_key_pair(tmp_path / "keys"), max_checks=1))
    out = io.BytesIO()
    Image.fromarray(smooth_pixels(480, 360, seed=77)).save(out, "JPEG", quality=85)
    for seller in ("seller-a", "seller-b"):
        attributes = {"phone": "+86 138 0013 8000", "price": 10, "currency": "EUR"}
        listing = {"listing_id": f"listing of {seller}", "seller_id": seller, "attributes": attributes}
        server.answer(out.getvalue(), listing=listing)
    return server


def test_a_cluster_has_its_sellers_why_they_are_linked_and_the_checks_of_its_listings(ring: Running) -> None:
    until = time.monotonic() + 60
    while not (found := ring.http.get("/v1/clusters").json()["clusters"]):
        assert time.monotonic() < until
        time.sleep(0.05)
    made = ring.http.post(f"/v1/clusters/{found[0]['cluster_id']}/evidence-file")
    assert made.status_code == 200, made.text
    archive = zipfile.ZipFile(io.BytesIO(made.content))
    cluster = json.loads(archive.read("cluster/cluster.json"))
    assert {one["seller_id"] for one in cluster["seller_nodes"]} == {"seller-a", "seller-b"}
    assert archive.read("checks/001/photo-00-received.jpg")
    text = report_of(archive)
    for expected in (
        "Why they are linked",
        "seller-a",
        "not proof that they are one",
        "only 1 checks have their photos",
    ):
        assert expected in text, expected


def test_a_cluster_that_is_not_there_is_not_found(site: Site) -> None:
    answer = site.running.http.post("/v1/clusters/none/evidence-file")
    assert (answer.status_code, answer.json()["code"]) == (404, "cluster_not_found")

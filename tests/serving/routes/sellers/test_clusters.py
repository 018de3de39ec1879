from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.serving.servers.running import Running
from tests.serving.servers.seller_ring import check_ring, cluster_of


@pytest.fixture
def ring(start: Callable[..., Running]) -> Running:
    """A server with three sellers of one ring: two have one photo, one of them mirrored, and all one number."""
    server = start()
    check_ring(server)
    return server


def test_a_ring_is_found_explained_taken_apart_reported_and_taken_down(ring: Running) -> None:
    cluster = cluster_of(ring)
    assert (cluster["sellers"], cluster["listings"]) == (3, 3)
    assert cluster["values"] == [{"currency": "EUR", "amount": 33.0}]
    assert {one["seller_id"] for one in cluster["seller_nodes"]} == {"seller-0", "seller-1", "seller-2"}
    assert len(cluster["listing_nodes"]) == 3
    names = {one["seller_key"]: one["seller_id"] for one in cluster["seller_nodes"]}
    links = {(link["kind"], *sorted((names[link["left"]], names[link["right"]]))): link for link in cluster["links"]}
    contact = links["contact", "seller-0", "seller-2"]
    assert contact["why"] == "Both give the same contact: phone …000. 3 sellers here have it."
    [copied] = [link for kind, link in links.items() if kind[0] in ("photo", "plain_photo")]
    assert {names[copied["left"]], names[copied["right"]]} == {"seller-0", "seller-1"}
    assert copied["examples"][0]["left_photo"] == 0

    address = f"/v1/clusters/{cluster['cluster_id']}"
    rows = list(csv.DictReader(io.StringIO(ring.http.get(f"{address}/report.csv").text)))
    assert {row["listing_id"] for row in rows} == {f"'=listing-{number}" for number in range(3)}
    linked = list(csv.DictReader(io.StringIO(ring.http.get(f"{address}/report.csv?part=links").text)))
    assert len(linked) == len(cluster["links"])
    report = ring.http.get(f"{address}/report").json()
    assert report["links"] == cluster["links"]
    assert sum(report["outcomes"].values()) == 3
    everything = list(csv.DictReader(io.StringIO(ring.http.get("/v1/clusters.csv").text)))
    assert [(row["sellers"], row["currency"], row["amount"]) for row in everything] == [("3", "EUR", "33.00")]

    known = {"listing_id": "=listing-1", "seller_id": "seller-1"}
    product = cluster["listing_nodes"][0]["product"]
    ring.http.post("/v1/cases", json={"country": "FR", "product": product, "listings": [known]})
    opened = [ring.http.post(f"{address}/cases", json={"country": "DE"}).json() for _ in range(2)]
    assert [one["left_out"] for one in opened] == [1, 1]
    cases = [one["cases"] for one in opened]
    assert [case["case_id"] for case in cases[0]] == [case["case_id"] for case in cases[1]]
    assert (cases[0][0]["opened_by"], len(cases[0][0]["listings"])) == ("cluster", 2)

    third = [link for key, link in links.items() if key[0] == "contact" and "seller-2" in key]
    removed = [remove(ring, address, link) for link in third]
    assert remove(ring, address, third[0]) == removed[0], "sent again"
    assert len(cluster_of(ring, listings=2)["seller_nodes"]) == 2
    listed = ring.http.get("/v1/removed-links?limit=1").json()
    assert listed["removed_links"] == [removed[1]]
    older = ring.http.get("/v1/removed-links", params={"cursor": listed["next_cursor"]}).json()
    assert (older["removed_links"], older["next_cursor"]) == ([removed[0]], None)
    rows = list(csv.DictReader(io.StringIO(ring.http.get("/v1/removed-links.csv").text)))
    assert [row["link_id"] for row in rows] == [one["link_id"] for one in reversed(removed)]
    for one in removed:
        restored = ring.http.post(f"/v1/removed-links/{one['removal_id']}/restoration").json()
        assert restored["restored_at"] is not None
    assert cluster_of(ring)["cluster_id"] == cluster["cluster_id"]


def remove(server: Running, address: str, link: dict[str, Any]) -> dict[str, Any]:
    response = server.http.post(f"{address}/links/{link['link_id']}/removal", json={"reason": "a forwarder's number"})
    assert response.status_code == 201, response.text
    removed: dict[str, Any] = response.json()
    return removed


def test_what_is_not_there_or_not_understood_is_refused(server: Running) -> None:
    http = server.http
    assert http.get("/v1/clusters/nope").json()["code"] == "cluster_not_found"
    assert http.post("/v1/clusters/nope/links/x/removal", json={"reason": "x"}).json()["code"] == "cluster_not_found"
    assert http.post("/v1/clusters/nope/links/x/removal", json={"reason": " "}).json()["code"] == "request_invalid"
    assert http.post("/v1/removed-links/nope/restoration").json()["code"] == "link_not_found"
    assert http.get("/v1/clusters?sort=value&currency=XTS").json()["code"] == "currency_unknown"
    assert http.get("/v1/clusters?cursor=nope").json()["code"] == "cursor_invalid"
    assert http.get("/v1/removed-links?cursor=-1").json()["code"] == "cursor_invalid"

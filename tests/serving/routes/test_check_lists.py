from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from serving.client import Client
from serving.routes.check_lists import CSV_PAGE
from serving.schemas.check_lists import CheckSort
from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.sample_photos import BLUE, GREY, RED, jpeg
from tests.serving.servers.running import Running, run_in_thread


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Six checks: of the sellers s1 and s2 and of nobody, of two products; the first two are decided."""
    folder = tmp_path_factory.mktemp("listed")
    write_tiny_bundle(folder / "bundle", products=("toy", "mug"))
    with run_in_thread(ServeSettings(bundle=(folder / "bundle",), store=str(folder / "store"), threads=1)) as server:
        for number, (colour, seller) in enumerate(
            ((RED, "s1"), (BLUE, "s2"), (GREY, "s1"), (RED, None), (GREY, "s2"), (BLUE, "=s3"))
        ):
            listing = {"listing_id": f"l{number}", "product": "toy" if number % 2 else "mug", "seller_id": seller}
            check = server.answer(jpeg(colour, seed=number), listing={k: v for k, v in listing.items() if v})
            if number < 2:
                review = {"decision": ("genuine", "counterfeit")[number], "note": "x"}
                server.http.post(f"/v1/checks/{check['check_id']}/review", json=review)
        yield server


def listed(server: Running, **query: Any) -> list[str]:
    answer = server.http.get("/v1/checks", params=query)
    assert answer.status_code == 200, answer.text
    return [check["listing_id"] for check in answer.json()["checks"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["l5", "l4", "l3", "l2", "l1", "l0"]),
        ({"sort": "oldest"}, ["l0", "l1", "l2", "l3", "l4", "l5"]),
        ({"seller_id": "s1"}, ["l2", "l0"]),
        ({"sort": "seller_id"}, ["l5", "l2", "l0", "l4", "l1", "l3"]),
        ({"sort": "product"}, ["l4", "l2", "l0", "l5", "l3", "l1"]),
        ({"sort": "decision"}, ["l5", "l4", "l3", "l2", "l1", "l0"]),
        ({"decision": "counterfeit"}, ["l1"]),
        ({"decision": "decided"}, ["l1", "l0"]),
        ({"decision": "none", "product": "mug"}, ["l4", "l2"]),
        ({"queue": "true"}, ["l4", "l2"]),
        ({"until": "2001-01-01"}, []),
        ({"since": "2001-01-01", "until": "2999-01-01T00:00:00+02:00"}, ["l5", "l4", "l3", "l2", "l1", "l0"]),
    ],
)
def test_a_list_is_filtered_and_sorted(filled: Running, query: dict[str, Any], expected: list[str]) -> None:
    assert listed(filled, **query) == expected


def test_the_most_uncertain_checks_come_first(filled: Running) -> None:
    checks = filled.http.get("/v1/checks", params={"sort": "uncertainty"}).json()["checks"]
    distance = [abs(check["authenticity"] - 0.5) for check in checks]
    assert distance == sorted(distance)
    middle = filled.http.get("/v1/checks", params={"min_uncertainty": 0.9}).json()["checks"]
    assert [check["listing_id"] for check in middle] == ["l4", "l2"]


@pytest.mark.parametrize("sort", get_args(CheckSort))
def test_cursors_walk_the_whole_list_in_every_order(filled: Running, sort: str) -> None:
    whole, cursor, walked = listed(filled, sort=sort), None, []
    for _ in range(6):
        page = filled.http.get(
            "/v1/checks", params={"sort": sort, "limit": 1, **({"cursor": cursor} if cursor else {})}
        )
        walked += [check["listing_id"] for check in page.json()["checks"]]
        cursor = page.json()["next_cursor"]
    assert (walked, cursor) == (whole, None)


def test_a_cursor_of_another_order_is_refused(filled: Running) -> None:
    cursor = filled.http.get("/v1/checks", params={"sort": "product", "limit": 1}).json()["next_cursor"]
    refused = filled.http.get("/v1/checks", params={"sort": "outcome", "cursor": cursor})
    assert (refused.status_code, refused.json()["code"]) == (422, "cursor_invalid")
    assert "sort=product" in refused.json()["detail"]


@pytest.mark.parametrize(
    "content",
    [
        ["product", None, "c"],
        ["product", 1, "c"],
        ["product", "toy", 7],
        ["product"],
        {},
        1,
        "x",
        None,
        [],
        [["product"], "toy", "c"],
        ["product", "\ud800", "c"],
        ["product", "toy", "\udfff"],
    ],
)
def test_a_made_up_cursor_is_refused(filled: Running, content: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
    for sent in (cursor, cursor.rstrip("="), "%00", "é", "AAAA" * 2000):
        refused = filled.http.get("/v1/checks", params={"sort": "product", "cursor": sent})
        assert (refused.status_code, refused.json()["code"]) == (422, "cursor_invalid")


def test_counts_say_how_many_match_and_what_each_value_would_give(filled: Running) -> None:
    counts = filled.http.get("/v1/checks/counts", params={"seller_id": "s1"}).json()
    assert (counts["total"], counts["queue"]) == (2, 1)
    assert counts["seller_id"] == [
        {"value": "s1", "checks": 2}, {"value": "s2", "checks": 2}, {"value": "=s3", "checks": 1},
    ]  # fmt: skip
    assert counts["decision"] == [{"value": "genuine", "checks": 1}, {"value": "none", "checks": 1}]


def test_the_csv_has_every_check_that_matches_in_order(filled: Running) -> None:
    answer = filled.http.get("/v1/checks.csv", params={"sort": "oldest", "decision": "decided"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="checks.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [(row["listing_id"], row["decision"]) for row in rows] == [("l0", "genuine"), ("l1", "counterfeit")]
    every = list(csv.DictReader(io.StringIO(filled.http.get("/v1/checks.csv").text, newline="")))
    assert [row["listing_id"] for row in every] == listed(filled)
    assert every[0]["seller_id"] == "'=s3"
    assert "\r\n" in answer.text


def test_a_long_csv_is_read_page_by_page(filled: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.routes.check_lists.CSV_PAGE", 2)
    rows = list(csv.DictReader(io.StringIO(filled.http.get("/v1/checks.csv?sort=seller_id").text, newline="")))
    assert [row["listing_id"] for row in rows] == listed(filled, sort="seller_id")
    assert CSV_PAGE > 2


def test_a_csv_without_a_match_is_its_header(filled: Running) -> None:
    assert filled.http.get("/v1/checks.csv?listing_id=nope").text.startswith("check_id,")
    assert filled.http.get("/v1/checks.csv?listing_id=nope").text.count("\r\n") == 1


def test_the_client_filters_sorts_and_counts(filled: Running) -> None:
    with Client(filled.url) as client:
        assert [check.listing_id for check in client.list(seller_id="s1", sort="oldest")] == ["l0", "l2"]
        assert [check.listing_id for check in client.list(queue=True)] == ["l4", "l2"]
        assert client.counts(decision="none").total == 4


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"until": "2026-13-01"}, "until"),
        ({"sort": "price"}, "sort"),
        ({"decision": "maybe"}, "decision"),
        ({"min_uncertainty": "2"}, "min_uncertainty"),
        ({"min_uncertainty": "nan"}, "min_uncertainty"),
        ({"outcome": ""}, "outcome"),
    ],
)
def test_a_filter_that_is_no_value_is_refused_by_name(filled: Running, query: dict[str, str], field: str) -> None:
    for path in ("/v1/checks", "/v1/checks/counts", "/v1/checks.csv"):
        if path.endswith("counts") and field == "sort":
            continue
        refused = filled.http.get(path, params=query)
        assert refused.status_code == 422, path
        assert refused.json()["errors"][0]["field"] == field


def test_a_store_that_was_listed_is_never_cached(filled: Running, tmp_path: Path) -> None:
    for path in ("/v1/checks", "/v1/checks/counts", "/v1/checks.csv"):
        assert filled.http.get(path).headers["cache-control"] == "no-store"

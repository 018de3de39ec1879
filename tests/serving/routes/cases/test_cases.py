from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running

TOY = {"country": "DE", "product": "toy", "listings": [{"listing_id": "l1", "seller_id": "s1"}]}


def opened(server: Running, **values: Any) -> dict[str, Any]:
    answer = server.http.post("/v1/cases", json={**TOY, **values})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_case_is_opened_on_a_check_and_read_with_its_clock(server: Running) -> None:
    check = server.answer(jpeg(seed=71), listing={"listing_id": "l-71", "seller_id": "s-71"})
    listing = {"check_id": check["check_id"], "value": {"amount": 12.5, "currency": "EUR"}}
    case = opened(server, product=check["product"], listings=[listing], statement="the logo\r\nis ours")
    assert case == server.http.get(f"/v1/cases/{case['case_id']}").json()
    assert (case["state"], case["opened_by"], case["member_id"], case["version"]) == ("received", "operator", None, 1)
    assert case["statement"] == "the logo\nis ours"
    assert case["listings"][0]["listing_id"] == "l-71"
    assert case["listings"][0]["value"] == {"amount": 12.5, "currency": "EUR"}
    assert case["due_at"] == case["waiting"][-1]["at"]
    assert [one["to"] for one in case["allowed_moves"]] == ["in_review", "upheld", "rejected", "withdrawn"]
    server.http.delete(f"/v1/checks/{check['check_id']}").raise_for_status()
    assert server.http.get(f"/v1/cases/{case['case_id']}").json()["listings"][0]["check_deleted"]
    refused = server.http.post("/v1/cases", json={**TOY, "listings": [listing]})
    assert (refused.status_code, refused.json()["code"]) == (422, "case_check_missing")


def test_a_retry_with_its_key_opens_nothing_again(server: Running) -> None:
    headers = {"Idempotency-Key": "once"}
    first = server.http.post("/v1/cases", json=TOY, headers=headers)
    again = server.http.post("/v1/cases", json=TOY, headers=headers)
    assert again.json()["case_id"] == first.json()["case_id"]
    assert again.headers["idempotency-replayed"] == "true"
    other = server.http.post("/v1/cases", json={**TOY, "country": "FR"}, headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"listings": [{"listing_id": "l1", "seller_id": "s\u202e1"}]}, "unsafe_text"),
        ({"statement": "a\u2066b"}, "unsafe_text"),
        ({"country": "XX"}, "request_invalid"),
        ({"country": "de"}, "request_invalid"),
        ({"listings": []}, "request_invalid"),
        ({"listings": [{}]}, "request_invalid"),
        ({"listings": [{"seller_id": "s"}]}, "request_invalid"),
        ({"listings": [{"url": "javascript:alert(1)"}]}, "request_invalid"),
        ({"listings": [{"listing_id": "l", "value": {"amount": -1, "currency": "EUR"}}]}, "request_invalid"),
        ({"product": None}, "request_invalid"),
        ({"listings": [{"check_id": "nope"}]}, "case_check_missing"),
        ({"state": "upheld"}, "request_invalid"),
    ],
)
def test_what_no_case_can_be_made_of_is_refused_by_its_own_code(
    server: Running, changed: dict[str, Any], code: str
) -> None:
    answer = server.http.post("/v1/cases", json={**TOY, **changed})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def pages(server: Running, **query: Any) -> list[str]:
    ids: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = server.http.get("/v1/cases", params={**query, **cursor}).json()
        ids += [case["case_id"] for case in page["cases"]]
        if page["next_cursor"] is None:
            return ids
        cursor = {"cursor": page["next_cursor"]}


def test_lists_are_filtered_sorted_and_read_page_by_page(server: Running) -> None:
    made = [opened(server, product="paged", country=country)["case_id"] for country in ("DE", "US", "CN", "DE", "FR")]
    assert pages(server, product="paged", limit=2) == made[::-1]
    assert pages(server, product="paged", limit=2, sort="oldest") == made
    due = pages(server, product="paged", limit=1, sort="due")
    assert sorted(due) == sorted(made)
    times = {case_id: server.http.get(f"/v1/cases/{case_id}").json()["due_at"] for case_id in made}
    assert [times[case_id] for case_id in due] == sorted(times.values())
    assert pages(server, product="paged", country="DE") == [made[3], made[0]]
    assert pages(server, product="paged", state="upheld") == []
    assert set(pages(server, seller_id="s1", since="2020-01-01")) >= set(made)
    counts = server.http.get("/v1/cases/counts", params={"product": "paged"}).json()
    assert (counts["total"], counts["undecided"], counts["late"]) == (5, 5, 0)
    assert counts["country"][0] == {"value": "DE", "cases": 2}


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJuZXdlc3QiLG51bGwsMV0", "WyJkdWUiLG51bGwsImEiXQ", "é"])
def test_a_cursor_of_another_list_is_refused(server: Running, cursor: str) -> None:
    assert server.http.get("/v1/cases", params={"cursor": cursor}).json()["code"] == "cursor_invalid"


def test_a_list_comes_as_csv_that_no_spreadsheet_runs(server: Running) -> None:
    case = opened(server, product="=csv")
    answer = server.http.get("/v1/cases.csv", params={"product": "=csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["case_id"], row["product"], row["is_late"], row["listing_count"]) == (
        case["case_id"], "'=csv", "false", "1",
    )  # fmt: skip

from __future__ import annotations

import csv
import io
import json

from serving.transparency.statements.field_rules import problems_of
from tests.serving.routes.transparency.steps import decided
from tests.serving.servers.running import Running


def test_a_decision_has_its_statement_which_is_valid_and_listed(server: Running) -> None:
    case_id = decided(server)
    page = server.http.get(f"/v1/statements-of-reasons?case_id={case_id}").json()
    (one,) = page["statements"]
    assert (one["state"], one["case_id"], page["sends"]) == ("waiting", case_id, False)
    assert problems_of(one["statement"]) == []
    assert page["counts"]["waiting"] >= 1
    assert server.http.get(f"/v1/statements-of-reasons/{one['statement_id']}").json() == one


def test_the_export_has_every_statement_as_a_line(server: Running) -> None:
    case_id = decided(server, listings=[{"listing_id": "export-1"}, {"listing_id": "export-2"}])
    answer = server.http.get("/v1/statements-of-reasons/export?state=waiting")
    assert answer.headers["content-type"] == "application/jsonl"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert sorted(one["puid"] for one in lines if case_id in one["puid"]) == [f"{case_id}-0-2", f"{case_id}-1-2"]
    assert not [one for one in lines if problems_of(one)]


def test_pages_follow_each_other_without_a_gap(server: Running) -> None:
    decided(server, listings=[{"listing_id": f"l{index}"} for index in range(5)])
    server.http.get("/v1/statements-of-reasons/export").raise_for_status()  # makes all that are missing
    found: list[str] = []
    cursor = ""
    while True:
        page = server.http.get(f"/v1/statements-of-reasons?limit=2{cursor}").json()
        found += [one["statement_id"] for one in page["statements"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(found) == len(set(found)) == sum(page["counts"].values())


def test_words_that_name_somebody_are_refused_with_what_to_take_out(server: Running) -> None:
    case_id = decided(server)
    (one,) = server.http.get(f"/v1/statements-of-reasons?case_id={case_id}").json()["statements"]
    address = f"/v1/statements-of-reasons/{one['statement_id']}/facts"
    refused = server.http.put(address, json={"facts": "Sold by seller-77, call +49 30 12345678."})
    assert (refused.status_code, refused.json()["code"]) == (422, "statement_refused")
    assert "a seller's id" in refused.json()["detail"]
    changed = server.http.put(address, json={"facts": "The grille differs."})
    assert changed.json()["statement"]["decision_facts"].endswith("The grille differs.")
    missing = server.http.get("/v1/statements-of-reasons/none")
    assert (missing.status_code, missing.json()["code"]) == (404, "statement_not_found")


def test_what_came_of_each_statement_is_a_row(server: Running) -> None:
    case_id = decided(server)
    answer = server.http.get("/v1/statements-of-reasons.csv?state=waiting")
    assert answer.headers["content-disposition"] == 'attachment; filename="statements-of-reasons.csv"'
    rows = [row for row in csv.DictReader(io.StringIO(answer.text)) if row["case_id"] == case_id]
    assert [(row["position"], row["state"]) for row in rows] == [("0", "waiting")]

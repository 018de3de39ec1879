from __future__ import annotations

import json
from typing import Any

from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import occupied
from tests.serving.servers.running import Running
from tests.serving.servers.sent_jobs import ended, line_of, results, send_job


def test_results_are_read_whole_by_cursor_by_state_and_by_number(server: Running) -> None:
    lines = [line_of(str(n), jpeg(seed=n, size=(64, 64))) if n % 3 else "{" for n in range(150)]
    location = send_job(server.http, lines).headers["location"]
    ended(server.http, location)
    whole = results(server.http, location)
    assert sorted(one["line"] for one in whole) == list(range(1, 151))
    assert [int(one["cursor"]) for one in whole] == list(range(1, 151))
    paged: list[dict[str, Any]] = []
    cursor: str | None = None
    while page := results(server.http, location, limit=70, **({} if cursor is None else {"cursor": cursor})):
        paged, cursor = paged + page, page[-1]["cursor"]
    assert paged == whole
    parked = results(server.http, location, state="parked")
    assert [one["line"] for one in parked] == [n + 1 for n in range(150) if n % 3 == 0]
    assert results(server.http, location, state="cancelled") == []
    assert results(server.http, location, cursor="150") == []
    response = server.http.get(f"{location}/results")
    assert response.headers["content-type"] == "application/x-ndjson"


def test_results_are_there_while_the_job_runs(server: Running) -> None:
    with occupied(server):
        location = send_job(server.http, ["{", line_of("waits")]).headers["location"]
        (first,) = results(server.http, location)
        assert (first["line"], first["state"]) == (1, "parked")
    ended(server.http, location)
    assert [one["line"] for one in results(server.http, location, cursor=first["cursor"])] == [2]


def test_a_cursor_that_is_none_is_refused(server: Running) -> None:
    location = send_job(server.http, ["{"]).headers["location"]
    for cursor in ("", "x", "-1", "٣", "9" * 30):
        response = server.http.get(f"{location}/results", params={"cursor": cursor})
        assert (response.status_code, response.json()["code"]) == (422, "cursor_invalid")
    response = server.http.get("/v1/jobs/none/results")
    assert (response.status_code, response.json()["code"]) == (404, "job_not_found")


def test_a_line_waits_with_202_and_ends_as_its_check_or_the_problem_of_it(server: Running) -> None:
    with occupied(server):
        location = send_job(server.http, [line_of("a"), line_of("mug", product="mug"), line_of("b")]).headers[
            "location"
        ]
        waiting = server.http.get(f"{location}/lines/1")
        assert (waiting.status_code, waiting.headers["retry-after"]) == (202, "1")
        assert waiting.json()["state"] in ("waiting", "running")
    ended(server.http, location)
    judged = server.http.get(f"{location}/lines/1")
    assert (judged.status_code, judged.json()["outcome"]) == (200, "genuine")
    parked = server.http.get(f"{location}/lines/2")
    assert (parked.status_code, parked.json()["code"]) == (422, "unknown_product")
    server.http.delete(f"/v1/checks/{judged.json()['check_id']}")
    gone = server.http.get(f"{location}/lines/1")
    assert (gone.status_code, gone.json()["code"]) == (404, "check_not_found")
    missing = server.http.get(f"{location}/lines/9")
    assert (missing.status_code, missing.json()["code"]) == (404, "job_line_not_found")


def test_a_line_of_a_cancelled_job_has_its_code(server: Running) -> None:
    with occupied(server):
        lines = [line_of(str(n)) for n in range(60)]  # more than a server takes in hand
        location = send_job(server.http, lines).headers["location"]
        server.http.post(f"{location}/cancel")
    ended(server.http, location)
    response = server.http.get(f"{location}/lines/60")
    assert (response.status_code, response.json()["code"]) == (409, "line_cancelled")


def test_every_result_is_json_of_one_line(server: Running) -> None:
    location = send_job(server.http, [line_of("a\u2028b", attributes={"text": "two\nlines"})]).headers["location"]
    ended(server.http, location)
    text = server.http.get(f"{location}/results").content
    assert text.count(b"\n") == 1
    assert json.loads(text)["listing_id"] == "a\u2028b"

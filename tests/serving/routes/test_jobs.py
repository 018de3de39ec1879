from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from serving.jobs.config import JobSettings
from tests.serving.builders.sample_photos import BLUE, jpeg, text_file
from tests.serving.servers.occupied import occupied, until
from tests.serving.servers.raw_http import connect
from tests.serving.servers.running import Running
from tests.serving.servers.sent_jobs import JSON_LINES, ended, line_of, results, send_job

BAD_LINES = {
    "json_malformed": "{nope",
    "request_invalid": '{"photos": [], "prise": 3}',
    "too_many_photos": line_of("13", *[jpeg()] * 13),
    "no_photos": '{"photos": []}',
    "base64_invalid": '{"photos": [{"base64": "?"}]}',
    "photo_not_an_image": line_of("text", text_file()),
    "unknown_product": line_of("mug", product="mug"),
    "views_mismatch": line_of("views", views=["front", "back"]),
}


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def newest(server: Running) -> list[str]:
    return [job["job_id"] for job in server.http.get("/v1/jobs", params={"limit": 1}).json()["jobs"]]


def test_a_job_is_judged_as_checks_are_and_its_checks_are_checks(server: Running) -> None:
    response = send_job(server.http, [line_of("a"), "", line_of("b", jpeg(BLUE), seller_id="s", attributes={"n": 1})])
    location = response.headers["location"]
    assert (response.status_code, response.json()["lines"], response.json()["state"]) == (202, 2, "running")
    assert location == f"/v1/jobs/{response.json()['job_id']}"
    job = ended(server.http, location)
    assert (job["state"], job["left"], job["counts"]["judged"]) == ("completed", 0, 2)
    assert job["counts"]["outcomes"] == {
        "genuine": 1, "counterfeit": 1, "review": 0, "insufficient": 0, "unsupported": 0,
    }  # fmt: skip
    found = {one["line"]: one for one in results(server.http, location)}
    assert {line: (one["listing_id"], one["check"]["outcome"]) for line, one in found.items()} == {
        1: ("a", "genuine"), 3: ("b", "counterfeit"),
    }  # fmt: skip
    record = server.http.get(f"/v1/checks/{found[3]['check']['check_id']}").json()
    assert record["seller_id"] == "s"
    assert record["attributes"] == {"n": 1}
    assert {name: record[name] for name in found[3]["check"]} == found[3]["check"]
    assert server.http.get(found[3]["check"]["photos"][0]["evidence_url"]).status_code == 200


def test_each_bad_line_is_parked_with_its_own_code_and_refuses_none_of_the_others(server: Running) -> None:
    location = send_job(server.http, [line_of("first"), *BAD_LINES.values(), line_of("last")]).headers["location"]
    job = ended(server.http, location)
    assert (job["counts"]["judged"], job["counts"]["parked"]) == (2, len(BAD_LINES))
    parked = sorted(results(server.http, location, state="parked"), key=lambda one: one["line"])
    assert [one["error"]["code"] for one in parked] == list(BAD_LINES)
    assert all(one["error"]["message"] and one["check"] is None for one in parked)
    assert [one["listing_id"] for one in parked if one["listing_id"]] == ["13", "text", "mug", "views"]


def test_a_manifest_is_a_job_of_its_listings(server: Running) -> None:
    text = "photo,listing\nhttps://shop.example/1.jpg,L1\nhttps://shop.example/2.jpg,L1\n,L2\n"
    response = server.http.post("/v1/jobs", content=text.encode(), headers={"Content-Type": "text/csv; charset=utf-8"})
    assert (response.status_code, response.json()["lines"]) == (202, 2)
    assert refused(server.http.post("/v1/jobs", content=b"a,b\n1,2\n", headers={"Content-Type": "text/csv"})) == (
        422, "request_invalid",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind", "wanted"),
    [
        (b"", "application/x-ndjson", (422, "job_empty")),
        (b"\n\n", "application/jsonl", (422, "job_empty")),
        (b"{}", "application/json", (415, "media_type_unsupported")),
        (b"photo,listing\n", "text/csv", (422, "job_empty")),
    ],
)
def test_a_request_that_is_no_job_is_refused_and_leaves_none(
    server: Running, body: bytes, kind: str, wanted: tuple[int, str]
) -> None:
    before = newest(server)
    assert refused(server.http.post("/v1/jobs", content=body, headers={"Content-Type": kind})) == wanted
    assert newest(server) == before


def test_a_job_over_a_limit_is_refused_as_a_whole_and_a_long_line_alone(start: Callable[..., Running]) -> None:
    server = start(jobs=JobSettings(max_lines=3, max_bytes=100_000, max_line_bytes=60_000))
    assert refused(send_job(server.http, ["{}"] * 4)) == (413, "job_too_long")
    pieces = (b"x" * 1000 for _ in range(101))  # without a Content-Length
    assert refused(server.http.post("/v1/jobs", content=pieces, headers=JSON_LINES)) == (413, "request_too_large")
    assert refused(server.http.post("/v1/jobs", content=b"x" * 100_001, headers=JSON_LINES)) == (
        413, "request_too_large",
    )  # fmt: skip
    assert server.http.get("/v1/jobs").json()["jobs"] == []
    location = send_job(server.http, ["x" * 60_001, line_of("a")]).headers["location"]
    assert ended(server.http, location)["counts"]["judged"] == 1
    (parked,) = results(server.http, location, state="parked")
    assert (parked["line"], parked["error"]["code"]) == (1, "line_too_long")
    replayed = server.http.post(f"{location}/replay").json()
    assert (replayed["counts"]["parked"], replayed["state"]) == (1, "completed")  # it was not kept


def test_a_key_makes_sending_a_job_again_safe(server: Running) -> None:
    lines = [line_of("once")]
    first, again = (send_job(server.http, lines, **{"Idempotency-Key": "job-1"}) for _ in range(2))
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    other = send_job(server.http, [line_of("other")], **{"Idempotency-Key": "job-1"})
    assert refused(other) == (422, "idempotency_key_reused")
    assert refused(send_job(server.http, lines, **{"Idempotency-Key": ""})) == (422, "idempotency_key_invalid")
    assert ended(server.http, first.headers["location"])["counts"]["judged"] == 1


def test_a_connection_that_breaks_leaves_nothing_to_run(server: Running) -> None:
    before = newest(server)
    with connect(server) as connection:
        head = "POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
        body = (line_of("never") + "\n").encode() * 3
        connection.sendall(f"{head}Content-Length: {len(body) + 100}\r\n\r\n".encode() + body)

    until(lambda: newest(server) == before)
    assert server.http.get("/v1/checks", params={"listing_id": "never"}).json()["checks"] == []


def test_cancel_replay_and_delete(server: Running) -> None:
    with occupied(server):
        location = send_job(server.http, [line_of("a"), "{nope"]).headers["location"]
        cancelled = server.http.post(f"{location}/cancel")
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert ended(server.http, location)["counts"]["parked"] == 1
    assert refused(server.http.post(f"{location}/replay")) == (409, "job_not_running")
    assert server.http.delete(location).status_code == 204
    for gone in (server.http.get(location), server.http.post(f"{location}/cancel"), server.http.delete(location)):
        assert refused(gone) == (404, "job_not_found")

    location = send_job(server.http, ["{nope", "{", line_of("b")]).headers["location"]
    ended(server.http, location)
    replayed = server.http.post(f"{location}/replay", json={"lines": [2]})
    assert replayed.json()["counts"]["parked"] == 1
    assert ended(server.http, location)["counts"]["parked"] == 2
    assert [one["line"] for one in results(server.http, location)] in ([1, 3, 2], [1, 2, 3])
    assert refused(server.http.post(f"{location}/replay", json={"lines": [0]})) == (422, "request_invalid")
    assert refused(server.http.post(f"{location}/replay", content=b"{")) == (400, "json_malformed")
    assert refused(server.http.post(f"{location}/cancel")) == (409, "job_not_running")


def test_jobs_are_listed_newest_first_page_by_page(server: Running) -> None:
    sent = [send_job(server.http, ["{"]).json()["job_id"] for _ in range(3)]
    first = server.http.get("/v1/jobs", params={"limit": 2}).json()
    second = server.http.get("/v1/jobs", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [job["job_id"] for job in (*first["jobs"], *second["jobs"])][:3] == sent[::-1]
    named = server.http.post("/v1/jobs", params={"name": "thursday"}, content=b"{", headers=JSON_LINES).json()
    assert json.loads(server.http.get("/v1/jobs").text)["jobs"][0]["name"] == named["name"] == "thursday"


def test_a_server_without_a_store_has_no_jobs(start: Callable[..., Running]) -> None:
    server = start(store="none")
    assert refused(send_job(server.http, [line_of("a")])) == (404, "store_disabled")
    assert refused(server.http.get("/v1/jobs")) == (404, "store_disabled")


def test_one_job_too_many_is_refused_before_it_is_read_and_taken_once_another_has_ended(
    start: Callable[..., Running],
) -> None:
    server = start(jobs=JobSettings(max_unfinished=1))
    with occupied(server):
        location = send_job(server.http, [line_of("a")]).headers["location"]
        response = send_job(server.http, [line_of("b")])
        assert refused(response) == (429, "too_many_jobs")
        assert int(response.headers["retry-after"]) > 0
    ended(server.http, location)
    assert send_job(server.http, [line_of("b")]).status_code == 202
    metrics = server.http.get("/metrics").text
    assert 'touchstone_job_lines_total{result="' in metrics

from __future__ import annotations

import base64

import httpx

from tests.serving.builders.sample_photos import jpeg
from tests.serving.routes.cases.test_cases import opened
from tests.serving.routes.cases.test_moves import move
from tests.serving.servers.running import Running


def forwarded(server: Running) -> tuple[str, str]:
    case_id = opened(server)["case_id"]
    move(server, case_id, "upheld", 1)
    return case_id, in_api(move(server, case_id, "forwarded", 2).json()["seller_link"])


def in_api(link: str) -> str:
    """Give the address in the API of the notice whose page has this path."""
    return link.replace("/notices/", "/v1/case-notices/")


def test_a_seller_answers_by_its_link_without_a_key(server: Running) -> None:
    case_id, link = forwarded(server)
    with httpx.Client(base_url=server.url) as seller:
        read = seller.get(link)
        assert (read.status_code, read.headers["cache-control"]) == (200, "no-store")
        photos = [{"base64": base64.b64encode(jpeg(seed=9)).decode()}]
        sent = seller.post(link, json={"text": "bought from the maker", "photos": photos})
        assert sent.status_code == 201, sent.text
        refused = seller.post(link, json={"text": "a\u202eb"})
        assert refused.json()["code"] == "unsafe_text"
        bad = seller.post(link, json={"text": "x", "photos": [{"base64": base64.b64encode(b"MZ").decode()}]})
        assert bad.status_code == 422
    case = server.http.get(f"/v1/cases/{case_id}").json()
    evidence = case["evidence"][0]
    photo = server.http.get(f"/v1/cases/{case_id}/evidence/{evidence['evidence_id']}/photos/0")
    assert photo.headers["content-type"] == "image/jpeg"
    missing = server.http.get(f"/v1/cases/{case_id}/evidence/{evidence['evidence_id']}/photos/1")
    assert missing.json()["code"] == "photo_not_found"


def test_a_lost_link_is_replaced(server: Running) -> None:
    case_id, link = forwarded(server)
    fresh = in_api(server.http.post(f"/v1/cases/{case_id}/seller-link").json()["seller_link"])
    assert httpx.get(f"{server.url}{fresh}").status_code == 200
    old = httpx.get(f"{server.url}{link}")
    assert (old.status_code, old.json()["code"]) == (404, "case_notice_not_found")


def test_each_seller_of_a_case_has_a_link_and_complains_by_it(server: Running) -> None:
    listings = [{"listing_id": f"l-{name}", "seller_id": name} for name in ("anna", "bert")]
    case_id = opened(server, listings=listings)["case_id"]
    move(server, case_id, "upheld", 1)
    moved = move(server, case_id, "forwarded", 2).json()
    assert moved["seller_link"] is None
    assert [(one["seller_id"], one["positions"]) for one in moved["seller_links"]] == [("anna", [0]), ("bert", [1])]
    anna, bert = (server.url + in_api(one["seller_link"]) for one in moved["seller_links"])
    for _ in range(2):  # the second as when the answer to the first was lost
        complained = httpx.post(f"{anna}/complaints", json={"text": "mine are genuine"})
        assert complained.status_code == 201, complained.text
    assert [(one["text"], one["state"]) for one in complained.json()["complaints"]] == [("mine are genuine", "open")]
    assert httpx.get(bert).json()["complaints"] == []
    assert httpx.post(f"{bert}/complaints", json={"text": "mine too"}).status_code == 201
    again = httpx.post(f"{anna}/complaints", json={"text": "something else"})
    assert (again.status_code, again.json()["code"]) == (409, "complaint_not_possible")
    made = server.http.get(f"/v1/cases/{case_id}/complaints").json()["complaints"]
    notices = {one["notice_id"]: one["positions"] for one in server.http.get(f"/v1/cases/{case_id}").json()["notices"]}
    assert [(one["side"], notices[one["notice_id"]]) for one in made] == [("seller", [0]), ("seller", [1])]
    nowhere = httpx.post(f"{server.url}/v1/case-notices/guess/complaints", json={"text": "x"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "case_notice_not_found")


def test_a_case_moved_among_several_gives_the_links_of_its_sellers(server: Running) -> None:
    listings = [{"listing_id": f"l-{name}", "seller_id": name} for name in ("anna", "bert")]
    case_id = opened(server, listings=listings)["case_id"]
    move(server, case_id, "upheld", 1)
    sent = {"to": "forwarded", "cases": [{"case_id": case_id, "version": 2}]}
    (moved,) = server.http.post("/v1/cases/moves", json=sent).json()["moved"]
    assert (moved["seller_link"], len(moved["seller_links"])) == (None, 2)


def test_who_tries_many_links_is_slowed_down(server: Running) -> None:
    answers = [httpx.get(f"{server.url}/v1/case-notices/guess{number}") for number in range(40)]
    slowed = [answer for answer in answers if answer.status_code == 429]
    assert slowed
    assert slowed[0].json()["code"] == "rate_limited"
    assert "retry-after" in slowed[0].headers

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


def test_who_tries_many_links_is_slowed_down(server: Running) -> None:
    answers = [httpx.get(f"{server.url}/v1/case-notices/guess{number}") for number in range(40)]
    slowed = [answer for answer in answers if answer.status_code == 429]
    assert slowed
    assert slowed[0].json()["code"] == "rate_limited"
    assert "retry-after" in slowed[0].headers

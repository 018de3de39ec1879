from __future__ import annotations

from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running


def test_reviews_are_all_kept_and_show_on_the_check(server: Running) -> None:
    check_id = server.answer(jpeg(seed=12))["check_id"]
    first = server.http.post(f"/v1/checks/{check_id}/review", json={"decision": "cant_tell", "note": "blurred"})
    server.http.post(f"/v1/checks/{check_id}/review", json={"decision": "counterfeit"})
    assert first.status_code == 201
    assert first.json()["note"] == "blurred"
    reviews = server.http.get(f"/v1/checks/{check_id}").json()["reviews"]
    assert [(review["decision"], review["note"]) for review in reviews] == [
        ("cant_tell", "blurred"),
        ("counterfeit", ""),
    ]


def test_an_invalid_review_is_refused(server: Running) -> None:
    check_id = server.answer(jpeg(seed=13))["check_id"]
    path = f"/v1/checks/{check_id}/review"
    assert server.http.post(path, json={"decision": "fake"}).json()["code"] == "request_invalid"
    assert server.http.post(path, json={"decision": "genuine", "by": "me"}).json()["code"] == "request_invalid"
    assert server.http.post(path, content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert server.http.post(path, content=b"genuine").status_code == 415
    assert server.http.post("/v1/checks/nope/review", json={"decision": "genuine"}).status_code == 404
    assert server.http.get(f"/v1/checks/{check_id}").json()["reviews"] == []

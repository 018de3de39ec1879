from __future__ import annotations

import base64
import datetime
import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from serving.deployments.config import ProductSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.sample_photos import BLUE, GREY, RED, jpeg, jpeg_with_metadata, truncated_jpeg
from tests.serving.servers.running import Running
from vision.detector import Detector

CONTRACT = {
    "check_id", "listing_id", "product", "outcome", "authenticity", "authenticity_kind", "counterfeit_share",
    "novelty", "advisory", "reasons", "photos", "bundle", "created_at", "elapsed_ms",
}  # fmt: skip
PHOTO_CONTRACT = {"index", "sha256", "outcome", "authenticity", "quality", "novelty", "matches", "evidence_url"}


def test_a_check_answers_every_field_of_the_contract(server: Running) -> None:
    photo = jpeg(RED, seed=1)
    answer = server.answer(photo, listing={"listing_id": "a-1", "product": "toy"})
    assert set(answer) == CONTRACT
    assert set(answer["photos"][0]) == PHOTO_CONTRACT | {"error"}
    assert answer["listing_id"] == "a-1"
    assert answer["outcome"] == "genuine"
    assert answer["photos"][0]["sha256"] == hashlib.sha256(photo).hexdigest()
    assert answer["photos"][0]["error"] is None
    assert answer["bundle"]["name"] == "tiny"
    assert answer["bundle"]["graph"] == "fp32"
    assert answer["advisory"] is False
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer["created_at"])
    assert answer["elapsed_ms"] > 0


def test_the_server_answers_what_the_library_answers(server: Running, tiny_bundle: Path) -> None:
    photos = [jpeg(RED, seed=2), jpeg(BLUE, seed=3), jpeg(GREY, seed=4)]
    answer = server.answer(*photos)
    verdict = Detector(tiny_bundle).check(photos)
    assert answer["outcome"] == verdict.outcome
    assert answer["authenticity"] == verdict.authenticity
    assert [photo["authenticity"] for photo in answer["photos"]] == [photo.authenticity for photo in verdict.photos]
    assert [reason["code"] for reason in answer["reasons"]] == [reason.code for reason in verdict.reasons]


def test_red_photos_are_genuine_and_blue_ones_counterfeit(server: Running) -> None:
    assert server.answer(jpeg(RED))["outcome"] == "genuine"
    assert server.answer(jpeg(BLUE))["outcome"] == "counterfeit"
    assert server.answer(jpeg(GREY))["outcome"] == "review"


def test_a_check_reads_back_equal_in_every_field(server: Running) -> None:
    answer = server.answer(jpeg(RED, seed=5), truncated_jpeg(), listing={"listing_id": "b"})
    again = server.http.get(f"/v1/checks/{answer['check_id']}").json()
    assert {name: again[name] for name in answer} == answer
    assert set(again) - set(answer) == {"seller_id", "views", "attributes", "reviews"}


def test_what_was_sent_with_a_check_reads_back(server: Running) -> None:
    sent = {"seller_id": "s-9", "views": ["whole", None], "attributes": {"price": 12.5, "tags": ["a"]}}
    answer = server.answer(jpeg(seed=6), jpeg(seed=7), listing=sent)
    again = server.http.get(f"/v1/checks/{answer['check_id']}").json()
    assert {name: again[name] for name in sent} == sent


@pytest.mark.parametrize("nested", [False, True])
def test_a_check_as_json_is_judged_like_one_as_multipart(server: Running, nested: bool) -> None:
    photo = jpeg(RED, seed=8)
    listing = {"listing_id": "json-1", "product": "toy"}
    body: dict[str, Any] = {"photos": [{"base64": base64.b64encode(photo).decode()}]}
    body |= {"listing": listing} if nested else listing
    response = server.http.post("/v1/checks", json=body)
    assert response.status_code == 200, response.text
    assert response.json()["authenticity"] == server.answer(photo)["authenticity"]
    assert response.json()["listing_id"] == "json-1"


def test_one_bad_photo_does_not_lose_the_others(server: Running) -> None:
    answer = server.answer(jpeg(RED, seed=9), truncated_jpeg(), b"")
    good, cut, empty = answer["photos"]
    assert answer["outcome"] == "genuine"
    assert good["outcome"] == "genuine"
    assert (cut["outcome"], cut["authenticity"], cut["evidence_url"]) == (None, None, None)
    assert cut["error"]["code"] == "photo_truncated"
    assert empty["error"]["code"] == "photo_empty"


def test_the_evidence_is_a_transparent_png_in_the_photos_frame(server: Running) -> None:
    answer = server.answer(jpeg(BLUE, seed=10, size=(240, 120)))
    response = server.http.get(answer["photos"][0]["evidence_url"])
    picture = Image.open(io.BytesIO(response.content))
    assert response.headers["content-type"] == "image/png"
    assert (picture.format, picture.mode) == ("PNG", "RGBA")
    assert picture.width / picture.height == pytest.approx(2.0, rel=0.02)
    assert np.asarray(picture)[..., 3].max() > 0, "nothing is drawn for a photo that is all blue"


def test_a_photo_is_shown_upright_and_without_metadata(server: Running) -> None:
    sent = jpeg_with_metadata()
    answer = server.answer(sent)
    response = server.http.get(f"/v1/checks/{answer['check_id']}/photos/0")
    shown = Image.open(io.BytesIO(response.content))
    assert response.headers["content-type"] == "image/jpeg"
    assert shown.size == (180, 240)  # it was sent as 240 x 180 lying on its side
    assert len(shown.getexif()) == 0
    assert b"SecretCamera" in sent
    assert b"SecretCamera" not in response.content


def test_a_smaller_copy_of_a_photo_has_the_longer_side_asked_for(server: Running) -> None:
    answer = server.answer(jpeg_with_metadata())
    response = server.http.get(f"/v1/checks/{answer['check_id']}/photos/0", params={"max_side_px": 96})
    assert Image.open(io.BytesIO(response.content)).size == (72, 96)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/checks/nope", "check_not_found"),
        ("/v1/checks/nope/photos/0", "check_not_found"),
        ("/v1/checks/nope/photos/0/evidence", "check_not_found"),
        ("/v1/checks/{id}/photos/2", "photo_not_found"),
        ("/v1/checks/{id}/photos/1", "photo_not_found"),
        ("/v1/checks/{id}/photos/1/evidence", "photo_not_found"),
        ("/v1/checks/{id}/photos/9/evidence", "photo_not_found"),
        ("/v1/nope", "not_found"),
    ],
)
def test_what_is_not_there_is_a_problem_with_its_own_code(server: Running, path: str, code: str) -> None:
    answer = server.answer(jpeg(seed=11), truncated_jpeg())
    response = server.http.get(path.replace("{id}", answer["check_id"]))
    assert (response.status_code, response.json()["code"]) == (404, code)


def test_a_list_goes_through_every_check_once_newest_first(start: Callable[..., Running]) -> None:
    server = start()
    made = [server.answer(jpeg(seed=seed))["check_id"] for seed in range(7)]
    listed: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = server.http.get("/v1/checks", params={"limit": "3", **cursor}).json()
        listed += [check["check_id"] for check in page["checks"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert listed == made[::-1]


def test_a_list_can_be_filtered(start: Callable[..., Running]) -> None:
    server = start()
    genuine = server.answer(jpeg(RED), listing={"listing_id": "x"})["check_id"]
    counterfeit = server.answer(jpeg(BLUE), listing={"listing_id": "y"})["check_id"]
    server.http.post(f"/v1/checks/{genuine}/review", json={"decision": "genuine"})

    def listed(**params: str) -> list[str]:
        return [check["check_id"] for check in server.http.get("/v1/checks", params=params).json()["checks"]]

    assert listed() == [counterfeit, genuine]
    assert listed(listing_id="x") == [genuine]
    assert listed(outcome="counterfeit") == [counterfeit]
    assert listed(product="toy") == [counterfeit, genuine]
    assert listed(product="other") == []
    assert listed(reviewed="true") == [genuine]
    assert listed(reviewed="false") == [counterfeit]
    assert listed(listing_id="x", outcome="counterfeit") == []
    today = datetime.datetime.now(datetime.UTC).date()
    assert listed(since=today.isoformat()) == [counterfeit, genuine]
    assert listed(since=f"{today + datetime.timedelta(days=2)}T00:00:00Z") == []
    assert (
        len(server.http.get(f"/v1/checks?since={today}T00:00:00+00:00").json()["checks"]) == 2
    )  # the plus not escaped


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"cursor": "%%%"}, "cursor_invalid"),
        ({"cursor": "abc"}, "cursor_invalid"),
        ({"since": "yesterday"}, "request_invalid"),
        ({"since": "0001-01-01T00:00:00+23:59"}, "request_invalid"),
        ({"outcome": "fake"}, "request_invalid"),
        ({"limit": "0"}, "request_invalid"),
        ({"limit": "many"}, "request_invalid"),
    ],
)
def test_a_list_that_cannot_be_made_says_which_parameter(server: Running, params: dict[str, str], code: str) -> None:
    response = server.http.get("/v1/checks", params=params)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert next(iter(params)) in response.json()["detail"]


def test_observe_mode_marks_every_answer_advisory(start: Callable[..., Running]) -> None:
    assert start(mode="observe").answer(jpeg())["advisory"] is True


def test_a_store_of_none_answers_and_keeps_nothing(start: Callable[..., Running], tmp_path: Path) -> None:
    server = start(store="none")
    answer = server.answer(jpeg())
    assert answer["outcome"] == "genuine"
    assert answer["photos"][0]["evidence_url"] is None
    for path in (
        "/v1/checks", f"/v1/checks/{answer['check_id']}", f"/v1/checks/{answer['check_id']}/photos/0",
        f"/v1/checks/{answer['check_id']}/photos/0/evidence",
    ):  # fmt: skip
        response = server.http.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "store_disabled")
    assert server.http.get("/readyz").json() == {"status": "ready", "bundle": "ok", "store": "none"}
    assert not (tmp_path / "store").exists()


def test_with_several_products_one_must_be_named(start: Callable[..., Running], tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "one", products=("toy", "ball"))
    write_tiny_bundle(tmp_path / "two", products=("dryer",), name="second", slope=-20.0)
    server = start(bundle=(tmp_path / "one", tmp_path / "two"))
    response = server.check(jpeg(RED))
    assert (response.status_code, response.json()["code"]) == (422, "product_required")
    assert "ball, dryer, toy" in response.json()["detail"]
    assert server.answer(jpeg(RED), listing={"product": "ball"})["outcome"] == "genuine"
    other = server.answer(jpeg(RED), listing={"product": "dryer"})
    assert (other["outcome"], other["bundle"]["name"]) == ("counterfeit", "second")


def test_the_counterfeit_share_of_the_settings_moves_authenticity_and_no_outcome(start: Callable[..., Running]) -> None:
    plain = start().answer(jpeg(GREY))
    rare = start(store="none", products={"toy": ProductSettings(counterfeit_share=0.01)}).answer(jpeg(GREY))
    assert rare["counterfeit_share"] == 0.01
    assert rare["authenticity"] > plain["authenticity"]
    assert rare["outcome"] == plain["outcome"]


def test_bundles_are_listed_with_products_thresholds_and_figures(server: Running) -> None:
    (bundle,) = server.http.get("/v1/bundles").json()["bundles"]
    assert (bundle["name"], bundle["version"], bundle["products"]) == ("tiny", "1", ["toy"])
    assert bundle["thresholds"]["toy"]["genuine_flagged"]["n"] == 100
    assert bundle["metrics"] == {"listing_auroc": 0.9}


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


def test_a_review_that_does_not_fit_is_refused(server: Running) -> None:
    check_id = server.answer(jpeg(seed=13))["check_id"]
    path = f"/v1/checks/{check_id}/review"
    assert server.http.post(path, json={"decision": "fake"}).json()["code"] == "request_invalid"
    assert server.http.post(path, json={"decision": "genuine", "by": "me"}).json()["code"] == "request_invalid"
    assert server.http.post(path, content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert server.http.post(path, content=b"genuine").status_code == 415
    assert server.http.post("/v1/checks/nope/review", json={"decision": "genuine"}).status_code == 404
    assert server.http.get(f"/v1/checks/{check_id}").json()["reviews"] == []


def test_a_check_is_answered_and_counted_alike_with_header_parameters_and_without(server: Running) -> None:
    photo, before = jpeg(seed=71), _counted(server)
    plain = server.check(photo).json()
    told = server.check(photo, headers={"Idempotency-Key": "told", "Request-Timeout": "60"}).json()
    for answer in (plain, told):
        for changing in ("check_id", "created_at", "elapsed_ms"):
            del answer[changing]
        del answer["photos"][0]["evidence_url"]
    assert plain == told
    refusals = [server.check(b"no photo", headers=headers) for headers in ({}, {"Idempotency-Key": "refused"})]
    first, second = ({**refusal.json(), "request_id": ""} for refusal in refusals)
    assert first == second
    assert refusals[0].headers["content-type"] == refusals[1].headers["content-type"] == "application/problem+json"
    assert _counted(server) == before + 2


def _counted(server: Running) -> float:
    """How many checks the metrics say were answered 200."""
    text = server.http.get("/metrics").text
    start = 'touchstone_requests_total{method="POST",route="/v1/checks",status="200"} '
    return sum(float(line.removeprefix(start)) for line in text.splitlines() if line.startswith(start))

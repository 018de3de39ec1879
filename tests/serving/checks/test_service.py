from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from serving.deployments.config import ProductSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.sample_photos import BLUE, GREY, RED, flat_jpeg, jpeg, truncated_jpeg
from tests.serving.servers.running import Running
from vision.detector import Detector

CONTRACT = {
    "check_id", "listing_id", "product", "outcome", "authenticity", "thresholds", "authenticity_kind",
    "counterfeit_share",
    "novelty", "advisory", "reasons", "photos", "bundle", "created_at", "elapsed_ms",
}  # fmt: skip
PHOTO_CONTRACT = {"index", "sha256", "outcome", "authenticity", "quality", "novelty", "matches", "evidence_url"}
PHOTO_CONTRACT |= {"product_share", "outline_url", "error", "source_url"}


def test_a_check_answers_every_field_of_the_contract(server: Running) -> None:
    photo = jpeg(RED, seed=1)
    answer = server.answer(photo, listing={"listing_id": "a-1", "product": "toy"})
    assert set(answer) == CONTRACT
    assert set(answer["photos"][0]) == PHOTO_CONTRACT
    assert answer["listing_id"] == "a-1"
    assert answer["outcome"] == "genuine"
    assert answer["photos"][0]["sha256"] == hashlib.sha256(photo).hexdigest()
    assert answer["photos"][0]["error"] is None
    assert answer["bundle"]["name"] == "tiny"
    assert answer["bundle"]["graph"] == "fp32"
    assert answer["bundle"]["robustness"] == "not_measured"
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


def test_one_bad_photo_does_not_lose_the_others(server: Running) -> None:
    answer = server.answer(jpeg(RED, seed=9), truncated_jpeg(), b"")
    good, cut, empty = answer["photos"]
    assert answer["outcome"] == "genuine"
    assert good["outcome"] == "genuine"
    assert (cut["outcome"], cut["authenticity"], cut["evidence_url"]) == (None, None, None)
    assert cut["error"]["code"] == "photo_truncated"
    assert empty["error"]["code"] == "photo_empty"


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


def test_the_thresholds_that_decided_are_answered_and_stored(start: Callable[..., Running]) -> None:
    server = start(products={"toy": ProductSettings(counterfeit_share=0.1)})
    answer = server.answer(jpeg(RED), jpeg(RED, seed=1))
    # The tiny bundle's thresholds are logits of -2 and 2, its slope 0.5, and counterfeits 9 times as rare as there.
    assert answer["thresholds"] == pytest.approx(
        {"counterfeit_below": 9 / (9 + math.exp(1)), "genuine_above": 9 / (9 + math.exp(-1))}
    )
    assert server.http.get(f"/v1/checks/{answer['check_id']}").json()["thresholds"] == answer["thresholds"]


def test_an_answer_without_an_authenticity_has_no_thresholds(start: Callable[..., Running]) -> None:
    answer = start().answer(flat_jpeg())
    assert (answer["outcome"], answer["authenticity"], answer["thresholds"]) == ("insufficient", None, None)

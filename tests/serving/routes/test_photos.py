"""Photos, evidence and crops of a check over HTTP: to the tiny bundle red is genuine and blue counterfeit."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.builders.bundle import write_tiny_bundle
from tests.builders.photos import mean_difference, photo_bytes, smooth_pixels
from tests.builders.references import BLUE as BLUE_CROP
from tests.builders.references import jpeg_of
from tests.serving.builders.crops import Stocked, crops_of
from tests.serving.builders.sample_photos import BLUE, RED, jpeg, jpeg_with_metadata, truncated_jpeg
from tests.serving.servers.running import Running


def test_a_counterfeit_photos_crops_speak_for_counterfeit_beside_the_nearest_references(
    start: Callable[..., Running], stocked: Stocked
) -> None:
    folder, (red, blue) = stocked
    site = start(bundle=(folder,))
    found = crops_of(site, jpeg(BLUE))
    assert 2 <= len(found["crops"]) <= 3
    assert found["references_bundle"]["name"] == "dryers 2/3"
    for crop in found["crops"]:
        x0, y0, x1, y1 = crop["box"]
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1
        assert crop["contribution"] < 0
        assert crop["nearest_genuine"]["reference_id"] == red.id
        assert crop["nearest_counterfeit"]["reference_id"] == blue.id
        assert crop["nearest_counterfeit"]["listing"] == "L1"
        assert 1 >= crop["nearest_counterfeit"]["similarity"] > crop["nearest_genuine"]["similarity"]
    image = site.http.get(found["crops"][0]["nearest_counterfeit"]["url"])
    assert (image.status_code, image.headers["content-type"]) == (200, "image/jpeg")
    assert image.content == jpeg_of(BLUE_CROP)


def test_a_bundle_without_references_gives_crops_alone(server: Running) -> None:
    found = crops_of(server, jpeg(RED))
    assert found["references_bundle"] is None
    assert found["crops"]
    for crop in found["crops"]:
        assert crop["contribution"] > 0
        assert (crop["nearest_genuine"], crop["nearest_counterfeit"]) == (None, None)


def test_a_check_outlives_its_product_and_keeps_its_crops(
    start: Callable[..., Running], stocked: Stocked, tmp_path: Path
) -> None:
    first = start(bundle=(stocked[0],), store=str(tmp_path / "kept"))
    check_id = first.answer(jpeg(BLUE))["check_id"]
    first.stop()
    write_tiny_bundle(tmp_path / "other", products=("mug",))
    second = start(bundle=(tmp_path / "other",), store=str(tmp_path / "kept"))
    found = second.http.get(f"/v1/checks/{check_id}/photos/0/crops").json()
    assert found["references_bundle"] is None
    assert found["crops"]


def test_the_evidence_is_a_transparent_png_in_the_photos_frame(server: Running) -> None:
    answer = server.answer(jpeg(BLUE, seed=10, size=(240, 120)))
    response = server.http.get(answer["photos"][0]["evidence_url"])
    picture = Image.open(io.BytesIO(response.content))
    assert response.headers["content-type"] == "image/png"
    assert (picture.format, picture.mode) == ("PNG", "RGBA")
    assert picture.width / picture.height == pytest.approx(2.0, rel=0.02)
    assert np.asarray(picture)[..., 3].max() > 0, "nothing is drawn for a photo that is all blue"


def test_the_outline_of_the_product_is_an_svg_in_the_photos_frame(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    write_tiny_bundle(tmp_path / "finder", foreground=True)
    site = start(bundle=(tmp_path / "finder",))
    photo = site.answer(jpeg(BLUE))["photos"][0]
    assert photo["product_share"] > 0.9
    response = site.http.get(photo["outline_url"])
    assert (response.status_code, response.headers["content-type"]) == (200, "image/svg+xml")
    assert response.text.startswith("<svg ")
    assert response.text.count("<path ") == 2
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert site.http.get(photo["evidence_url"]).status_code == 200


def test_a_bundle_that_does_not_find_the_product_gives_no_outline(server: Running) -> None:
    answer = server.answer(jpeg(BLUE))
    assert (answer["photos"][0]["product_share"], answer["photos"][0]["outline_url"]) == (None, None)
    response = server.http.get(f"/v1/checks/{answer['check_id']}/photos/0/outline")
    assert (response.status_code, response.json()["code"]) == (404, "evidence_not_found")
    assert "did not find the product" in response.json()["detail"]


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


@pytest.mark.parametrize(("side_px", "size"), [(160, (120, 160)), (1600, (180, 240))])
def test_a_rendition_is_an_upright_webp_of_the_side_asked_for(
    server: Running, side_px: int, size: tuple[int, int]
) -> None:
    answer = server.answer(jpeg_with_metadata())
    response = server.http.get(f"/v1/checks/{answer['check_id']}/photos/0/renditions/{side_px}")
    shown = Image.open(io.BytesIO(response.content))
    assert (response.headers["content-type"], shown.format) == ("image/webp", "WEBP")
    assert shown.size == size  # 1,600 px would enlarge it
    assert len(shown.getexif()) == 0
    assert b"SecretCamera" not in response.content
    assert response.headers["cache-control"] == "private, max-age=86400, immutable"
    assert "Authorization" in response.headers["vary"]


def test_a_heic_photo_has_a_rendition_that_every_browser_shows(server: Running) -> None:
    answer = server.answer(photo_bytes("heic"))
    response = server.http.get(f"/v1/checks/{answer['check_id']}/photos/0/renditions/160")
    shown = np.asarray(Image.open(io.BytesIO(response.content)).convert("RGB"))
    assert mean_difference(shown, smooth_pixels()) < 5


def test_a_rendition_that_the_browser_has_is_not_sent_again(server: Running) -> None:
    path = f"/v1/checks/{server.answer(jpeg(seed=12))['check_id']}/photos/0/renditions/160"
    tag = server.http.get(path).headers["etag"]
    again = server.http.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert server.http.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
    assert server.http.get(path.replace("160", "1600"), headers={"If-None-Match": tag}).status_code == 200


def test_a_deleted_check_has_no_rendition_however_often_it_was_shown(server: Running) -> None:
    check = f"/v1/checks/{server.answer(jpeg(seed=13))['check_id']}"
    tag = server.http.get(f"{check}/photos/0/renditions/160").headers["etag"]
    server.http.delete(check)
    for headers in ({}, {"If-None-Match": tag}):
        gone = server.http.get(f"{check}/photos/0/renditions/160", headers=headers)
        assert (gone.status_code, gone.json()["code"]) == (404, "check_not_found")


@pytest.mark.parametrize("side_px", ["0", "161", "-160", "160.5", "1e3", "large", "16000"])
def test_any_other_side_is_refused_with_the_two_that_there_are(server: Running, side_px: str) -> None:
    answer = server.answer(jpeg(seed=14))
    response = server.http.get(f"/v1/checks/{answer['check_id']}/photos/0/renditions/{side_px}")
    assert (response.status_code, response.json()["code"]) == (422, "request_invalid")
    assert "160" in response.json()["detail"]
    assert "1600" in response.json()["detail"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/checks/nope/photos/0", "check_not_found"),
        ("/v1/checks/nope/photos/0/evidence", "check_not_found"),
        ("/v1/checks/{id}/photos/2", "photo_not_found"),
        ("/v1/checks/{id}/photos/1", "photo_not_found"),
        ("/v1/checks/{id}/photos/1/evidence", "photo_not_found"),
        ("/v1/checks/{id}/photos/9/evidence", "photo_not_found"),
        ("/v1/checks/nope/photos/0/renditions/160", "check_not_found"),
        ("/v1/checks/{id}/photos/1/renditions/160", "photo_not_found"),
        ("/v1/checks/{id}/photos/9/renditions/1600", "photo_not_found"),
        ("/v1/checks/nope/photos/0/crops", "check_not_found"),
        ("/v1/checks/{id}/photos/1/crops", "photo_not_found"),
        ("/v1/checks/{id}/photos/9/crops", "photo_not_found"),
    ],
)
def test_a_photo_that_does_not_exist_has_its_own_code(server: Running, path: str, code: str) -> None:
    answer = server.answer(jpeg(seed=11), truncated_jpeg())
    response = server.http.get(path.replace("{id}", answer["check_id"]))
    assert (response.status_code, response.json()["code"]) == (404, code)

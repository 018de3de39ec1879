from __future__ import annotations

import hashlib
import io
import json
import zipfile

from PIL import Image

from tests.serving.evidence.conftest import PHOTOS, Site


def test_a_photo_is_there_as_received_upright_and_under_its_evidence(check_zip: zipfile.ZipFile, site: Site) -> None:
    received = check_zip.read("checks/001/photo-00-received.jpg")
    assert received == PHOTOS[0]
    assert hashlib.sha256(received).hexdigest() == site.check["photos"][0]["sha256"]
    for name in ("upright", "evidence"):
        picture = Image.open(io.BytesIO(check_zip.read(f"checks/001/photo-00-{name}.jpg")))
        assert picture.format == "JPEG"
        assert not picture.getexif()


def test_crops_have_the_references_that_look_most_like_them(check_zip: zipfile.ZipFile) -> None:
    names = check_zip.namelist()
    assert {f"checks/001/photo-00-crop-1{end}.jpg" for end in ("", "-genuine", "-counterfeit")} <= set(names)
    photos = json.loads(check_zip.read("checks/001/photos.json"))
    captions = [one["caption"] for one in photos[0]["pictures"]]
    assert any("of the logit, for counterfeit" in caption for caption in captions)
    assert any("known to be genuine: likeness" in caption for caption in captions)


def test_marks_of_generated_pictures_are_named_and_a_damaged_photo_says_why_it_is_left_out(
    check_zip: zipfile.ZipFile, site: Site
) -> None:
    photos = json.loads(check_zip.read("checks/001/photos.json"))
    assert [mark["kind"] for mark in photos[1]["marks"]] == ["generated"]
    assert photos[0]["marks"] == []
    assert "could not be judged" in photos[2]["left_out"]
    shown = site.running.http.get(f"/v1/checks/{site.check['check_id']}/photos/1/marks").json()
    assert shown["marks"] == photos[1]["marks"]
    assert "never proof" in shown["note"]
    assert not [name for name in check_zip.namelist() if "photo-02" in name]

"""Crops and references over HTTP: to the tiny bundle red is genuine and blue counterfeit."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from serving.client import Client
from tests.builders.bundle import write_tiny_bundle
from tests.builders.references import BLUE as BLUE_CROP
from tests.builders.references import RED as RED_CROP
from tests.builders.references import add_tiny_references, jpeg_of
from tests.serving.builders.sample_photos import BLUE, RED, jpeg, truncated_jpeg
from tests.serving.servers.running import Running
from vision.bundle.references import Reference, remove_references

Stocked = tuple[Path, tuple[Reference, ...]]


@pytest.fixture
def stocked(tmp_path: Path) -> Stocked:
    """A bundle whose name needs quoting, with a red and a blue reference."""
    bundle = write_tiny_bundle(tmp_path / "stocked", name="dryers 2/3")
    sealed, written = add_tiny_references(bundle, [("genuine", RED_CROP), ("counterfeit", BLUE_CROP)])
    return sealed.folder, written


def crops_of(site: Running, *photos: bytes, index: int = 0) -> dict[str, Any]:
    answer = site.answer(*photos)
    found: dict[str, Any] = site.http.get(f"/v1/checks/{answer['check_id']}/photos/{index}/crops").json()
    return found


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


def test_an_erased_reference_is_shown_no_more_by_a_server_that_runs(
    start: Callable[..., Running], stocked: Stocked
) -> None:
    folder, (_, blue) = stocked
    site = start(bundle=(folder,))
    url = crops_of(site, jpeg(BLUE))["crops"][0]["nearest_counterfeit"]["url"]
    remove_references(folder, [blue.id])
    answer = site.http.get(url)
    assert (answer.status_code, answer.json()["code"]) == (404, "reference_not_found")
    assert {crop["nearest_counterfeit"] for crop in crops_of(site, jpeg(BLUE))["crops"]} == {None}


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


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/checks/nope/photos/0/crops", "check_not_found"),
        ("/v1/checks/{id}/photos/1/crops", "photo_not_found"),
        ("/v1/checks/{id}/photos/9/crops", "photo_not_found"),
        ("/v1/bundles/tiny/references/nope", "reference_not_found"),
        ("/v1/bundles/nope/references/nope", "reference_not_found"),
    ],
)
def test_what_is_not_there_is_said(server: Running, path: str, code: str) -> None:
    check_id = server.answer(jpeg(RED), truncated_jpeg())["check_id"]
    answer = server.http.get(path.format(id=check_id))
    assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_a_client_reads_crops_and_their_references(start: Callable[..., Running], stocked: Stocked) -> None:
    site = start(bundle=(stocked[0],))
    with Client(site.url) as client:
        crops = client.crops(client.check([jpeg(BLUE)]).check_id, 0).crops
        assert crops[0].nearest_genuine is not None
        assert Image.open(io.BytesIO(client.reference(crops[0].nearest_genuine))).size == (64, 64)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.crops import Stocked, crops_of
from tests.serving.builders.measured import measured
from tests.serving.builders.sample_photos import BLUE, jpeg
from tests.serving.servers.running import Running
from vision.bundle.references import remove_references


def test_bundles_are_listed_with_products_thresholds_and_figures(server: Running) -> None:
    (bundle,) = server.http.get("/v1/bundles").json()["bundles"]
    assert (bundle["name"], bundle["version"], bundle["products"]) == ("tiny", "1", ["toy"])
    assert bundle["thresholds"]["toy"]["genuine_flagged"]["n"] == 100
    assert bundle["thresholds"]["toy"]["genuine_flagged"]["kind"] == "guaranteed"
    assert (bundle["metrics"], bundle["performance"]) == ({"listing_auroc": 0.9}, None)


@pytest.mark.parametrize(
    ("source", "kind", "thresholds"),
    [
        ("test_set", "measured", "of_the_bundle"),
        ("out_of_fold", "estimate", "cross_fitted"),
        ("calibration", "estimate", "cross_fitted"),
    ],
)
def test_what_a_bundle_was_measured_to_do_has_its_source_number_and_interval(
    start: Callable[..., Running], tmp_path: Path, source: str, kind: str, thresholds: str
) -> None:
    write_tiny_bundle(tmp_path / "b", metrics=measured(source, thresholds))
    performance = start(bundle=(tmp_path / "b",)).http.get("/v1/bundles").json()["bundles"][0]["performance"]
    assert (performance["measured_on"], performance["kind"]) == (source, kind)
    assert (performance["genuine"], performance["counterfeit"]) == (60, 60)
    assert performance["decided"] == {"value": 0.625, "low": 0.5358, "high": 0.7065, "hits": 75, "n": 120}
    assert performance["auroc"] == {"value": 0.8944, "low": 0.8304, "high": 0.9463}


def test_shares_of_listings_that_set_their_own_thresholds_are_no_performance(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    write_tiny_bundle(tmp_path / "b", metrics=measured("out_of_fold"))
    performance = start(bundle=(tmp_path / "b",)).http.get("/v1/bundles").json()["bundles"][0]["performance"]
    assert (performance["decided"], performance["genuine_flagged"], performance["counterfeit_passed"]) == (None,) * 3
    assert performance["auroc"]["value"] == 0.8944


def test_figures_that_cannot_be_read_are_none(start: Callable[..., Running], tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "b", metrics={"coverage": "high"})
    (bundle,) = start(bundle=(tmp_path / "b",)).http.get("/v1/bundles").json()["bundles"]
    assert bundle["performance"] is None


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


@pytest.mark.parametrize("name", ["tiny", "nope"])
def test_a_reference_that_does_not_exist_has_its_own_code(server: Running, name: str) -> None:
    answer = server.http.get(f"/v1/bundles/{name}/references/nope")
    assert (answer.status_code, answer.json()["code"]) == (404, "reference_not_found")

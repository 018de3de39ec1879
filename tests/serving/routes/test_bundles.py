from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.serving.builders.crops import Stocked, crops_of
from tests.serving.builders.sample_photos import BLUE, jpeg
from tests.serving.servers.running import Running
from vision.bundle.references import remove_references


def test_bundles_are_listed_with_products_thresholds_and_figures(server: Running) -> None:
    (bundle,) = server.http.get("/v1/bundles").json()["bundles"]
    assert (bundle["name"], bundle["version"], bundle["products"]) == ("tiny", "1", ["toy"])
    assert bundle["thresholds"]["toy"]["genuine_flagged"]["n"] == 100
    assert bundle["metrics"] == {"listing_auroc": 0.9}


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

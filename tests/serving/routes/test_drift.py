from __future__ import annotations

from collections.abc import Iterator

import pytest

from serving.monitoring.drift import DriftSettings
from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.builders.drift_sample import add_tiny_sample, mixed_photo
from tests.serving.servers.running import Running, run_in_thread


@pytest.fixture(scope="module")
def monitored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("drift") / "bundle"
    write_tiny_bundle(folder)
    add_tiny_sample(folder)
    drift = DriftSettings(window_listings=50, window_s=0)
    with run_in_thread(ServeSettings(bundle=(folder,), store="none", drift=drift)) as running:
        yield running


def test_a_bundle_without_a_sample_has_no_measures_and_no_windows(server: Running) -> None:
    (bundle,) = server.http.get("/v1/drift").json()["bundles"]
    assert (bundle["validation_listings"], bundle["measures"], bundle["windows"]) == (None, [], [])
    assert (bundle["bundle"]["name"], bundle["bundle"]["version"]) == ("tiny", "1")


def test_windows_come_newest_first_with_each_measures_shares(monitored: Running) -> None:
    for seed in range(100):
        monitored.answer(mixed_photo(8000 + seed, light=1.0 if seed < 50 else 0.6))
    (bundle,) = monitored.http.get("/v1/drift").json()["bundles"]
    assert (bundle["window_listings"], bundle["window_s"], bundle["filled"]) == (50, 0, 0)
    assert [window["alarm"] for window in bundle["windows"]] == [True, False]
    latest, first = bundle["windows"]
    assert first["opened_at"] < first["closed_at"] <= latest["closed_at"]
    assert [measure["measure"] for measure in latest["measures"]] == bundle["measures"]
    for measure in latest["measures"]:
        assert len(measure["edges"]) + 1 == len(measure["validation_shares"]) == len(measure["window_shares"])
        assert sum(measure["window_shares"]) == pytest.approx(1, abs=1e-3)
        assert 0 <= measure["p_value"] <= 1

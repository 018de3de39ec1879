"""What is fitted on held-out listings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.builders.training_data import write_toy_data
from tests.training.builders.calibration_set import random_predictions
from training.calibration.config import CalibrationConfig
from training.calibration.fitted import fit_on_held_out
from training.calibration.held_out import CalibrationSet
from training.data.manifest import Manifest, read_manifest
from training.model.outputs import PhotoOutputs
from vision.bundle.metadata import NEVER, ListingCounts


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy")))


def test_each_product_gets_a_floor_from_its_own_column(manifest: Manifest) -> None:
    renamed = [replace(row, product="ball" if row.fold == 0 else "cap") for row in manifest.rows]
    two = replace(manifest, rows=tuple(renamed))
    product_logit = np.array([[0.8, 0.1] if row.product == "ball" else [0.2, 0.6] for row in two.rows])
    outputs = PhotoOutputs(logit=np.zeros(len(two.rows)), product_logit=product_logit)
    held_out = CalibrationSet(manifest=two, rows=tuple(range(len(two.rows))), outputs=outputs, source="held_out")
    support = fit_on_held_out(held_out, CalibrationConfig()).support
    assert {name: floor.listing for name, floor in support.items()} == pytest.approx({"ball": 0.8, "cap": 0.6})


def test_a_fit_counts_its_listings_and_is_stricter_with_one_photo(manifest: Manifest) -> None:
    held_out = random_predictions(manifest)
    fitted = fit_on_held_out(held_out, CalibrationConfig())
    listings = held_out.listings()
    n_genuine = sum(listing.genuine for listing in listings)
    assert fitted.listings_by_product["*"] == ListingCounts(genuine=n_genuine, counterfeit=len(listings) - n_genuine)
    assert [(entry.min_photos, entry.genuine) for entry in fitted.listings] == [(1, n_genuine), (2, n_genuine)]
    assert fitted.one_photo_thresholds.keys() == fitted.thresholds.keys()
    for name, one in fitted.one_photo_thresholds.items():
        assert one.counterfeit_below <= fitted.thresholds[name].counterfeit_below
        assert one.genuine_above >= fitted.thresholds[name].genuine_above


def test_the_share_of_counterfeits_follows_laplace_s_rule(manifest: Manifest) -> None:
    fitted = fit_on_held_out(random_predictions(manifest), CalibrationConfig())
    assert fitted.counterfeit_share == {"*": 31 / 62, "toy": 31 / 62}  # 30 of 60 listings


def test_genuine_logits_are_kept_in_order_where_the_manifest_has_no_counterfeit(manifest: Manifest) -> None:
    genuine = manifest.where(lambda row: row.label == "genuine")
    fitted = fit_on_held_out(random_predictions(genuine), CalibrationConfig())
    assert fitted.genuine_logits is not None
    assert list(fitted.genuine_logits.listing) == sorted(fitted.genuine_logits.listing)
    assert len(fitted.genuine_logits.photo) == len(genuine.rows)
    assert fit_on_held_out(random_predictions(manifest), CalibrationConfig()).genuine_logits is None


def test_the_record_of_a_graph_holds_what_was_fitted(manifest: Manifest) -> None:
    fitted = fit_on_held_out(random_predictions(manifest), CalibrationConfig())
    graph = fitted.graph_metadata("model.onnx", "fp32", (0.5,) * 8)
    assert (graph.file, graph.precision, graph.self_test_logits, graph.parity) == ("model.onnx", "fp32", (0.5,) * 8, 0)
    assert graph.thresholds == fitted.thresholds
    assert graph.photo_calibration == fitted.photo


def test_counterfeits_that_happen_not_to_calibrate_give_no_conformal_bundle(manifest: Manifest) -> None:
    every = random_predictions(manifest)
    genuine = np.array([row.label == "genuine" for row in manifest.rows]).nonzero()[0]
    held_out = replace(every, rows=tuple(genuine.tolist()), outputs=every.outputs.take(genuine))
    assert fit_on_held_out(held_out, CalibrationConfig()).genuine_logits is None


@pytest.mark.parametrize(("lacking", "reached"), [("counterfeit", "genuine_above"), ("genuine", "counterfeit_below")])
def test_a_product_that_lacks_a_label_never_gets_the_outcome_that_speaks_against_it(
    manifest: Manifest, lacking: str, reached: str
) -> None:
    rows = [replace(row, product="hat" if row.fold == 0 and row.label != lacking else "toy") for row in manifest.rows]
    fitted = fit_on_held_out(random_predictions(replace(manifest, rows=tuple(rows))), CalibrationConfig())
    for thresholds in (fitted.thresholds, fitted.one_photo_thresholds):
        assert abs(getattr(thresholds["hat"], reached)) == NEVER
        bounds = {"genuine": thresholds["hat"].genuine_flagged, "counterfeit": thresholds["hat"].counterfeit_passed}
        assert (bounds[lacking].n, bounds[lacking].limit, bounds[lacking].guaranteed) == (0, 0.05, False)
        known = "counterfeit" if lacking == "genuine" else "genuine"
        assert bounds[known].n == 30, "of the other label, the thresholds of all products hold"
        assert "toy" not in thresholds

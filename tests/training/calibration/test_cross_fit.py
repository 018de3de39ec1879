"""A listing is judged by thresholds that it did not set."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builders.training_data import write_toy_data
from tests.training.builders.labelled_manifest import listings, manifest_of
from training.calibration.config import CalibrationConfig
from training.calibration.cross_fit import cross_fit
from training.calibration.fitted import fit_on_held_out
from training.calibration.held_out import CalibrationSet
from training.data.manifest import Manifest, read_manifest
from training.model.outputs import PhotoOutputs


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy"), listings=20))


def predicted(manifest: Manifest, logit: list[float]) -> CalibrationSet:
    rows = tuple(range(len(manifest.rows)))
    return CalibrationSet(manifest=manifest, rows=rows, outputs=PhotoOutputs(logit=np.array(logit)), source="held_out")


def test_every_row_is_judged_once_by_a_fit_of_all_others(photos: Manifest) -> None:
    predictions = predicted(photos, np.linspace(-3, 3, len(photos.rows)).tolist())
    parts = list(cross_fit(predictions, CalibrationConfig(folds=3), seed=0))
    assert sorted(row for part, _ in parts for row in part.rows) == list(predictions.rows)
    for part, fitted in parts:
        assert [predictions.logit[row] for row in part.rows] == part.logit.tolist()
        own = {photos.rows[row].listing for row in part.rows}
        counts = fitted.listings_by_product["*"]
        assert counts.genuine + counts.counterfeit == len(photos.listings) - len(own)


def test_the_lowest_genuine_listing_is_flagged_by_the_others_but_not_by_a_threshold_that_it_set(
    photos: Manifest,
) -> None:
    """Listings of both labels alternate from 0 to 19, so that the thresholds of each are its own extremes."""
    predictions = predicted(photos, [float(row.listing.removeprefix("L")) for row in photos.rows])
    lowest = photos.listings["L00"][0]
    config = CalibrationConfig(folds=5)
    assert fit_on_held_out(predictions, config).thresholds["*"].counterfeit_below == 0.0, "it set the threshold"
    (others,) = [fitted for part, fitted in cross_fit(predictions, config, seed=0) if lowest in part.rows]
    assert others.thresholds["*"].counterfeit_below > 0.0


def test_labels_of_one_seller_can_not_be_parted() -> None:
    manifest = manifest_of(listings("genuine", 4), listings("counterfeit", 4, seller="S"))
    assert list(cross_fit(predicted(manifest, [0.0] * 24), CalibrationConfig(), seed=0)) == []

"""Held-out listings: what a verdict sees of them, and how their logits rank."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.builders.training_data import write_toy_data
from tests.training.builders.calibration_set import random_predictions
from training.calibration.held_out import CalibrationSet, join_sets
from training.data.manifest import Manifest, read_manifest
from training.model.outputs import PhotoOutputs


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy")))


def test_a_listings_rank_comes_from_the_mean_of_its_photos(manifest: Manifest) -> None:
    rows = (0, 1, 2, 3, 6, 7)  # listings of two photos: genuine, counterfeit, counterfeit
    outputs = PhotoOutputs(logit=np.array([3.0, -1.0, 2.0, -2.0, 4.0, -1.0]))  # means 1, 0, 1.5
    assert CalibrationSet(manifest=manifest, rows=rows, outputs=outputs, source="held_out").listing_auroc() == 0.5


def test_the_auroc_of_one_label_is_undefined(manifest: Manifest) -> None:
    outputs = PhotoOutputs(logit=np.array([3.0, -1.0]))
    assert np.isnan(CalibrationSet(manifest=manifest, rows=(0, 1), outputs=outputs, source="held_out").listing_auroc())


def test_one_photo_stands_for_its_listing_whatever_its_logit(manifest: Manifest) -> None:
    held_out = random_predictions(manifest)
    mirrored = replace(held_out, outputs=PhotoOutputs(logit=-held_out.logit))
    for listing, turned in zip(held_out.listings(), mirrored.listings(), strict=True):
        rows = [row for row, entry in enumerate(manifest.rows) if entry.listing == listing.name]
        assert listing.one_photo_logit in held_out.logit[rows]
        assert turned.one_photo_logit == -listing.one_photo_logit  # the same photo: the draw doesn't depend on logits


def test_joined_sets_have_their_rows_in_order_each_with_its_own_outputs(manifest: Manifest) -> None:
    parts = [
        CalibrationSet(
            manifest=manifest, rows=rows, outputs=PhotoOutputs(logit=np.array(rows, float)), source="held_out"
        )
        for rows in ((4, 5), (0, 1), (2, 3))
    ]
    joined = join_sets(manifest, parts, "out_of_fold")
    assert joined.rows == (0, 1, 2, 3, 4, 5)
    assert joined.logit.tolist() == [0, 1, 2, 3, 4, 5]
    assert joined.source == "out_of_fold"

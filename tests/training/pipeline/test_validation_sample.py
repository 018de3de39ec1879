"""A bundle's validation sample: a row a held-out listing, measured as serving measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.builders.bundle import write_tiny_bundle
from tests.builders.training_data import PHOTOS_A_LISTING, write_toy_data
from training.calibration.held_out import CalibrationSet
from training.calibration.thresholds import Source
from training.data.manifest import Manifest, read_manifest
from training.model.outputs import PhotoOutputs
from training.pipeline.validation_sample import add_validation_sample
from vision.bundle.bundle import Bundle, seal_bundle
from vision.detector import Detector
from vision.drift_sample import ValidationSample, measure_photo, read_sample, representative_photo

Add = Callable[..., ValidationSample]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy"), listings=20))


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return write_tiny_bundle(tmp_path)


@pytest.fixture
def add(manifest: Manifest, bundle: Bundle) -> Add:
    def add(*, embed: bool, source: Source = "held_out") -> ValidationSample:
        rows = tuple(range(len(manifest.rows)))
        outputs = PhotoOutputs(logit=np.array(rows, float) / 10, novelty=np.array(rows, float))
        held_out = CalibrationSet(manifest=manifest, rows=rows, outputs=outputs, source=source)
        add_validation_sample(bundle, held_out, "fp32", embed=embed, threads=1, console=Console(quiet=True))
        sample = read_sample(seal_bundle(bundle.folder, bundle.metadata), bundle.metadata.graphs[0])
        assert sample is not None
        return sample

    return add


def test_each_listing_has_one_row_with_its_label_and_product(add: Add, manifest: Manifest) -> None:
    sample = add(embed=False)
    assert sample.counterfeit.tolist() == [False, True] * 10
    assert set(sample.product) == set(manifest.products)
    assert {len(column) for column in sample.values.values()} == {20}


def test_authenticity_and_novelty_are_the_held_out_answers_and_the_rest_is_measured_as_served(
    add: Add, manifest: Manifest, bundle: Bundle
) -> None:
    sample = add(embed=False)
    detector = Detector(bundle)
    for listing, rows in enumerate(manifest.listings.values()):
        judged = [detector.judge_photo(manifest.rows[row].photo.read_bytes(), n) for n, row in enumerate(rows)]
        served = representative_photo(judged)
        assert served is not None
        row = rows[served.index]
        expected = measure_photo(replace(served, logit=row / 10, novelty=float(row)), detector.scorer.graph, None)
        assert {name: column[listing] for name, column in sample.values.items()} == pytest.approx(expected)
    assert len(manifest.rows) == 20 * PHOTOS_A_LISTING


def test_rows_that_the_directions_were_fitted_on_are_not_compared_by_them(add: Add) -> None:
    sample = add(embed=True)
    assert sample.projection is not None
    for name in ("embedding_1", "embedding_rest"):
        assert np.isnan(sample.values[name]).tolist() == [True, False] * 10
    assert not np.isnan(sample.values["brightness"]).any()


def test_without_the_embedding_there_are_no_directions(add: Add) -> None:
    sample = add(embed=False)
    assert sample.projection is None
    assert not [name for name in sample.values if name.startswith("embedding")]


def test_novelty_by_other_networks_than_the_one_that_ships_is_left_out(add: Add) -> None:
    assert "novelty" in add(embed=False).values
    assert "novelty" not in add(embed=False, source="out_of_fold").values

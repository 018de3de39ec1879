from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.builders.drift_sample import add_tiny_sample, mixed_photo
from vision.bundle.bundle import read_bundle, seal_bundle
from vision.detector import Detector
from vision.drift_sample import (
    DIRECTIONS,
    ValidationSample,
    fit_projection,
    measure_photo,
    read_sample,
    representative_photo,
    sample_file,
    write_sample,
)
from vision.errors import BundleError


def npy_file() -> bytes:
    """One array where a table of them should be."""
    stream = io.BytesIO()
    np.save(stream, np.arange(3))
    return stream.getvalue()


def test_a_sample_comes_back_as_it_was_written(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    projection = fit_projection(np.random.default_rng(0).normal(size=(20, 9)).astype(np.float32))
    values = {
        name: np.arange(3.0)
        for name in ("authenticity", "bits_per_px", "sharpness", "shadow", "brightness", "highlight")
    }
    values["embedding_1"] = np.array([np.nan, 1.0, 2.0])
    sample = ValidationSample(
        values=values, counterfeit=np.array([True, False, True]), product=("toy", "toy", "mug"), projection=projection
    )
    write_sample(tmp_path, "fp32", sample)
    read = read_sample(seal_bundle(tmp_path, bundle.metadata), bundle.metadata.graphs[0])
    assert read is not None
    assert read.product == sample.product
    assert read.counterfeit.tolist() == [True, False, True]
    assert {name: column.tolist() for name, column in read.values.items() if name != "embedding_1"} == {
        name: [0.0, 1.0, 2.0] for name in values if name != "embedding_1"
    }
    assert np.isnan(read.values["embedding_1"][0])
    assert read.projection is not None
    assert projection is not None
    assert np.array_equal(read.projection.directions, projection.directions)


def test_a_bundle_without_a_sample_has_none(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    assert read_sample(bundle, bundle.metadata.graphs[0]) is None


@pytest.mark.parametrize("content", [b"nonsense", b"", b"PK\x03\x04 cut off", npy_file()])
def test_a_broken_sample_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    bundle = write_tiny_bundle(tmp_path)
    (tmp_path / sample_file("fp32")).write_bytes(content)
    with pytest.raises(BundleError, match=r"validation-fp32\.npz is no validation sample"):
        read_sample(seal_bundle(tmp_path, bundle.metadata), bundle.metadata.graphs[0])


def test_columns_of_unequal_length_are_refused(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    values = {
        name: np.arange(3.0)
        for name in ("authenticity", "bits_per_px", "sharpness", "shadow", "brightness", "highlight")
    }
    sample = ValidationSample(values=values, counterfeit=np.array([True]), product=("toy",), projection=None)
    write_sample(tmp_path, "fp32", sample)
    with pytest.raises(BundleError, match=r"columns of \[1, 3\] rows"):
        read_sample(seal_bundle(tmp_path, bundle.metadata), bundle.metadata.graphs[0])


def test_a_projection_measures_along_its_directions_and_away_from_them() -> None:
    basis = np.eye(9, dtype=np.float32)
    spread = np.concatenate([basis[:DIRECTIONS] * (10.0 - n) for n in range(DIRECTIONS)] * 2).astype(np.float32)
    spread = np.concatenate([spread, -spread])
    projection = fit_projection(spread)
    assert projection is not None
    assert np.allclose(projection.centre, 0, atol=1e-6)
    measured = projection.measure(basis[8] * 3)
    assert measured["embedding_rest"] == pytest.approx(3.0)
    assert [measured[f"embedding_{n}"] for n in range(1, DIRECTIONS + 1)] == pytest.approx([0.0] * DIRECTIONS, abs=1e-5)
    inside = projection.measure(basis[0] * 2)
    assert inside["embedding_rest"] == pytest.approx(0.0, abs=1e-3)
    assert sum(inside[f"embedding_{n}"] ** 2 for n in range(1, DIRECTIONS + 1)) == pytest.approx(4.0, rel=1e-4)


def test_too_few_embeddings_have_no_directions() -> None:
    assert fit_projection(np.ones((DIRECTIONS, 9), np.float32)) is None


def test_the_least_hash_of_the_readable_photos_stands_for_a_listing(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path)
    detector = Detector(tmp_path)
    broken = detector.judge_photo(b"no photo", 0)
    judged = [detector.judge_photo(mixed_photo(seed), seed) for seed in (1, 2, 3)]
    assert representative_photo([broken, *judged]) is min(judged, key=lambda one: one.sha256)
    assert representative_photo([broken]) is None
    assert measure_photo(broken, detector.scorer.graph, None) is None


def test_the_measures_are_those_of_the_photo_as_judged(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path)
    detector = Detector(tmp_path)
    bright = detector.judge_photo(mixed_photo(1), 0)
    dark = detector.judge_photo(mixed_photo(1, light=0.5), 0)
    ours, darker = (measure_photo(one, detector.scorer.graph, None) for one in (bright, dark))
    assert ours is not None
    assert darker is not None
    assert ours["authenticity"] == detector.scorer.graph.photo_calibration.authenticity(bright.logit or 0)
    assert ours["brightness"] == pytest.approx(2 * darker["brightness"], rel=0.1)
    assert ours["bits_per_px"] == pytest.approx(8 * len(mixed_photo(1)) / (240 * 180))
    with_novelty = measure_photo(replace(bright, novelty=2.0), detector.scorer.graph, None)
    assert with_novelty == {**ours, "novelty": 2.0}


def test_the_tiny_sample_seals_into_a_bundle_that_loads(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path)
    add_tiny_sample(tmp_path, listings=8)
    bundle = read_bundle(tmp_path)
    sample = read_sample(bundle, bundle.metadata.graphs[0])
    assert sample is not None
    assert len(sample.product) == 8

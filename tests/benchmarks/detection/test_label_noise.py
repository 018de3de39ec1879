"""The labels that benchmarks/detection/label_noise.py makes wrong on purpose."""

from __future__ import annotations

import pytest

from benchmarks.detection.label_noise import draw_flips, flip
from tests.builders.training_data import write_toy_data
from training.data.manifest import Manifest, read_manifest


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """Sixty listings in three folds, thirty of each label."""
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy")))


def test_flips_are_drawn_evenly_from_the_training_rows_and_never_from_the_test_set(manifest: Manifest) -> None:
    fit = [n for n, row in enumerate(manifest.rows) if row.fold != 0]
    flipped = draw_flips(manifest, fit, 0.2, seed=0)
    rows = [manifest.rows[manifest.listings[name][0]] for name in flipped]
    assert sorted(str(row.label) for row in rows) == ["counterfeit"] * 4 + ["genuine"] * 4  # of 20 each
    assert 0 not in {row.fold for row in rows}
    assert flipped == draw_flips(manifest, fit, 0.2, seed=0) != draw_flips(manifest, fit, 0.2, seed=1)


def test_a_flipped_listing_has_the_other_label_on_every_photo(manifest: Manifest) -> None:
    noisy = flip(manifest, frozenset({"L00", "L01"}))
    assert [row.label for row in noisy.rows[:6]] == ["counterfeit"] * 2 + ["genuine"] * 4
    assert noisy.rows[6:] == manifest.rows[6:]

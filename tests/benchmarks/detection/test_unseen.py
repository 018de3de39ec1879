"""A listing of which the bundle was fitted on one photo is never drawn."""

import hashlib
from pathlib import Path

from benchmarks.detection.unseen import draw_unseen_listings
from tests.builders.bundle import write_tiny_bundle
from tests.builders.training_data import write_toy_data
from training.data.manifest import read_manifest
from vision.bundle.bundle import SEEN_DIGITS


def test_only_listings_that_the_bundle_was_not_fitted_on_are_drawn(tmp_path: Path) -> None:
    rows = read_manifest(write_toy_data(tmp_path / "toy", listings=6)).rows
    seen = [hashlib.sha256(rows[n].photo.read_bytes()).hexdigest()[:SEEN_DIGITS] for n in (1, 4)]
    bundle = write_tiny_bundle(tmp_path / "bundle", seen=seen)
    assert draw_unseen_listings(rows, bundle, 10, seed=0) == {"L01", "L03", "L04", "L05"}
    two = draw_unseen_listings(rows, bundle, 2, seed=0)
    assert len(two) == 2
    assert two == draw_unseen_listings(rows, bundle, 2, seed=0)

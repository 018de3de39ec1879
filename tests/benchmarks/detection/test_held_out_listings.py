"""The arrays that calibrators and thresholds are cross-fitted on."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.detection.held_out_listings import read_listings
from tests.builders.held_out_listings import made_listings
from tests.builders.training_data import write_toy_data


def test_each_fold_is_held_out_from_what_is_fitted() -> None:
    listings = made_listings(60)
    folds = list(listings.cross_fits(limit=None, seed=0))
    assert [len(known.logit) for known, _ in folds] == [48] * 5
    for fold, (known, held_out) in enumerate(folds):
        assert set(known.fold) == set(range(5)) - {fold}
        assert set(listings.fold[held_out]) == {fold}


def test_a_limit_draws_as_many_listings_by_the_seed() -> None:
    listings = made_listings(60)
    first, again, other = (next(listings.cross_fits(limit=10, seed=seed))[0] for seed in (0, 0, 1))
    assert len(first.logit) == 10
    assert (first.logit == again.logit).all()
    assert (first.logit != other.logit).any()


def test_a_listing_cut_to_one_photo_has_that_photos_logit() -> None:
    listings = made_listings(12)
    cut = listings.cut_to_one_photo()
    assert (cut.logit == listings.one_photo_logit).all()
    assert set(cut.photos) == {1}


def write_run(folder: Path, manifest: Path, name: str, fold: str | None = None) -> None:
    """A run with a logit of 1 for genuine photos and -1 for counterfeit ones."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(csv.DictReader(manifest.read_text().splitlines()))
    with (folder / name).open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("photo", "logit"))
        for row in rows:
            if fold in (None, row["fold"]):
                writer.writerow((manifest.parent / row["photo"], 1 if row["label"] == "genuine" else -1))


@pytest.mark.parametrize("folds", [True, False], ids=["folds", "test set"])
def test_a_runs_logits_are_joined_to_listings(tmp_path: Path, folds: bool) -> None:
    manifest = write_toy_data(tmp_path / "toy", listings=30)
    run = tmp_path / "run"
    for fold in ("0", "1", "2") if folds else ():
        write_run(run / "folds" / fold, manifest, "report_logits.csv", fold)
    if not folds:
        write_run(run, manifest, "report_logits.csv")
    data: dict[str, object] = {"manifest": str(manifest), "where": [], "product": None}
    (run / "run.json").write_text(json.dumps({"config": {"data": data}, "data_hash": ""}))
    listings = read_listings(run, None, seed=0)
    assert len(listings.logit) == 30
    assert (listings.logit == np.where(listings.genuine, 1.0, -1.0)).all()
    assert set(listings.photos) == {2}
    assert len(np.unique(listings.fold)) == (3 if folds else 5)

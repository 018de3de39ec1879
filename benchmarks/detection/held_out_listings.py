"""Held-out logits of a run's listings, as arrays, and the folds that fit on the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.calibration.held_out import CalibrationSet
from training.calibration.logit_files import TEST_LOGITS, read_fold_logits, read_test_logits
from training.data.splits import group_folds
from training.runs.data import read_data_of_run
from training.runs.folder import FOLDS_FOLDER
from training.statistics.scores import BoolArray, FloatArray

# Rows of the tables: name, smallest and largest number of photos.
PHOTO_COUNTS = (("all", 1, 12), ("1 photo", 1, 1), ("2", 2, 2), ("3-4", 3, 4), ("5-12", 5, 12))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutListings:
    """Listings by networks from which they were held out: logits of all photos and of one, label etc., [N] each."""

    logit: FloatArray
    one_photo_logit: FloatArray
    genuine: BoolArray
    product: NDArray[np.str_]
    photos: NDArray[np.int64]
    fold: NDArray[np.int64]

    def only(self, kept: NDArray[Any]) -> HeldOutListings:
        """The listings that a mask [N] or indices keep."""
        return HeldOutListings(**{field.name: getattr(self, field.name)[kept] for field in fields(self)})

    def cut_to_one_photo(self) -> HeldOutListings:
        """Every listing by one of its photos."""
        return replace(self, logit=self.one_photo_logit, photos=np.ones_like(self.photos))

    def cross_fits(self, *, limit: int | None, seed: int) -> Iterator[tuple[HeldOutListings, BoolArray]]:
        """For each fold: the listings of the others to fit on, `limit` of them drawn by `seed`, and its mask [N]."""
        for fold in np.unique(self.fold):
            known = np.flatnonzero(self.fold != fold)
            if limit is not None and limit < len(known):
                known = np.random.default_rng([seed, int(fold)]).choice(known, limit, replace=False)
            yield self.only(known), self.fold == fold


def read_listings(run: Path, manifest: Path | None, *, seed: int) -> HeldOutListings:
    """The run's held-out logits, joined to listings as calibration joins them."""
    data = read_data_of_run(run, Console(stderr=True), manifest=manifest)
    files = {int(file.parent.name): file for file in run.glob(f"{FOLDS_FOLDER}/*/{TEST_LOGITS}")}
    if files:
        held_out = read_fold_logits(data, files)
        fold_of_row = {row: data.rows[row].fold or 0 for row in held_out.rows}
    else:
        held_out = read_test_logits(data, run / TEST_LOGITS)
        folds = group_folds(data, held_out.rows, k=5, seed=seed)
        fold_of_row = {row: k for k, (_, own) in enumerate(folds) for row in own}
    return _as_arrays(held_out, {data.rows[row].listing: fold for row, fold in fold_of_row.items()})


def _as_arrays(held_out: CalibrationSet, fold_of: dict[str, int]) -> HeldOutListings:
    listings = held_out.listings()
    return HeldOutListings(
        logit=np.array([listing.logit for listing in listings]),
        one_photo_logit=np.array([listing.one_photo_logit for listing in listings]),
        genuine=np.array([listing.genuine for listing in listings]),
        product=np.array([listing.product for listing in listings]),
        photos=np.array([listing.photos for listing in listings], np.int64),
        fold=np.array([fold_of[listing.name] for listing in listings], np.int64),
    )

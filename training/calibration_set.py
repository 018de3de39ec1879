"""Held-out photos and listings with their logits: what probabilities and thresholds are fitted on."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.calibrate import choose_thresholds, fit_calibration, fit_listing_calibrations
from training.config import CalibrationConfig
from training.errors import RunError
from training.manifest import Manifest
from training.metrics import auroc
from vision.bundle import ANY_PRODUCT, Calibration, ListingCalibration, Thresholds
from vision.detector import MOST_PHOTOS
from vision.verdict import PhotoJudgement, distinct_readable, listing_logit

Source = Literal["held_out", "out_of_fold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSet:
    """Rows of the manifest with the logit [N] that a network gave each without having learned from it."""

    manifest: Manifest
    rows: tuple[int, ...]
    logit: NDArray[np.float64]
    source: Source

    def fit(self, config: CalibrationConfig) -> FittedCalibration:
        """Calibrations of photos and listings, thresholds, and each product's share of counterfeit listings."""
        listings = self.listings()
        logit = np.array([listing.logit for listing in listings])
        genuine = np.array([listing.genuine for listing in listings])
        products = [listing.product for listing in listings]
        counts = np.array([listing.photos for listing in listings], np.int64)
        of_one = np.array([listing.one_photo_logit for listing in listings])
        shared = self._thresholds(logit, listings, config)
        photo_genuine = np.array([self.manifest.rows[row].label == "genuine" for row in self.rows])
        return FittedCalibration(
            photo=fit_calibration(self.logit, photo_genuine),
            listings=fit_listing_calibrations(logit, genuine, counts, one_photo_logit=of_one),
            thresholds=shared,
            one_photo_thresholds=self._thresholds(of_one, listings, config, at_least=shared),
            counterfeit_share=_counterfeit_shares(genuine, np.array(products)),
            listings_by_product=_count_by_product(listings),
        )

    def listing_auroc(self) -> float:
        """How well the listings' logits rank counterfeits before genuine ones; NaN where one label is missing."""
        listings = self.listings()
        counterfeit = np.array([not listing.genuine for listing in listings])
        return auroc(counterfeit, -np.array([listing.logit for listing in listings]))

    def write(self, file: Path) -> None:
        """Write a CSV of photo, listing and logit, which `read_fold_answers` reads."""
        draft = file.with_suffix(".part")  # another fold's run may be waiting for the file
        with draft.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("photo", "listing", "logit"))
            for row, logit in zip(self.rows, self.logit, strict=True):
                entry = self.manifest.rows[row]
                writer.writerow((str(entry.photo), entry.listing, repr(float(logit))))
        draft.replace(file)

    def judged_listings(self) -> Iterator[tuple[tuple[int, ...], list[PhotoJudgement]]]:
        """The rows of each listing's first 12 photos, and what was said of them; quality was not looked at."""
        position = {row: n for n, row in enumerate(self.rows)}
        for rows in self.manifest.listings.values():
            taken = tuple(row for row in rows if row in position)[:MOST_PHOTOS]
            if taken:
                logits = [float(self.logit[position[row]]) for row in taken]
                yield taken, [self._judgement(n, row, logits[n]) for n, row in enumerate(taken)]

    def listings(self) -> list[HeldOutListing]:
        """Each listing as a verdict sees it: each file once."""
        found = []
        for rows, judgements in self.judged_listings():
            photos = distinct_readable(judgements)
            first = self.manifest.rows[rows[0]]
            found.append(
                HeldOutListing(
                    name=first.listing,
                    logit=listing_logit(photos),
                    one_photo_logit=listing_logit([min(photos, key=lambda photo: photo.sha256)]),
                    genuine=first.label == "genuine",
                    product=first.product,
                    photos=len(photos),
                )
            )
        return found

    def _thresholds(
        self,
        logit: NDArray[np.float64],
        listings: Sequence[HeldOutListing],
        config: CalibrationConfig,
        at_least: Mapping[str, Thresholds] = MappingProxyType({}),
    ) -> dict[str, Thresholds]:
        return choose_thresholds(
            logit,
            np.array([listing.genuine for listing in listings]),
            [listing.product for listing in listings],
            alpha=config.alpha,
            beta=config.beta,
            source=self.source,
            unguaranteed=config.unguaranteed,
            at_least=at_least,
        )

    def _judgement(self, index: int, row: int, logit: float) -> PhotoJudgement:
        digest = hashlib.sha256(self.manifest.rows[row].photo.read_bytes()).hexdigest()
        return PhotoJudgement(index=index, sha256=digest, logit=logit)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCalibration:
    """What a graph's record says of probabilities and thresholds, and on how many listings it rests."""

    photo: Calibration
    listings: tuple[ListingCalibration, ...]
    thresholds: dict[str, Thresholds]
    one_photo_thresholds: dict[str, Thresholds]
    counterfeit_share: dict[str, float]
    listings_by_product: dict[str, ListingCounts]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCounts:
    """How many held-out listings of each label there are."""

    genuine: int
    counterfeit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutListing:
    """What a verdict goes by: the logit of all `photos` distinct files, and of one of them, drawn by its sha256."""

    name: str
    logit: float
    one_photo_logit: float
    genuine: bool
    product: str
    photos: int


def read_fold_answers(manifest: Manifest, files: Mapping[int, Path]) -> CalibrationSet:
    """What each fold's network, which never saw the fold, said of it: by fold, what `CalibrationSet.write` wrote.

    Raises RunError where a photo of a fold has no answer: thresholds on part of the folds would pass for those on all.
    """
    logits: dict[Path, float] = {}
    for fold, file in files.items():
        if not file.is_file():
            raise RunError(
                f"fold {fold} has not answered yet: there is no {file}. Train it with data.fold={fold} and "
                f"run.folder={file.parent}, or the run of all folds, then start this one again"
            )
        logits |= _read_logits(file)
    photos = {row: entry.photo.resolve() for row, entry in enumerate(manifest.rows) if entry.fold in files}
    missing = [photo for photo in photos.values() if photo not in logits]
    if missing:
        folders = ", ".join(str(file.parent) for file in files.values())
        raise RunError(
            f"the fold runs in {folders} gave no answer to {len(missing)} of {len(photos)} photos, such as "
            f"{missing[0]}: they were made where the photos lay elsewhere. Delete those folders to make them anew"
        )
    values = np.array([logits[photo] for photo in photos.values()])
    return CalibrationSet(manifest=manifest, rows=tuple(photos), logit=values, source="out_of_fold")


def read_answers_of_photos(manifest: Manifest, file: Path) -> CalibrationSet:
    """What one file of `CalibrationSet.write` says of the manifest's rows that it names."""
    logits = _read_logits(file)
    photos = {row: entry.photo.resolve() for row, entry in enumerate(manifest.rows)}
    rows = tuple(row for row, photo in photos.items() if photo in logits)
    values = np.array([logits[photos[row]] for row in rows])
    return CalibrationSet(manifest=manifest, rows=rows, logit=values, source="out_of_fold")


def _read_logits(file: Path) -> dict[Path, float]:
    with file.open(newline="") as stream:
        return {Path(row["photo"]).resolve(): float(row["logit"]) for row in csv.DictReader(stream)}


def join_sets(manifest: Manifest, sets: Sequence[CalibrationSet], source: Source) -> CalibrationSet:
    """One set of all rows; every row is in one of them only."""
    rows = np.concatenate([np.array(s.rows, int) for s in sets])
    logit = np.concatenate([s.logit for s in sets])
    order = np.argsort(rows)
    return CalibrationSet(manifest=manifest, rows=tuple(rows[order].tolist()), logit=logit[order], source=source)


def _count_by_product(listings: Sequence[HeldOutListing]) -> dict[str, ListingCounts]:
    """By product, with `*` for all of them."""
    counts = {}
    for name in [ANY_PRODUCT, *sorted({listing.product for listing in listings})]:
        own = [listing.genuine for listing in listings if name in (ANY_PRODUCT, listing.product)]
        counts[name] = ListingCounts(genuine=sum(own), counterfeit=len(own) - sum(own))
    return counts


def _counterfeit_shares(genuine: NDArray[np.bool_], products: NDArray[np.str_]) -> dict[str, float]:
    """Laplace's rule keeps a product with one class only inside (0, 1)."""
    groups = {ANY_PRODUCT: np.ones(len(genuine), bool), **{p: products == p for p in np.unique(products).tolist()}}
    return {name: (int((~genuine[own]).sum()) + 1) / (int(own.sum()) + 2) for name, own in groups.items()}

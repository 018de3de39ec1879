"""Held-out photos and listings with their logits: what probabilities and thresholds are fitted on."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.calibration.config import CalibrationConfig
from training.calibration.thresholds import (
    choose_thresholds,
    fit_calibration,
    fit_listing_calibrations,
    fit_support_floor,
)
from training.data.manifest import Manifest
from training.errors import RunError
from training.model.outputs import PhotoOutputs, join_outputs
from training.statistics.scores import auroc
from vision.bundle.metadata import (
    ANY_PRODUCT,
    Calibration,
    GenuineLogits,
    GraphMetadata,
    ListingCalibration,
    Precision,
    SupportFloor,
    Thresholds,
)
from vision.check_shape import MAX_PHOTOS
from vision.copies.pdq import HASHED_SIDE_PX, PhotoHash, hash_photo
from vision.photo.decode import open_photo
from vision.verdict import PhotoJudgement, distinct_readable, listing_logit

Source = Literal["held_out", "out_of_fold"]
_PRODUCT_COLUMN = "product_logit:"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSet:
    """Rows of the manifest with what a network said of each without having learned from it."""

    manifest: Manifest
    rows: tuple[int, ...]
    outputs: PhotoOutputs
    source: Source

    @property
    def logit(self) -> NDArray[np.float64]:
        """The rows' logits [N]."""
        return self.outputs.logit

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
            support=self._support(config.support_loss),
            genuine_logits=None if (~genuine).any() else _ascending(logit, self.logit),
            listings_by_product=_count_by_product(listings),
        )

    def listing_auroc(self) -> float:
        """How well the listings' logits rank counterfeits before genuine ones; NaN where one label is missing."""
        listings = self.listings()
        counterfeit = np.array([not listing.genuine for listing in listings])
        return auroc(counterfeit, -np.array([listing.logit for listing in listings]))

    def write(self, file: Path) -> None:
        """Write a CSV of photo, listing and what was said of each, which `read_fold_answers` reads."""
        draft = file.with_suffix(".part")  # another fold's run may be waiting for the file
        columns = self._columns()
        with draft.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("photo", "listing", *columns))
            for n, row in enumerate(self.rows):
                entry = self.manifest.rows[row]
                said = [repr(float(values[n])) for values in columns.values()]
                writer.writerow((str(entry.photo), entry.listing, *said))
        draft.replace(file)

    def _columns(self) -> dict[str, NDArray[np.float64]]:
        columns = {"logit": self.outputs.logit}
        if self.outputs.novelty is not None:
            columns["novelty"] = self.outputs.novelty
        if self.outputs.product_logit is not None:
            for n, product in enumerate(self.manifest.products):
                columns[_PRODUCT_COLUMN + product] = self.outputs.product_logit[:, n]
        return columns

    def _support(self, loss: float) -> dict[str, SupportFloor]:
        """Each product's floor; none where the network gives no product logits, or a product is missing here."""
        if self.outputs.product_logit is None:
            return {}
        listings: dict[str, list[list[float]]] = {product: [] for product in self.manifest.products}
        for rows, judgements in self.judged_listings():
            product = self.manifest.rows[rows[0]].product
            own = self.manifest.products.index(product)
            photos = distinct_readable(judgements)
            listings[product].append([photo.product_logit[own] for photo in photos if photo.product_logit is not None])
        if not all(listings.values()):
            return {}
        return {product: fit_support_floor(own, loss) for product, own in listings.items()}

    def judged_listings(self) -> Iterator[tuple[tuple[int, ...], list[PhotoJudgement]]]:
        """The rows of each listing's first 12 photos, and what was said of them; quality was not looked at."""
        position = {row: n for n, row in enumerate(self.rows)}
        for rows in self.manifest.listings.values():
            taken = tuple(row for row in rows if row in position)[:MAX_PHOTOS]
            if taken:
                of = len(taken)
                yield taken, [self._judgement(n, row, position[row], of) for n, row in enumerate(taken)]

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

    def _judgement(self, index: int, row: int, place: int, of: int) -> PhotoJudgement:
        look = _look_of(self.manifest.rows[row].photo)
        products, novelty = self.outputs.product_logit, self.outputs.novelty
        return PhotoJudgement(
            index=index,
            sha256=look.sha256,
            logit=float(self.logit[place]),
            product_logit=None if products is None else tuple(products[place].tolist()),
            novelty=None if novelty is None else float(novelty[place]),
            hash=look.hash if of > 1 else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCalibration:
    """What a graph's record says of probabilities and thresholds, and on how many listings it rests.

    `genuine_logits` is there where no counterfeit listing was.
    """

    photo: Calibration
    listings: tuple[ListingCalibration, ...]
    thresholds: dict[str, Thresholds]
    one_photo_thresholds: dict[str, Thresholds]
    counterfeit_share: dict[str, float]
    support: dict[str, SupportFloor]
    genuine_logits: GenuineLogits | None
    listings_by_product: dict[str, ListingCounts]

    def graph_record(self, file: str, precision: Precision, self_test_logits: tuple[float, ...]) -> GraphMetadata:
        """The record of the graph whose answers were fitted; its parity is measured later."""
        return GraphMetadata(
            file=file,
            precision=precision,
            photo_calibration=self.photo,
            listing_calibrations=self.listings,
            counterfeit_share=self.counterfeit_share,
            thresholds=self.thresholds,
            one_photo_thresholds=self.one_photo_thresholds,
            support=self.support,
            genuine_logits=self.genuine_logits,
            self_test_logits=self_test_logits,
            parity=0.0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCounts:
    """How many held-out listings of each label there are."""

    genuine: int
    counterfeit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """By what a photo is known again: its bytes, and how it looks."""

    sha256: str
    hash: PhotoHash


@functools.lru_cache(maxsize=50_000)  # every fit, figure and table of a run asks for the same photos again
def _look_of(photo: Path) -> _Look:
    data = photo.read_bytes()
    opened = open_photo(data, smallest_side_px=HASHED_SIDE_PX)
    return _Look(sha256=opened.sha256, hash=hash_photo(opened))


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
    answers: dict[Path, dict[str, float]] = {}
    for fold, file in files.items():
        if not file.is_file():
            raise RunError(
                f"fold {fold} has not answered yet: there is no {file}. Train it with data.fold={fold} and "
                f"run.folder={file.parent}, or the run of all folds, then start this one again"
            )
        answers |= _read_file(file)
    photos = {row: entry.photo.resolve() for row, entry in enumerate(manifest.rows) if entry.fold in files}
    missing = [photo for photo in photos.values() if photo not in answers]
    if missing:
        folders = ", ".join(str(file.parent) for file in files.values())
        raise RunError(
            f"the fold runs in {folders} gave no answer to {len(missing)} of {len(photos)} photos, such as "
            f"{missing[0]}: they were made where the photos lay elsewhere. Delete those folders to make them anew"
        )
    return _as_set(manifest, tuple(photos), [answers[photo] for photo in photos.values()], "out_of_fold")


def _read_file(file: Path) -> dict[Path, dict[str, float]]:
    with file.open(newline="") as stream:
        return {Path(row["photo"]).resolve(): _numbers(row) for row in csv.DictReader(stream)}


def _as_set(
    manifest: Manifest, rows: tuple[int, ...], said: Sequence[Mapping[str, float]], source: Source
) -> CalibrationSet:
    products = [_PRODUCT_COLUMN + product for product in manifest.products]
    outputs = PhotoOutputs(
        logit=np.array([row["logit"] for row in said]),
        product_logit=_table(said, products),
        novelty=None if (novelty := _table(said, ["novelty"])) is None else novelty[:, 0],
    )
    return CalibrationSet(manifest=manifest, rows=rows, outputs=outputs, source=source)


def _numbers(row: Mapping[str, str]) -> dict[str, float]:
    return {name: float(text) for name, text in row.items() if name not in ("photo", "listing")}


def _table(said: Sequence[Mapping[str, float]], columns: Sequence[str]) -> NDArray[np.float64] | None:
    """The columns [N, C] of all rows; None where one lacks one."""
    if not all(name in row for row in said for name in columns):
        return None
    return np.array([[row[name] for name in columns] for row in said])


def read_photo_predictions(manifest: Manifest, file: Path) -> CalibrationSet:
    """What the network that ships said of rows that it never saw: of those that `file` answers.

    Raises RunError where there is no file, or it speaks of none of the manifest's photos.
    """
    if not file.is_file():
        raise RunError(f"there is no {file}: give the folder of a run with listings that only report")
    answers = _read_file(file)
    rows = tuple(row for row, entry in enumerate(manifest.rows) if entry.photo.resolve() in answers)
    if not rows:
        raise RunError(f"{file} answers no photo of {manifest.path}: give the manifest of the run, where it lies now")
    return _as_set(manifest, rows, [answers[manifest.rows[row].photo.resolve()] for row in rows], "held_out")


def join_sets(manifest: Manifest, sets: Sequence[CalibrationSet], source: Source) -> CalibrationSet:
    """One set of all rows; every row is in one of them only."""
    rows = np.concatenate([np.array(s.rows, int) for s in sets])
    outputs = join_outputs([s.outputs for s in sets])
    order = np.argsort(rows)
    return CalibrationSet(
        manifest=manifest, rows=tuple(rows[order].tolist()), outputs=outputs.take(order), source=source
    )


def _ascending(listing: NDArray[np.float64], photo: NDArray[np.float64]) -> GenuineLogits:
    return GenuineLogits(listing=tuple(np.sort(listing).tolist()), photo=tuple(np.sort(photo).tolist()))


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

"""Held-out photos and listings with their logits: what calibration and thresholds are fitted on."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.calibration.thresholds import Source
from training.data.manifest import Manifest
from training.model.outputs import PhotoOutputs, join_outputs
from training.statistics.scores import auroc
from vision.check_shape import MAX_PHOTOS
from vision.copies.pdq import HASHED_SIDE_PX, PhotoHash, hash_photo
from vision.photo.decode import open_photo
from vision.verdict import PhotoJudgement, counted_photos, listing_logit


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutListing:
    """What a verdict rests on: the mean logit of all `photos` distinct files, and the logit of one, drawn by sha256."""

    name: str
    logit: float
    one_photo_logit: float
    genuine: bool
    product: str
    photos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSet:
    """Rows of the manifest with the outputs of a network that was not fitted on them."""

    manifest: Manifest
    rows: tuple[int, ...]
    outputs: PhotoOutputs
    source: Source

    @property
    def logit(self) -> NDArray[np.float64]:
        """The rows' logits [N]."""
        return self.outputs.logit

    @property
    def is_cross_fitted(self) -> bool:
        """Whether other networks than the one that ships made the predictions."""
        return self.source == "out_of_fold"

    def listing_auroc(self) -> float:
        """AUROC of the listings' logits, counterfeit against genuine; NaN where one label is missing."""
        listings = self.listings()
        counterfeit = np.array([not listing.genuine for listing in listings])
        return auroc(counterfeit, -np.array([listing.logit for listing in listings]))

    def listings(self) -> list[HeldOutListing]:
        """Each listing as a verdict sees it: each file once."""
        found = []
        for rows, judgements in self.listing_judgements():
            photos = counted_photos(judgements)
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

    def listing_judgements(self) -> Iterator[tuple[tuple[int, ...], list[PhotoJudgement]]]:
        """The rows of each listing's first 12 photos, and their judgements, without photo quality."""
        position = {row: place for place, row in enumerate(self.rows)}
        for rows in self.manifest.listings.values():
            taken = tuple(row for row in rows if row in position)[:MAX_PHOTOS]
            if taken:
                single = len(taken) == 1
                yield taken, [self._judgement(n, row, position[row], single) for n, row in enumerate(taken)]

    def _judgement(self, index: int, row: int, place: int, single: bool) -> PhotoJudgement:
        """The judgement of the listing's photo `index`; a `single` photo has no copies, so it needs no hash."""
        identity = _identity_of(self.manifest.rows[row].photo)
        products, novelty = self.outputs.product_logit, self.outputs.novelty
        return PhotoJudgement(
            index=index,
            sha256=identity.sha256,
            logit=float(self.logit[place]),
            product_logit=None if products is None else tuple(products[place].tolist()),
            novelty=None if novelty is None else float(novelty[place]),
            hash=None if single else identity.hash,
        )


def join_sets(manifest: Manifest, sets: Sequence[CalibrationSet], source: Source) -> CalibrationSet:
    """One set of all rows; every row is in one of them only."""
    rows = np.concatenate([np.array(s.rows, int) for s in sets])
    outputs = join_outputs([s.outputs for s in sets])
    order = np.argsort(rows)
    return CalibrationSet(
        manifest=manifest, rows=tuple(rows[order].tolist()), outputs=outputs.take(order), source=source
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _PhotoIdentity:
    """What duplicates of a photo share: its bytes, or nearly its perceptual hash."""

    sha256: str
    hash: PhotoHash


@functools.lru_cache(maxsize=50_000)  # every fit, figure and table of a run reads the same photos again
def _identity_of(photo: Path) -> _PhotoIdentity:
    opened = open_photo(photo.read_bytes(), smallest_side_px=HASHED_SIDE_PX)
    return _PhotoIdentity(sha256=opened.sha256, hash=hash_photo(opened))

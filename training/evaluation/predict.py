"""Runs the Detector over a manifest's listings, several at once, and counts what was excluded and why."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from rich.console import Console

from training.data.manifest import Label, Manifest, PhotoRow, mixed_product_listings
from training.evaluation.predictions import ListingPrediction, PhotoPrediction
from training.progress import photo_progress
from vision.bundle.bundle import SEEN_DIGITS, Bundle, seen_photos
from vision.check_shape import MAX_PHOTOS
from vision.detector import Detector
from vision.errors import NoReadablePhoto
from vision.verdict import PhotoJudgement, Verdict, counted_photos, listing_logit


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """What was not evaluated, and why. A listing with one photo of the training set is excluded as a whole: it shows
    the same item.
    """

    seen_photos: int = 0
    seen_listings: int = 0
    unseen_photos_of_seen_listings: int = 0
    unlabelled_photos: int = 0
    listings_with_two_products: int = 0
    listings_of_unknown_products: int = 0
    photos_beyond_twelve: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingResult:
    """The predictions for one listing, or, with `seen` above 0, how many of its photos the bundle was fitted on."""

    photo_count: int
    seen: int = 0
    listing: ListingPrediction | None = None
    photos: tuple[PhotoPrediction, ...] = ()


def predict_manifest(
    detector: Detector, manifest: Manifest, *, threads: int, console: Console
) -> tuple[list[ListingResult], Exclusions]:
    """Predictions for every labelled listing that the bundle was not fitted on, from its first 12 photos, in order."""
    chosen, exclusions = _choose_listings(manifest, detector.bundle)
    seen = seen_photos(detector.bundle)
    results: list[ListingResult] = []
    total = sum(len(indices) for indices in chosen)
    with photo_progress("evaluating", total, console) as done, ThreadPoolExecutor(max(1, threads)) as pool:
        try:
            for one in pool.map(lambda indices: _predict_listing(detector, manifest, indices, seen), chosen):
                done(one.photo_count)
                results.append(one)
        except BaseException:  # Ctrl-C too: queued listings are dropped
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    kept = [one for one in results if one.listing]
    dropped = [one for one in results if one.seen]
    return kept, replace(
        exclusions,
        seen_photos=sum(one.seen for one in dropped),
        seen_listings=len(dropped),
        unseen_photos_of_seen_listings=sum(one.photo_count - one.seen for one in dropped),
        photos_beyond_twelve=sum(one.photo_count - len(one.photos) for one in kept),
    )


def _choose_listings(manifest: Manifest, bundle: Bundle) -> tuple[list[tuple[int, ...]], Exclusions]:
    """The labelled rows of each listing of one known product, in the manifest's order."""
    mixed, known = set(mixed_product_listings(manifest)), set(bundle.metadata.products)
    chosen: list[tuple[int, ...]] = []
    reasons: Counter[str] = Counter()
    for name, indices in manifest.listings.items():
        labelled = tuple(i for i in indices if manifest.rows[i].label)
        reasons["unlabelled"] += len(indices) - len(labelled)
        if not labelled:
            continue
        if name in mixed:
            reasons["mixed"] += 1
        elif manifest.rows[labelled[0]].product not in known:
            reasons["unknown"] += 1
        else:
            chosen.append(labelled)
    return chosen, Exclusions(
        unlabelled_photos=reasons["unlabelled"],
        listings_with_two_products=reasons["mixed"],
        listings_of_unknown_products=reasons["unknown"],
    )


def _predict_listing(
    detector: Detector, manifest: Manifest, indices: tuple[int, ...], seen: frozenset[str]
) -> ListingResult:
    data = [manifest.rows[i].photo.read_bytes() for i in indices]
    known = sum(hashlib.sha256(photo).hexdigest()[:SEEN_DIGITS] in seen for photo in data) if seen else 0
    if known:
        return ListingResult(photo_count=len(indices), seen=known)
    first = data[:MAX_PHOTOS]
    judgements = [detector.judge_photo(photo, place, with_hash=len(first) > 1) for place, photo in enumerate(first)]
    listing, photos = decide_rows(detector, manifest, indices[:MAX_PHOTOS], judgements)
    return ListingResult(photo_count=len(indices), listing=listing, photos=photos)


def decide_rows(
    detector: Detector, manifest: Manifest, indices: Sequence[int], judgements: Sequence[PhotoJudgement]
) -> tuple[ListingPrediction, tuple[PhotoPrediction, ...]]:
    """The Detector's verdict on one listing's rows, whose photos were judged in the same order, as predictions."""
    rows = [manifest.rows[i] for i in indices]
    views = [row.view for row in rows] if any(row.view for row in rows) else None
    verdict: Verdict | None = None
    error: str | None = None
    try:
        verdict = detector.decide_listing(judgements, product=rows[0].product, views=views)
    except NoReadablePhoto as refused:
        error = refused.code
    return predictions_of(manifest, indices, judgements, verdict, error)


def predictions_of(
    manifest: Manifest,
    indices: Sequence[int],
    judgements: Sequence[PhotoJudgement],
    verdict: Verdict | None,
    error: str | None = None,
) -> tuple[ListingPrediction, tuple[PhotoPrediction, ...]]:
    """A verdict beside the manifest's cells of the listing and its photos, whose judgements are in the same order."""
    rows = [manifest.rows[index] for index in indices]
    photos = [
        _photo_prediction(index, row, judgement, verdict)
        for index, row, judgement in zip(indices, rows, judgements, strict=True)
    ]
    return _listing_prediction(rows, judgements, verdict, error), tuple(photos)


def _listing_prediction(
    rows: Sequence[PhotoRow], judgements: Sequence[PhotoJudgement], verdict: Verdict | None, error: str | None
) -> ListingPrediction:
    counted = counted_photos(judgements)
    return ListingPrediction(
        listing=rows[0].listing,
        label=_label(rows[0]),
        product=rows[0].product,
        photo_count=len(rows),
        logit=listing_logit(counted) if counted else None,
        authenticity=verdict.authenticity if verdict else None,
        outcome=verdict.outcome if verdict else None,
        fold=rows[0].fold,
        maker=next((row.maker for row in rows if row.maker), None),
        error=error,
    )


def _photo_prediction(index: int, row: PhotoRow, judgement: PhotoJudgement, verdict: Verdict | None) -> PhotoPrediction:
    return PhotoPrediction(
        row=index,
        listing=row.listing,
        label=_label(row),
        logit=judgement.logit,
        authenticity=verdict.photos[judgement.index].authenticity if verdict else None,
        cues=row.cues,
        view=row.view,
        evidence=judgement.evidence,
        error=judgement.error.code if judgement.error else None,
    )


def _label(row: PhotoRow) -> Label:
    if row.label is None:
        raise ValueError(f"row {row.row} has no label; only labelled rows are evaluated")
    return row.label

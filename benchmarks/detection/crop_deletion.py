"""Deletion test of one listing: paint out the crops that explain its verdict, and check again.

Beside them, as many crops of the same size elsewhere: anywhere in the photo, on the product's box, and where a network
with random weights puts its own. All are filled by the same smooth continuation of their surroundings.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from PIL import Image

from training.data.photo_row import Box, PhotoRow
from training.perturbations.product import paint_out
from training.statistics.bootstrap import bootstrap_mean, bootstrap_mean_difference
from training.statistics.estimate import Estimate
from vision.detector import Detector
from vision.errors import PhotoError
from vision.explain.crops import evidence_crops
from vision.photo.decode import open_photo
from vision.verdict import Outcome, PhotoJudgement

Place = Literal["crops", "anywhere", "on_product", "random_weights"]
PLACES: Final[tuple[Place, ...]] = ("crops", "anywhere", "on_product", "random_weights")
_TRIES: Final = 100  # to place a random crop beside the others; where none fits, they overlap


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoDeletion:
    """The effect of painting out on one photo of a listing whose outcome is genuine or counterfeit.

    `moved`: by place, how far the photo's logit went towards the other side. `own` is the same of the
    random-weight network's own logit after its own crops, and `own_anywhere` after the crops anywhere.
    """

    listing: str
    logit: float
    own_logit: float
    moved: Mapping[Place, float]
    own: float
    own_anywhere: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingDeletion:
    """A listing whose outcome is genuine or counterfeit; `changed`: by place, whether its outcome is another one."""

    listing: str
    outcome: Outcome
    changed: Mapping[Place, bool]
    photos: tuple[PhotoDeletion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionFigures:
    """Of a place: how far logits `moved`, the share of listings `changed`, and the paired difference of the crops."""

    moved: Estimate
    moved_difference: Estimate
    changed: Estimate
    changed_difference: Estimate


def delete_crops(
    detector: Detector, untrained: Detector, rows: Sequence[PhotoRow], *, seed: int
) -> ListingDeletion | None:
    """Checks one listing's rows unchanged and painted out; None where its outcome is neither of the two labels."""
    judged = [_read_and_judge(detector, row, i) for i, row in enumerate(rows)]
    read = [(row, image, judgement) for row, (image, judgement) in zip(rows, judged, strict=True) if image]
    if not read:
        return None
    product = rows[0].product
    before = detector.decide_listing([judgement for _, _, judgement in read], product=product).outcome
    if before not in ("genuine", "counterfeit"):
        return None
    found = [
        _delete_in_photo(detector, untrained, row, image, judgement, before, seed) for row, image, judgement in read
    ]
    outcomes = {
        place: detector.decide_listing([after[place] for _, after in found], product=product).outcome
        for place in PLACES
    }
    return ListingDeletion(
        listing=rows[0].listing,
        outcome=before,
        changed={place: outcome != before for place, outcome in outcomes.items()},
        photos=tuple(photo for photo, _ in found),
    )


def logit_spreads(listings: Sequence[ListingDeletion]) -> tuple[float, float]:
    """The standard deviations of the photos' logits: the detector's, and the random-weight networks'.

    NaN where all logits are equal, so that nothing can be expressed in it.
    """
    photos = [photo for one in listings for photo in one.photos]
    trained, untrained = [photo.logit for photo in photos], [photo.own_logit for photo in photos]
    return float(np.std(trained)) or math.nan, float(np.std(untrained)) or math.nan


def measure_deletion(listings: Sequence[ListingDeletion], spread: float) -> dict[Place, DeletionFigures]:
    """The figures of each place; moves are in units of `spread`."""
    photos = [photo for one in listings for photo in one.photos]
    names, of_photos = [one.listing for one in listings], [photo.listing for photo in photos]
    moved = {place: [photo.moved[place] / spread for photo in photos] for place in PLACES}
    changed = {place: [float(one.changed[place]) for one in listings] for place in PLACES}
    return {
        place: DeletionFigures(
            moved=bootstrap_mean(moved[place], of_photos),
            moved_difference=bootstrap_mean_difference(moved["crops"], moved[place], of_photos),
            changed=bootstrap_mean(changed[place], names),
            changed_difference=bootstrap_mean_difference(changed["crops"], changed[place], names),
        )
        for place in PLACES
    }


def own_deletion(listings: Sequence[ListingDeletion], spread: float) -> tuple[Estimate, Estimate]:
    """How far the random-weight networks' own logit moves by their own crops, in units of `spread`, and the paired
    difference from crops anywhere.
    """
    photos = [photo for one in listings for photo in one.photos]
    names = [photo.listing for photo in photos]
    own = [photo.own / spread for photo in photos]
    return bootstrap_mean(own, names), bootstrap_mean_difference(
        own, [photo.own_anywhere / spread for photo in photos], names
    )


def random_boxes(boxes: Sequence[Box], within: Box, rng: np.random.Generator) -> tuple[Box, ...]:
    """Boxes of the same sizes whose middles lie in `within`, inside the photo and beside each other where they fit."""
    placed: list[Box] = []
    for box in boxes:
        for _ in range(_TRIES):
            found = _random_box(box[2] - box[0], box[3] - box[1], within, rng)
            if not any(_overlap(found, other) for other in placed):
                break
        placed.append(found)
    return tuple(placed)


def _delete_in_photo(
    detector: Detector,
    untrained: Detector,
    row: PhotoRow,
    image: Image.Image,
    judgement: PhotoJudgement,
    outcome: Outcome,
    seed: int,
) -> tuple[PhotoDeletion, dict[Place, PhotoJudgement]]:
    side = 1.0 if outcome == "genuine" else -1.0
    own = untrained.judge_photo(_png(image), judgement.index)
    boxes = _crop_boxes(judgement, outcome)
    rng = np.random.default_rng([seed, int.from_bytes(hashlib.sha256(row.photo.name.encode()).digest()[:4], "big")])
    painted: dict[Place, bytes] = {
        "crops": _without(image, boxes),
        "anywhere": _without(image, random_boxes(boxes, (0, 0, 1, 1), rng)),
        "on_product": _without(image, random_boxes(boxes, row.box or (0, 0, 1, 1), rng)),
        "random_weights": _without(image, _as_many(_crop_boxes(own, outcome), boxes, rng)),
    }
    after = {place: detector.judge_photo(data, judgement.index) for place, data in painted.items()}
    own_crops = untrained.judge_photo(painted["random_weights"], judgement.index)
    own_anywhere = untrained.judge_photo(painted["anywhere"], judgement.index)
    photo = PhotoDeletion(
        listing=row.listing,
        logit=_logit(judgement),
        own_logit=_logit(own),
        moved={place: side * (_logit(judgement) - _logit(one)) for place, one in after.items()},
        own=side * (_logit(own) - _logit(own_crops)),
        own_anywhere=side * (_logit(own) - _logit(own_anywhere)),
    )
    return photo, after


def _read_and_judge(detector: Detector, row: PhotoRow, index: int) -> tuple[Image.Image | None, PhotoJudgement]:
    """The photo as pixels, and its judgement: of those pixels, as the painted copies are judged."""
    data = row.photo.read_bytes()
    try:
        image = open_photo(data).image
    except PhotoError:
        return None, detector.judge_photo(data, index)
    return image, detector.judge_photo(_png(image), index)


def _crop_boxes(judgement: PhotoJudgement, outcome: Outcome) -> tuple[Box, ...]:
    if judgement.evidence is None:
        return ()
    return tuple(crop.box for crop in evidence_crops(judgement.evidence, outcome))


def _as_many(found: Sequence[Box], boxes: Sequence[Box], rng: np.random.Generator) -> tuple[Box, ...]:
    """As many of the found boxes as `boxes`; where they are fewer, random ones make up the number."""
    return (*found[: len(boxes)], *random_boxes(boxes[len(found) :], (0, 0, 1, 1), rng))


def _without(image: Image.Image, boxes: Sequence[Box]) -> bytes:
    for box in boxes:
        image = paint_out(image, box)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _random_box(width: float, height: float, within: Box, rng: np.random.Generator) -> Box:
    x0 = _start(width, within[0], within[2], rng)
    y0 = _start(height, within[1], within[3], rng)
    return x0, y0, x0 + width, y0 + height


def _start(length: float, low: float, high: float, rng: np.random.Generator) -> float:
    """Where a span of this length begins whose middle lies in low..high, as far as it then stays in 0..1."""
    first, last = max(low, length / 2), min(high, 1 - length / 2)
    middle = rng.uniform(first, last) if first < last else min(max((low + high) / 2, length / 2), 1 - length / 2)
    return float(middle - length / 2)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _logit(judgement: PhotoJudgement) -> float:
    return math.nan if judgement.logit is None else judgement.logit

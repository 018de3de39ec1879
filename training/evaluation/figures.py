"""The figures of an evaluation: ranking, calibration, decisions, and all of them by group.

The positive class is `counterfeit`; FPR is the share of genuine listings flagged. Intervals are 95 %: of a share,
Wilson's; of anything else, a bootstrap over listings (of photos too: photos of one listing are drawn together).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.evaluation.predictions import ListingPrediction, PhotoPrediction
from training.statistics import scores as metrics
from training.statistics.bootstrap import bootstrap_estimate
from training.statistics.estimate import Estimate, Proportion, proportion
from training.statistics.scores import BoolArray, FloatArray, WeightedFigure
from vision.json_dataclass import NullableFloat

Level = Literal["listing", "photo"]

_PHOTO_COUNTS = ((1, 1, "1"), (2, 2, "2"), (3, 4, "3-4"), (5, 12, "5-12"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Ranking and calibration at one level.

    A listing without an authenticity counts 0.5, except in ECE, which leaves it out. `ece_95th_if_perfect` is the ECE
    that perfectly calibrated predictions exceed by chance in 5 % of samples of this size: below it, nothing is amiss.
    """

    genuine: int
    counterfeit: int
    auroc: Estimate
    average_precision: Estimate
    tpr_at_1pct_fpr: Estimate
    tpr_at_5pct_fpr: Estimate
    ece: Estimate
    ece_95th_if_perfect: NullableFloat
    brier: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A part of the test set: listings of a product or maker, photos of a view or with a cue."""

    name: str
    genuine: int
    counterfeit: int
    auroc: Estimate
    tpr_at_5pct_fpr: Estimate
    genuine_flagged: Proportion | None = None
    counterfeit_passed: Proportion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of one evaluation.

    A cue sets the counterfeit photos that show it, and a maker the listings of that maker, against everything genuine.
    """

    listing: Quality
    photo: Quality
    answered: Proportion
    coverage: Proportion  # called genuine or counterfeit
    accuracy_when_said: Proportion
    genuine_flagged: Proportion
    counterfeit_passed: Proportion
    outcomes: Mapping[str, Mapping[str, int]]  # by label, then by outcome
    by_product: tuple[Group, ...]
    by_photo_count: tuple[Group, ...]
    by_maker: tuple[Group, ...]
    by_cue: tuple[Group, ...]
    by_view: tuple[Group, ...]


def measure(listings: Sequence[ListingPrediction], photos: Sequence[PhotoPrediction], *, rounds: int = 2000) -> Figures:
    """The figures of these predictions, with intervals from `rounds` bootstrap rounds."""
    read = [photo for photo in photos if photo.authenticity is not None]
    decided = [a for a in listings if a.is_decided]
    genuine = [a for a in listings if a.label == "genuine"]
    counterfeit = [a for a in listings if a.label == "counterfeit"]
    return Figures(
        listing=_quality(_listing_values(listings), [a.authenticity is not None for a in listings], rounds),
        photo=_quality(_photo_values(read), [True] * len(read), rounds),
        answered=proportion(sum(a.authenticity is not None for a in listings), len(listings)),
        coverage=proportion(len(decided), len(listings)),
        accuracy_when_said=proportion(sum(a.outcome == a.label for a in decided), len(decided)),
        genuine_flagged=_share_called(genuine, "counterfeit"),
        counterfeit_passed=_share_called(counterfeit, "genuine"),
        outcomes={"genuine": _count_outcomes(genuine), "counterfeit": _count_outcomes(counterfeit)},
        by_product=_product_groups(listings, rounds),
        by_photo_count=_photo_count_groups(listings, rounds),
        by_maker=_maker_groups(listings, rounds),
        by_cue=_cue_groups(read, rounds),
        by_view=_view_groups(read, rounds),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """Predictions as arrays [N]: the class, the suspicion, and the listing that the bootstrap draws."""

    positive: BoolArray
    suspicion: FloatArray
    listing: NDArray[np.str_]

    def figure(self, weighted: WeightedFigure, rounds: int) -> Estimate:
        return bootstrap_estimate(weighted, self.positive, self.suspicion, self.listing, rounds=rounds)

    def only(self, kept: BoolArray) -> "_Values":
        return _Values(positive=self.positive[kept], suspicion=self.suspicion[kept], listing=self.listing[kept])


def _listing_values(listings: Sequence[ListingPrediction]) -> _Values:
    return _Values(
        positive=np.array([a.label == "counterfeit" for a in listings], dtype=np.bool_),
        suspicion=np.array([a.suspicion for a in listings], dtype=np.float64),
        listing=np.array([a.listing for a in listings], dtype=np.str_),
    )


def _photo_values(photos: Sequence[PhotoPrediction]) -> _Values:
    return _Values(
        positive=np.array([p.label == "counterfeit" for p in photos], dtype=np.bool_),
        suspicion=np.array([1 - p.authenticity for p in photos if p.authenticity is not None], dtype=np.float64),
        listing=np.array([p.listing for p in photos], dtype=np.str_),
    )


def _quality(values: _Values, has_authenticity: Sequence[bool], rounds: int) -> Quality:
    known = values.only(np.array(has_authenticity, dtype=np.bool_))
    return Quality(
        genuine=int((~values.positive).sum()),
        counterfeit=int(values.positive.sum()),
        auroc=values.figure(metrics.auroc_weighted, rounds),
        average_precision=values.figure(metrics.average_precision_weighted, rounds),
        tpr_at_1pct_fpr=values.figure(metrics.tpr_at_fpr_weighted(0.01), rounds),
        tpr_at_5pct_fpr=values.figure(metrics.tpr_at_fpr_weighted(0.05), rounds),
        ece=known.figure(_of_authenticity(metrics.ece_weighted()), rounds),
        ece_95th_if_perfect=metrics.ece_if_perfect(1 - known.suspicion),
        brier=values.figure(_of_authenticity(metrics.brier_weighted), rounds),
    )


def _of_authenticity(weighted: WeightedFigure) -> WeightedFigure:
    """The same figure, given the counterfeit class and a suspicion instead of the genuine class and authenticity."""

    def figure(positive: BoolArray, suspicion: FloatArray, weight: FloatArray) -> FloatArray:
        return weighted(~positive, 1 - suspicion, weight)

    return figure


def _share_called(listings: Sequence[ListingPrediction], outcome: str) -> Proportion:
    return proportion(sum(a.outcome == outcome for a in listings), len(listings))


def _count_outcomes(listings: Sequence[ListingPrediction]) -> dict[str, int]:
    names = ("genuine", "counterfeit", "review", "insufficient", "unsupported", None)
    counts = {name or "no answer": sum(a.outcome == name for a in listings) for name in names}
    return {name: count for name, count in counts.items() if count}


def _product_groups(listings: Sequence[ListingPrediction], rounds: int) -> tuple[Group, ...]:
    names = sorted({a.product for a in listings})
    return tuple(listing_group(name, [a for a in listings if a.product == name], rounds) for name in names)


def _photo_count_groups(listings: Sequence[ListingPrediction], rounds: int) -> tuple[Group, ...]:
    parts = [(name, [a for a in listings if low <= a.photo_count <= high]) for low, high, name in _PHOTO_COUNTS]
    return tuple(listing_group(name, part, rounds) for name, part in parts if part)


def _maker_groups(listings: Sequence[ListingPrediction], rounds: int) -> tuple[Group, ...]:
    makers = sorted({a.maker for a in listings if a.maker and a.label == "counterfeit"})
    genuine = [a for a in listings if a.label == "genuine"]
    counterfeit = [a for a in listings if a.label == "counterfeit"]
    return tuple(listing_group(m, genuine + [a for a in counterfeit if a.maker == m], rounds) for m in makers)


def _cue_groups(photos: Sequence[PhotoPrediction], rounds: int) -> tuple[Group, ...]:
    cues = sorted({cue for p in photos if p.label == "counterfeit" for cue in p.cues})
    values = _photo_values(photos)
    return tuple(_photo_group(cue, values.only(~values.positive | _shows(cue, photos)), rounds) for cue in cues)


def _shows(cue: str, photos: Sequence[PhotoPrediction]) -> BoolArray:
    return np.array([cue in p.cues for p in photos], dtype=np.bool_)


def _view_groups(photos: Sequence[PhotoPrediction], rounds: int) -> tuple[Group, ...]:
    values, view = _photo_values(photos), np.array([p.view or "" for p in photos], dtype=np.str_)
    return tuple(_photo_group(str(name), values.only(view == name), rounds) for name in np.unique(view) if name)


def listing_group(name: str, listings: Sequence[ListingPrediction], rounds: int = 2000) -> Group:
    """The figures of a part of the listings."""
    group = _photo_group(name, _listing_values(listings), rounds)
    return Group(
        name=name,
        genuine=group.genuine,
        counterfeit=group.counterfeit,
        auroc=group.auroc,
        tpr_at_5pct_fpr=group.tpr_at_5pct_fpr,
        genuine_flagged=_share_called([a for a in listings if a.label == "genuine"], "counterfeit"),
        counterfeit_passed=_share_called([a for a in listings if a.label == "counterfeit"], "genuine"),
    )


def _photo_group(name: str, values: _Values, rounds: int) -> Group:
    return Group(
        name=name,
        genuine=int((~values.positive).sum()),
        counterfeit=int(values.positive.sum()),
        auroc=values.figure(metrics.auroc_weighted, rounds),
        tpr_at_5pct_fpr=values.figure(metrics.tpr_at_fpr_weighted(0.05), rounds),
    )

"""From held-out logits to probabilities and thresholds.

A positive logit means genuine. The listing logit here is the uncorrected one: no base rate enters a threshold.

The thresholds' guarantee holds although the same listings set them. With n listings of a class, the share of the class
beyond the (k+1)-th most extreme logit is Beta(k+1, n−k) distributed, whatever the logits' distribution (Wilks 1941).
Its 97.5 % quantile is the one-sided Clopper-Pearson bound for k errors of n. k follows from n and the limit alone,
never from the logits, so the choice doesn't depend on the data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from training.calibration.config import Unguaranteed
from training.data.photo_row import Label
from training.statistics.bounds import listings_needed, require_share, upper_bound
from training.statistics.scores import BoolArray, FloatArray
from vision.bundle.metadata import NEVER, Calibration, ErrorBound, ListingCalibration, SupportFloor, Thresholds

LISTINGS_PER_CLASS = 40  # of a product with thresholds of its own
_SLOPE_RANGE = (1e-3, 1e3)  # times 1 / the logits' root mean square

Source = Literal["held_out", "out_of_fold"]


def fit_calibration(logit: FloatArray, genuine: BoolArray) -> Calibration:
    """Platt scaling: the slope (above 0) and intercept that minimise the negative log-likelihood (Platt 1999).

    Networks are fitted with both labels weighted equally, so a logit of 0 means even odds; the intercept shifts it to
    the share of counterfeits among these listings. The targets are Platt's: (n₊ + 1) / (n₊ + 2) for genuine and
    1 / (n₋ + 2) for counterfeit, so that perfectly separated classes give a finite slope. Logits that point the wrong
    way give a slope near 0. With one class, or logits that are all 0, there is nothing to fit: slope 1, intercept 0.
    """
    _same_length(logit, genuine)
    scale = float(np.sqrt(np.mean(np.square(logit)))) if len(logit) else 0.0
    if scale == 0.0 or genuine.all() or not genuine.any():
        return Calibration(slope=1.0)
    target, unit = platt_targets(genuine), logit / scale

    def loss(weight: FloatArray) -> tuple[float, FloatArray]:
        z = weight[0] * unit + weight[1]
        excess = expit(z) - target
        return float(np.mean(np.logaddexp(0, z) - target * z)), np.array([np.mean(excess * unit), np.mean(excess)])

    options = {"ftol": 1e-15, "gtol": 1e-10}
    found = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=[_SLOPE_RANGE, (None, None)], options=options)
    return Calibration(slope=float(found.x[0]) / scale, intercept=float(found.x[1]))


def platt_targets(genuine: BoolArray) -> FloatArray:
    """Each listing's target authenticity, float64 [N]: the posterior mean under a uniform prior (Platt 1999)."""
    n_genuine = int(genuine.sum())
    return np.where(genuine, (n_genuine + 1) / (n_genuine + 2), 1 / (len(genuine) - n_genuine + 2))


def fit_listing_calibrations(
    listing_logit: FloatArray, genuine: BoolArray, photo_count: NDArray[np.int64], *, one_photo_logit: FloatArray
) -> tuple[ListingCalibration, ...]:
    """Calibrations for listings of one photo, and of two and more: one logit is less certain than a mean of several.

    The calibration of one photo is fitted on one photo of every listing, `one_photo_logit`: listings that have no more
    are few, and their different share of counterfeits would enter the probability. Where every listing has one photo,
    there is a single calibration. Sorted by `min_photos`; the first is 1.
    """
    _same_length(listing_logit, genuine, photo_count, one_photo_logit)
    one = _listing_calibration(1, one_photo_logit, genuine)
    if photo_count.max(initial=1) == 1:
        return (one,)
    return one, _listing_calibration(2, listing_logit, genuine)


def _listing_calibration(min_photos: int, logit: FloatArray, genuine: BoolArray) -> ListingCalibration:
    return ListingCalibration(
        min_photos=min_photos,
        calibration=fit_calibration(logit, genuine),
        genuine=int(genuine.sum()),
        counterfeit=int((~genuine).sum()),
    )


def choose_thresholds(
    listing_logit: FloatArray,
    genuine: BoolArray,
    product: Sequence[str],
    *,
    alpha: float = 0.05,
    beta: float = 0.05,
    source: Source,
    unguaranteed: Unguaranteed = "estimate",
    no_looser_than: Mapping[str, Thresholds] = MappingProxyType({}),
) -> dict[str, Thresholds]:
    """Thresholds by product, with `*` as the fallback; a product needs 40 listings of each class for its own.

    A listing is flagged below `counterfeit_below`: at most `alpha` of genuine ones are. It passes above
    `genuine_above`: at most `beta` of counterfeit ones do. With enough listings (see `listings_needed`) the threshold
    allows the largest number of errors whose Clopper-Pearson bound is within the limit. `held_out` listings guarantee
    that; `out_of_fold` ones, predicted by other networks, only estimate it. With fewer listings the threshold is the
    empirical quantile. Where the classes are so far apart that the two thresholds would cross, both lie in the middle.

    With `unguaranteed` = "review", a threshold without a guarantee is out of reach, and a product has thresholds of its
    own only where its listings are enough to guarantee both. `no_looser_than` are thresholds by the same names that
    bound these.
    """
    _same_length(listing_logit, genuine, product)
    for limit in (alpha, beta):
        require_share(limit)
    needed = listings_for_own_thresholds(alpha, beta, unguaranteed)
    names = np.asarray(product, dtype=object)
    rule = _Rule(alpha=alpha, beta=beta, source=source, unguaranteed=unguaranteed)
    chosen = {"*": rule.choose(listing_logit, genuine, no_looser_than.get("*"))}
    for name in sorted(set(product)):
        member = names == name
        rarer = min(int(genuine[member].sum()), int((~genuine[member]).sum()))
        if rarer >= needed:
            chosen[name] = rule.choose(listing_logit[member], genuine[member], no_looser_than.get(name))
    return chosen


def without_label(thresholds: Thresholds, label: Label) -> Thresholds:
    """The thresholds of a product of which no listing of `label` is known: no verdict may speak against that label.

    Without genuine listings nothing is flagged, and without counterfeits nothing is called genuine.
    """
    unknown = ErrorBound(limit=0.0, n=0, errors=0, upper=1.0, guaranteed=False)
    if label == "genuine":
        bound = replace(unknown, limit=thresholds.genuine_flagged.limit)
        return replace(thresholds, counterfeit_below=-NEVER, genuine_flagged=bound)
    bound = replace(unknown, limit=thresholds.counterfeit_passed.limit)
    return replace(thresholds, genuine_above=NEVER, counterfeit_passed=bound)


def fit_support_floor(listings: Sequence[Sequence[float]], loss: float) -> SupportFloor:
    """The floor that a share `loss` of a product's own listings falls below, each given by its photos' product logits.

    An empirical quantile: with fewer than 1 / loss listings, none falls below.
    """
    require_share(loss)
    means = np.sort([np.mean(photos) for photos in listings])
    photos = np.sort(np.concatenate([np.asarray(photos, np.float64) for photos in listings]))
    lost = int(loss * len(means))
    return SupportFloor(
        listing=float(means[lost]), photo=float(photos[int(loss * len(photos))]), loss=loss, n=len(means), lost=lost
    )


def listings_for_own_thresholds(alpha: float, beta: float, unguaranteed: Unguaranteed) -> int:
    """Listings of each class that a product needs for thresholds of its own."""
    if unguaranteed == "estimate":
        return LISTINGS_PER_CLASS
    return max(LISTINGS_PER_CLASS, listings_needed(alpha), listings_needed(beta))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    alpha: float
    beta: float
    source: Source
    unguaranteed: Unguaranteed

    def choose(self, listing_logit: FloatArray, genuine: BoolArray, no_looser_than: Thresholds | None) -> Thresholds:
        of_genuine, of_counterfeit = np.sort(listing_logit[genuine]), np.sort(listing_logit[~genuine])[::-1]
        flag_rank, flag_guaranteed = self._allowed(len(of_genuine), self.alpha)
        pass_rank, pass_guaranteed = self._allowed(len(of_counterfeit), self.beta)
        below = float(of_genuine[flag_rank]) if self._may_decide(of_genuine, flag_guaranteed) else -NEVER
        above = float(of_counterfeit[pass_rank]) if self._may_decide(of_counterfeit, pass_guaranteed) else NEVER
        if below > above:
            below = above = (below + above) / 2
        if no_looser_than:
            below = min(below, no_looser_than.counterfeit_below)
            above = max(above, no_looser_than.genuine_above)
        return Thresholds(
            counterfeit_below=below,
            genuine_above=above,
            # The bound is that of the rank, which n alone fixes; fewer errors (ties, the middle) don't tighten it.
            genuine_flagged=ErrorBound(
                limit=self.alpha,
                n=len(of_genuine),
                errors=int((of_genuine < below).sum()),
                upper=upper_bound(flag_rank, len(of_genuine)),
                guaranteed=flag_guaranteed,
            ),
            counterfeit_passed=ErrorBound(
                limit=self.beta,
                n=len(of_counterfeit),
                errors=int((of_counterfeit > above).sum()),
                upper=upper_bound(pass_rank, len(of_counterfeit)),
                guaranteed=pass_guaranteed,
            ),
            source=self.source,
        )

    def _allowed(self, n: int, limit: float) -> tuple[int, bool]:
        errors, fits = _allowed_errors(n, limit)
        return errors, fits and self.source == "held_out"

    def _may_decide(self, of_class: FloatArray, guaranteed: bool) -> bool:
        return len(of_class) > 0 and (guaranteed or self.unguaranteed == "estimate")


def _allowed_errors(n: int, limit: float) -> tuple[int, bool]:
    """How many of n listings may lie beyond the threshold, and whether that keeps the bound within the limit."""
    for errors in range(int(limit * n), -1, -1):
        if upper_bound(errors, n) <= limit:
            return errors, True
    return int(limit * n), False


def _same_length(*arrays: FloatArray | BoolArray | NDArray[np.int64] | Sequence[str]) -> None:
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) > 1:
        raise ValueError(f"one entry a listing is needed in each argument, got lengths {lengths}")

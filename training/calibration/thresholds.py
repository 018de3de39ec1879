"""From out-of-sample logits to probabilities and thresholds.

A positive logit means genuine. The listing logit here is the uncorrected one: no base rate enters a threshold.

Why the thresholds' guarantee holds although they are picked on the same listings: with n listings of a class, the
(k+1)-th most extreme logit has a share of the class beyond it that is Beta(k+1, n−k) distributed, whatever the logits'
distribution (Wilks 1941). Its 97.5 % quantile is the one-sided Clopper-Pearson bound for k errors of n. k follows from
n and the limit alone, never from the logits, so nothing is chosen by looking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from training.calibration.config import Unguaranteed
from training.statistics.bounds import listings_needed, require_share, upper_bound
from training.statistics.scores import BoolArray, FloatArray
from vision.bundle.metadata import Calibration, ErrorBound, ListingCalibration, SupportFloor, Thresholds

NEVER = 1e9  # a threshold that no logit reaches; finite, so that JSON can hold it
LISTINGS_PER_CLASS = 40  # of a product with thresholds of its own
_SLOPE_RANGE = (1e-3, 1e3)  # times 1 / the logits' root mean square

Source = Literal["held_out", "out_of_fold"]


def fit_calibration(logit: FloatArray, genuine: BoolArray) -> Calibration:
    """Slope (above 0) and intercept of least negative log-likelihood (Platt 1999).

    Networks learn from both labels weighed alike, so a logit of 0 means even odds; the intercept is what carries it to
    the share of counterfeits among these listings. The targets are Platt's: (n₊ + 1) / (n₊ + 2) for genuine and
    1 / (n₋ + 2) for counterfeit, so that perfectly separated classes give a finite slope: n listings never teach more
    certainty than n listings can. Logits that point the wrong way give a slope near 0. With one class, or logits that
    are all 0, there is nothing to fit: slope 1, intercept 0.
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
    """What each listing's authenticity is fitted to, float64 [N]: never surer than so many listings allow."""
    n_genuine = int(genuine.sum())
    return np.where(genuine, (n_genuine + 1) / (n_genuine + 2), 1 / (len(genuine) - n_genuine + 2))


def fit_listing_calibrations(
    listing_logit: FloatArray, genuine: BoolArray, photo_count: NDArray[np.int64], *, one_photo_logit: FloatArray
) -> tuple[ListingCalibration, ...]:
    """Calibrations for listings of one photo, and of two and more, since one photo says less than a mean of several.

    Every listing speaks for one photo by one of its own, `one_photo_logit`: listings that have no more are few, and
    their share of counterfeits is another one, which would enter the probability. Listings of one photo only give a
    single calibration. Sorted by `min_photos`; the first is 1.
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
    at_least: Mapping[str, Thresholds] = MappingProxyType({}),
) -> dict[str, Thresholds]:
    """Thresholds by product, `*` always there as the fallback; a product needs 40 listings of each class for its own.

    A listing is flagged below `counterfeit_below`: at most `alpha` of genuine ones are. It passes above
    `genuine_above`: at most `beta` of counterfeit ones do. With enough listings (see `listings_needed`) the threshold
    leaves the most errors whose Clopper-Pearson bound is within the limit, which `held_out` listings guarantee and
    `out_of_fold` ones only estimate (another network judged them); with fewer it is the empirical quantile.
    Where the classes lie so far apart that the two would cross, both lie in the middle: each moved to its safe side.

    With `unguaranteed` = "review", a threshold without a guarantee lies where nothing passes it, and a product has its
    own only where both are guaranteed by the number of its listings. `at_least` are thresholds by the same names than
    which none may be looser.
    """
    _same_length(listing_logit, genuine, product)
    for limit in (alpha, beta):
        require_share(limit)
    needed = listings_for_own_thresholds(alpha, beta, unguaranteed)
    names = np.asarray(product, dtype=object)
    rule = _Rule(alpha=alpha, beta=beta, source=source, unguaranteed=unguaranteed)
    chosen = {"*": rule.choose(listing_logit, genuine, at_least.get("*"))}
    for name in sorted(set(product)):
        member = names == name
        rarer = min(int(genuine[member].sum()), int((~genuine[member]).sum()))
        if rarer >= needed:
            chosen[name] = rule.choose(listing_logit[member], genuine[member], at_least.get(name))
    return chosen


def fit_support_floor(listings: Sequence[Sequence[float]], loss: float) -> SupportFloor:
    """The floor under a product's own listings, each given by its photos' product logits; `loss` of them fall below.

    An empirical quantile: where fewer than 1 / loss listings are known, none is lost.
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

    def choose(self, listing_logit: FloatArray, genuine: BoolArray, at_least: Thresholds | None) -> Thresholds:
        of_genuine, of_counterfeit = np.sort(listing_logit[genuine]), np.sort(listing_logit[~genuine])[::-1]
        flag_rank, flag_guaranteed = self._allowed(len(of_genuine), self.alpha)
        pass_rank, pass_guaranteed = self._allowed(len(of_counterfeit), self.beta)
        below = float(of_genuine[flag_rank]) if self._may_decide(of_genuine, flag_guaranteed) else -NEVER
        above = float(of_counterfeit[pass_rank]) if self._may_decide(of_counterfeit, pass_guaranteed) else NEVER
        if below > above:
            below = above = (below + above) / 2
        if at_least:
            below, above = min(below, at_least.counterfeit_below), max(above, at_least.genuine_above)
        return Thresholds(
            counterfeit_below=below,
            genuine_above=above,
            # The bound is that of the rank, fixed before looking; fewer errors (ties, the middle) don't tighten it.
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

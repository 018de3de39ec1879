"""From out-of-sample logits to probabilities and thresholds.

A positive logit means genuine. The listing logit here is the uncorrected one: no base rate enters a threshold.

Why the thresholds' guarantee holds although they are picked on the same listings: with n listings of a class, the
(k+1)-th most extreme logit has a share of the class beyond it that is Beta(k+1, n−k) distributed, whatever the logits'
distribution (Wilks 1941). Its 97.5 % quantile is the one-sided Clopper-Pearson bound for k errors of n. k follows from
n and the limit alone, never from the logits, so nothing is chosen by looking.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import betaincinv

from training.metrics import BoolArray, FloatArray
from vision.bundle import Calibration, ErrorBound, ListingCalibration, SupportFloor, Thresholds

NEVER = 1e9  # a threshold that no logit reaches; finite, so that JSON can hold it
CONFIDENCE = 0.975
LISTINGS_PER_BUCKET = 40  # of a photo-count bucket with a calibration of its own
LISTINGS_PER_CLASS = 40  # of a product with thresholds of its own
_RARER_CLASS_PER_BUCKET = 10  # fewer say too little about a slope
_BUCKET_STARTS = (1, 2, 3, 5)  # photos: 1, 2, 3-4, 5 and more
_SLOPE_RANGE = (1e-3, 1e3)  # times 1 / the logits' root mean square

Source = Literal["held_out", "out_of_fold"]


def fit_temperature(logit: FloatArray, genuine: BoolArray) -> Calibration:
    """Slope (1 / temperature, above 0) of least negative log-likelihood; the intercept is 0.

    The targets are Platt's: (n₊ + 1) / (n₊ + 2) for genuine and 1 / (n₋ + 2) for counterfeit (Platt 1999), so that
    perfectly separated classes give a finite slope: n listings never teach more certainty than n listings can.
    Logits that point the wrong way give a slope near 0 (authenticity near 0.5). With one class, or logits that are
    all 0, there is nothing to fit and the slope is 1.
    """
    _same_length(logit, genuine)
    scale = float(np.sqrt(np.mean(np.square(logit)))) if len(logit) else 0.0
    if scale == 0.0 or genuine.all() or not genuine.any():
        return Calibration(slope=1.0)
    n_genuine = int(genuine.sum())
    target = np.where(genuine, (n_genuine + 1) / (n_genuine + 2), 1 / (len(genuine) - n_genuine + 2))

    def loss(log_slope: float) -> float:
        z = np.exp(log_slope) * logit / scale
        return float(np.mean(np.logaddexp(0, z) - target * z))

    # convex in the slope, so it has one valley in the slope's logarithm too
    low, high = np.log(_SLOPE_RANGE)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-8})
    return Calibration(slope=float(np.exp(found.x)) / scale)


def fit_listing_calibrations(
    listing_logit: FloatArray, genuine: BoolArray, photo_count: NDArray[np.int64]
) -> tuple[ListingCalibration, ...]:
    """Temperatures by the listing's number of photos (1, 2, 3-4, 5+), since a mean of more photos says more.

    Neighbouring buckets are merged until each has 40 listings and 10 of its rarer class; without enough there is one
    shared calibration. Sorted by `min_photos`; the first is 1.
    """
    _same_length(listing_logit, genuine, photo_count)
    fitted = []
    for low, high in _photo_buckets(genuine, photo_count):
        member = (photo_count >= low) & (photo_count < high)
        calibration = fit_temperature(listing_logit[member], genuine[member])
        fitted.append(ListingCalibration(min_photos=low, calibration=calibration))
    return tuple(fitted)


def choose_thresholds(
    listing_logit: FloatArray,
    genuine: BoolArray,
    product: Sequence[str],
    *,
    alpha: float = 0.05,
    beta: float = 0.05,
    source: Source,
) -> dict[str, Thresholds]:
    """Thresholds by product, `*` always there as the fallback; a product needs 40 listings of each class for its own.

    A listing is flagged below `counterfeit_below`: at most `alpha` of genuine ones are. It passes above
    `genuine_above`: at most `beta` of counterfeit ones do. With enough listings (see `listings_needed`) the threshold
    leaves the most errors whose Clopper-Pearson bound is within the limit, which `held_out` listings guarantee and
    `out_of_fold` ones only estimate (another network judged them); with fewer it is the empirical quantile.
    Where the classes lie so far apart that the two would cross, both lie in the middle: each moved to its safe side.
    """
    _same_length(listing_logit, genuine, product)
    for limit in (alpha, beta):
        _require_share(limit)
    names = np.asarray(product, dtype=object)
    chosen = {"*": _thresholds(listing_logit, genuine, alpha=alpha, beta=beta, source=source)}
    for name in sorted(set(product)):
        member = names == name
        rarer = min(int(genuine[member].sum()), int((~genuine[member]).sum()))
        if rarer >= LISTINGS_PER_CLASS:
            chosen[name] = _thresholds(listing_logit[member], genuine[member], alpha=alpha, beta=beta, source=source)
    return chosen


def fit_support_floor(listings: Sequence[Sequence[float]], loss: float) -> SupportFloor:
    """The floor under a product's own listings, each given by its photos' product logits; `loss` of them fall below.

    An empirical quantile: where fewer than 1 / loss listings are known, none is lost.
    """
    _require_share(loss)
    means = np.sort([np.mean(photos) for photos in listings])
    photos = np.sort(np.concatenate([np.asarray(photos, np.float64) for photos in listings]))
    lost = int(loss * len(means))
    return SupportFloor(
        listing=float(means[lost]), photo=float(photos[int(loss * len(photos))]), loss=loss, n=len(means), lost=lost
    )


def listings_needed(limit: float) -> int:
    """Held-out listings of a class, all without an error, that bound its error share by `limit`: 72 for 5 %."""
    _require_share(limit)
    n = int(np.ceil(np.log(1 - CONFIDENCE) / np.log1p(-limit)))
    return n if upper_bound(0, n) <= limit else n + 1


def upper_bound(errors: int, n: int) -> float:
    """One-sided 97.5 % Clopper-Pearson bound of an error share; 1 where nothing, or nothing right, was seen."""
    return float(betaincinv(errors + 1, n - errors, CONFIDENCE)) if errors < n else 1.0


def _thresholds(
    listing_logit: FloatArray, genuine: BoolArray, *, alpha: float, beta: float, source: Source
) -> Thresholds:
    of_genuine, of_counterfeit = np.sort(listing_logit[genuine]), np.sort(listing_logit[~genuine])[::-1]
    flag_rank, flag_fits = _allowed_errors(len(of_genuine), alpha)
    pass_rank, pass_fits = _allowed_errors(len(of_counterfeit), beta)
    below = float(of_genuine[flag_rank]) if len(of_genuine) else -NEVER
    above = float(of_counterfeit[pass_rank]) if len(of_counterfeit) else NEVER
    if below > above:
        below = above = (below + above) / 2
    held_out = source == "held_out"
    return Thresholds(
        counterfeit_below=below,
        genuine_above=above,
        # The bound is that of the rank, fixed before looking; fewer errors (ties, the middle) don't tighten it.
        genuine_flagged=ErrorBound(
            limit=alpha,
            n=len(of_genuine),
            errors=int((of_genuine < below).sum()),
            upper=upper_bound(flag_rank, len(of_genuine)),
            guaranteed=held_out and flag_fits,
        ),
        counterfeit_passed=ErrorBound(
            limit=beta,
            n=len(of_counterfeit),
            errors=int((of_counterfeit > above).sum()),
            upper=upper_bound(pass_rank, len(of_counterfeit)),
            guaranteed=held_out and pass_fits,
        ),
        source=source,
    )


def _allowed_errors(n: int, limit: float) -> tuple[int, bool]:
    """How many of n listings may lie beyond the threshold, and whether that keeps the bound within the limit."""
    for errors in range(int(limit * n), -1, -1):
        if upper_bound(errors, n) <= limit:
            return errors, True
    return int(limit * n), False


def _photo_buckets(genuine: BoolArray, photo_count: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Ranges [low, high) of photo counts, each with enough listings of both classes, or one range of all."""
    edges = [*_BUCKET_STARTS, np.iinfo(np.int64).max]
    buckets: list[tuple[int, int]] = []
    low = edges[0]
    for high in edges[1:]:
        if _enough(genuine[(photo_count >= low) & (photo_count < high)]):
            buckets.append((low, int(high)))
            low = high
    if not buckets:
        return [(edges[0], int(edges[-1]))]
    buckets[-1] = (buckets[-1][0], int(edges[-1]))  # what is left over joins the last bucket
    return buckets


def _enough(genuine: BoolArray) -> bool:
    rarer = min(int(genuine.sum()), int((~genuine).sum()))
    return len(genuine) >= LISTINGS_PER_BUCKET and rarer >= _RARER_CLASS_PER_BUCKET


def _same_length(*arrays: FloatArray | BoolArray | NDArray[np.int64] | Sequence[str]) -> None:
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) > 1:
        raise ValueError(f"one entry a listing is needed in each argument, got lengths {lengths}")


def _require_share(limit: float) -> None:
    if not 0 < limit < 1:
        raise ValueError(f"an error limit is a share between 0 and 1, got {limit}")

"""Upper bounds on an error share from counts of errors, and the listings that a bound takes."""

import numpy as np
from scipy.special import betaincinv

CONFIDENCE = 0.975


def upper_bound(errors: int, n: int) -> float:
    """One-sided 97.5 % Clopper-Pearson bound of an error share; 1 where nothing, or nothing right, was seen."""
    return float(betaincinv(errors + 1, n - errors, CONFIDENCE)) if errors < n else 1.0


def listings_needed(limit: float) -> int:
    """Held-out listings of a class, all without an error, that bound its error share by `limit`: 72 for 5 %."""
    require_share(limit)
    n = int(np.ceil(np.log(1 - CONFIDENCE) / np.log1p(-limit)))
    return n if upper_bound(0, n) <= limit else n + 1


def listings_to_expect(limit: float) -> int:
    """Held-out listings of a class, all without an error, for an expected error share of `limit`: 19 for 5 %.

    The expected share beyond the most extreme of n values is 1 / (n + 1), whatever their distribution.
    """
    require_share(limit)
    return int(np.ceil(1 / limit - 1e-9)) - 1


def require_share(limit: float) -> None:
    """Raise ValueError for an error limit outside (0, 1)."""
    if not 0 < limit < 1:
        raise ValueError(f"an error limit is a share between 0 and 1, got {limit}")

"""How sure a share is that was counted: for training's figures and for what serving compares."""

import math

_Z = 1.959964  # of a two-sided 95 % interval


def wilson_bounds(hits: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of hits of n (Wilson 1927), n at least 1: it shrinks to no point at 0 or n hits."""
    share = hits / n
    middle = (share + _Z * _Z / 2 / n) / (1 + _Z * _Z / n)
    half = _Z / (1 + _Z * _Z / n) * math.sqrt(share * (1 - share) / n + _Z * _Z / 4 / n / n)
    return 0.0 if hits == 0 else middle - half, 1.0 if hits == n else middle + half

"""How the detection benchmarks print an estimate."""

from __future__ import annotations

from training.statistics.estimate import Estimate


def with_interval(estimate: Estimate) -> str:
    """`0.930 [0.900, 0.950]`."""
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"

"""The learning rate: linear warm-up to its peak, then half a cosine down to 0 (Loshchilov & Hutter 2017)."""

import math


def lr_share(step: int, *, steps: int, warmup_share: float) -> float:
    """Share of the peak learning rate at a step, 0 to `steps` - 1: a function of the step, so resuming is exact."""
    warmup = round(steps * warmup_share)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    return 0.5 + 0.5 * math.cos(math.pi * (step - warmup) / max(1, steps - warmup))

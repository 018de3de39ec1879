"""Features of made-up photos, and a linear head for them."""

import numpy as np
import torch

from training.model.heads import LinearHead

FEATURES = 24


def features(n: int, seed: int = 0) -> torch.Tensor:
    """float32 [n, 24], none below zero, as pooled activations are."""
    return torch.from_numpy(np.random.default_rng(seed).gamma(2, 1, (n, FEATURES)).astype(np.float32))


def linear() -> LinearHead:
    """Standardised by 50 such photos, with drawn weights."""
    torch.manual_seed(0)
    head = LinearHead(FEATURES, 0.2).eval()
    head.set_statistics(features(50).mean(0), features(50).std(0))
    head.set_linear(torch.randn(FEATURES), 0.3)
    return head

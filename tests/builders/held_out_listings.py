"""Held-out listings whose logits are drawn."""

import numpy as np

from benchmarks.detection.held_out_listings import HeldOutListings


def made_listings(n: int = 400, *, seed: int = 0) -> HeldOutListings:
    """Listings of one to three photos: the item's own signal 1, a photo's noise 1."""
    rng = np.random.default_rng(seed)
    genuine = np.arange(n) % 2 == 0
    photos = np.arange(n) // 2 % 3 + 1
    item = rng.normal(0, 1, n) + 2 * (genuine - 0.5)
    of_photo = item[:, None] + rng.normal(0, 1, (n, 3))
    mean = np.array([row[:count].mean() for row, count in zip(of_photo, photos, strict=True)])
    return HeldOutListings(
        logit=mean,
        one_photo_logit=of_photo[:, 0],
        genuine=genuine,
        product=np.full(n, "toy"),
        photos=photos,
        fold=np.arange(n) // 2 % 5,
    )

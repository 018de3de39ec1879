"""Plant rings, index them and find them: `python -m benchmarks.serving.rings.run FOLDER [LISTINGS] [SEED]`.

With the development seed it also fits the strengths of `serving/sellers/kinds.py`, and prints them.
"""

from __future__ import annotations

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from benchmarks.serving.rings.found import measure, read_holdings
from benchmarks.serving.rings.indexed import index_market
from benchmarks.serving.rings.market import DEVELOPMENT_SEED, HELD_OUT_SEED, Market
from serving.sellers.clustering import PairLink, cluster, link_pairs
from serving.sellers.kinds import MAX_FURTHER, WEIGHTS
from serving.sellers.traced import party_of

KINDS = list(WEIGHTS)


def main() -> None:
    """Print how many pairs of the rings are found, and how many of the clusters' pairs are right."""
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else HELD_OUT_SEED
    sold = list(Market(seed).listings(count))
    ring_of = {party_of(one.seller, ""): one.ring for one in sold}
    listings = Counter(party_of(one.seller, "") for one in sold)
    if not (folder / "checks.sqlite").exists():
        print(f"{index_market(folder, sold) * 1000:.1f} ms a listing to index")
    links = link_pairs(read_holdings(folder))
    found = measure(cluster(links), ring_of, listings)
    print(f"{count} listings of {len(ring_of)} sellers, {found.rings} rings, {len(links)} links")
    print(f"recall {found.recall:.4f}, links right {found.links_right:.4f}, rings found {found.rings_found}")
    if seed == DEVELOPMENT_SEED:
        _fit(links, ring_of)


def _fit(links: Sequence[PairLink], ring_of: Mapping[str, int | None]) -> None:
    """Fit a logistic regression of whether two sellers are of one ring, with strengths of 0 or more, in bits."""
    by_pair: dict[tuple[str, str], list[PairLink]] = defaultdict(list)
    for link in links:
        by_pair[link.left, link.right].append(link)
    features = np.zeros((len(by_pair), 3 * len(KINDS)))
    right = np.zeros(len(by_pair))
    for row, ((left, other), shared) in enumerate(by_pair.items()):
        for link in shared:
            at = 3 * KINDS.index(link.kind)
            further = min(len(link.value_ids) - 1, MAX_FURTHER)
            features[row, at : at + 3] = 1, -math.log2(max(link.holders, 2) / 2), further
        right[row] = ring_of[left] is not None and ring_of[left] == ring_of[other]

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        logits = features @ values[:-1] + values[-1]
        error = 1 / (1 + np.exp(-logits)) - right
        slope = np.append(features.T @ error + values[:-1], error.sum())
        return float((np.logaddexp(0, logits) - right * logits).sum() + 0.5 * (values[:-1] ** 2).sum()), slope

    bounds = [(0.0, None)] * features.shape[1] + [(None, None)]
    fitted = minimize(loss, np.zeros(features.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x / math.log(2)
    for at, kind in enumerate(KINDS):
        first, per_doubling, another = fitted[3 * at : 3 * at + 3]
        print(f"{kind}: first {first:.1f}, per doubling {per_doubling:.1f}, another {another:.1f}")
    print(f"as likely as not from {-fitted[-1]:.1f} bits on")


if __name__ == "__main__":
    main()

from __future__ import annotations

import numpy as np
import pytest

from serving.groups.matching import Compared, Probe, hash_probes, near_items, pack_embedding, step_of
from serving.schemas.enforcement.groups import SharedKind

RNG = np.random.default_rng(14)
BASE = RNG.integers(0, 256, 32, dtype=np.uint8)


def changed(bits: int) -> bytes:
    """The base hash with this many of its bits changed."""
    flips = np.zeros(256, np.uint8)
    flips[RNG.permutation(256)[:bits]] = 1
    return (BASE ^ np.packbits(flips)).tobytes()


def test_hashes_are_near_up_to_31_bits_of_the_nearest_orientation() -> None:
    items = [Compared(item_id=str(bits), value=changed(bits)) for bits in (0, 10, 31, 32, 128)]
    turned = np.stack([*RNG.integers(0, 256, (7, 32), dtype=np.uint8), BASE])
    assert near_items(hash_probes(turned), items, "photo_hash") == {"0": 0, "10": 10, "31": 31}
    assert near_items(hash_probes(turned[:7]), items, "photo_hash") == {}


def test_embeddings_are_near_by_their_angle() -> None:
    first = np.zeros(64, np.float32)
    first[0] = 1
    items = []
    for cosine in (1.0, 0.98, 0.91, 0.89, -1.0):
        vector = np.zeros(64, np.float32)
        vector[:2] = cosine, np.sqrt(1 - cosine**2)
        items.append(Compared(item_id=str(cosine), value=pack_embedding(vector)))
    probe = Probe(kind="embedding", value=pack_embedding(first))
    found = near_items([probe], items, "embedding")
    assert found.keys() == {"1.0", "0.98", "0.91"}
    assert found["0.98"] == pytest.approx(0.02, abs=1e-3)  # float16


def test_nothing_is_near_nothing() -> None:
    assert near_items([], [Compared(item_id="a", value=BASE.tobytes())], "photo_hash") == {}
    assert near_items([Probe(kind="photo_hash", value=BASE.tobytes())], [], "photo_hash") == {}


@pytest.mark.parametrize(
    ("kind", "distance", "step"),
    [
        ("photo_hash", 0, ("very_near", 10)),
        ("photo_hash", 10, ("very_near", 10)),
        ("photo_hash", 11, ("near", 31)),
        ("embedding", 0.03, ("very_near", 0.03)),
        ("embedding", 0.0301, ("near", 0.1)),
        ("seller_id", 0, ("equal", 0)),
    ],
)
def test_a_distance_is_answered_as_its_step(kind: SharedKind, distance: float, step: tuple[str, float]) -> None:
    assert step_of(kind, distance) == step

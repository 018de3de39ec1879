"""How near what is asked about lies to what is shared: perceptual hashes by bits, embeddings by cosine, sellers equal.

Every item of a kind is compared, whatever matches: the time that it takes says nothing of the bank but its size.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serving.schemas.enforcement.groups import Distance, SharedKind
from vision.copies.orientations import HASH_BYTES, bits_apart
from vision.copies.pdq import NEAR_BITS

# One less the cosine, above which two embeddings are not called alike: on the rendered sample's test photos, one of
# 12,586 pairs of different listings is as near, and 98 % of copies cropped by 5 % a side (docs/working-groups.md).
NEAR_COSINE: Final = 0.1
# The upper end of each step of an answer. Three steps, so that nobody can approach a hash by changing a photo bit by
# bit and watching the distance.
STEPS: Final[dict[SharedKind, tuple[tuple[Distance, float], ...]]] = {
    "photo_hash": (("very_near", 10), ("near", NEAR_BITS)),
    "embedding": (("very_near", 0.03), ("near", NEAR_COSINE)),
    "seller_id": (("equal", 0),),
    "seller_contact": (("equal", 0),),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing that is asked about: `value` as an item's is stored, or a seller's `digest`."""

    kind: SharedKind
    value: bytes = b""
    digest: str | None = None
    bundle_sha256: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """An item as it is compared."""

    item_id: str
    value: bytes


def hash_probes(turned: NDArray[np.uint8]) -> list[Probe]:
    """Give the probes of a photo in its eight orientations, uint8 [8, 32]: an item is stored in one of them."""
    return [Probe(kind="photo_hash", value=one.tobytes()) for one in turned]


def pack_embedding(embedding: NDArray[np.float32]) -> bytes:
    """Give an embedding of unit length, float32 [D], as the float16 that are stored."""
    return embedding.astype("<f2").tobytes()


def near_items(probes: Sequence[Probe], items: Sequence[Compared], kind: SharedKind) -> dict[str, float]:
    """Give the items of a kind that are near any of the probes, with their distance to the nearest."""
    if not probes or not items:
        return {}
    found = _hash_distances(probes, items) if kind == "photo_hash" else _cosine_distances(probes, items)
    limit = STEPS[kind][-1][1]
    return {item.item_id: float(at) for item, at in zip(items, found, strict=True) if at <= limit}


def step_of(kind: SharedKind, distance: float) -> tuple[Distance, float]:
    """Give the step in which a distance lies, with its upper end."""
    return next(step for step in STEPS[kind] if distance <= step[1])


def _hash_distances(probes: Sequence[Probe], items: Sequence[Compared]) -> NDArray[np.float64]:
    """Give the bits between each item and the nearest probe: float64 [items]."""
    stored = np.frombuffer(b"".join(item.value for item in items), np.uint8).reshape(-1, 1, HASH_BYTES)
    wanted = np.frombuffer(b"".join(probe.value for probe in probes), np.uint8).reshape(1, -1, HASH_BYTES)
    apart = bits_apart(stored, wanted)  # [items, probes]
    return np.asarray(apart.min(axis=1), np.float64)


def _cosine_distances(probes: Sequence[Probe], items: Sequence[Compared]) -> NDArray[np.float64]:
    """Give one less the cosine between each item and the nearest probe: float64 [items]."""
    stored = np.frombuffer(b"".join(item.value for item in items), "<f2").reshape(len(items), -1).astype(np.float32)
    wanted = np.stack([np.frombuffer(probe.value, "<f2").astype(np.float32) for probe in probes])
    cosines = (stored @ wanted.T) / np.outer(np.linalg.norm(stored, axis=1), np.linalg.norm(wanted, axis=1))
    return np.asarray(np.maximum(0.0, 1.0 - cosines.max(axis=1)), np.float64)

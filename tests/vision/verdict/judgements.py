"""Judgements of photos, and changes of the tiny bundle, for tests of the verdict's rules.

The tiny bundle: below -2 counterfeit, above +2 genuine; photo calibration sigmoid(0.5 x); listing calibration
sigmoid(0.5 x) for one or two photos and sigmoid(x) from three on; validation share 0.5.
"""

import dataclasses

import numpy as np

from vision.bundle.bundle import Bundle
from vision.bundle.metadata import GenuineLogits, GraphMetadata, SupportFloor
from vision.copies.pdq import PhotoHash
from vision.verdict import PhotoFault, PhotoJudgement, Verdict, decide


def judged(index: int, logit: float, *, quality: tuple[str, ...] = (), sha256: str | None = None) -> PhotoJudgement:
    return PhotoJudgement(index=index, sha256=sha256 or f"{index:064d}", logit=logit, quality=quality)  # type: ignore[arg-type]


def seen_as(index: int, logit: float, *likeness: float) -> PhotoJudgement:
    """A photo that looks like the bundle's products, toy and other, that much."""
    return dataclasses.replace(judged(index, logit), product_logit=likeness)


def hashed(index: int, logit: float, word: int) -> PhotoJudgement:
    """A photo whose perceptual hash repeats a 64-bit word."""
    bits = np.full(4, word, np.uint64)
    return dataclasses.replace(
        judged(index, logit),
        hash=PhotoHash(bits=bits, mirrored_bits=~bits, quality=100, colours=np.zeros((4, 4, 3), np.uint8)),
    )


def unread(index: int) -> PhotoJudgement:
    fault = PhotoFault(code="photo_truncated", message="cut short.")
    return PhotoJudgement(index=index, sha256=f"{index:064d}", error=fault)


def decided(bundle: Bundle, *photos: PhotoJudgement, **options: object) -> Verdict:
    graph = options.pop("graph", bundle.metadata.graphs[0])
    options.setdefault("product", "toy")
    return decide(photos, bundle=bundle, graph=graph, **options)  # type: ignore[arg-type]


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


def with_floors(bundle: Bundle) -> GraphMetadata:
    """The graph with a floor of 0.5 under a listing and 0.2 under a photo, for both products."""
    floor = SupportFloor(listing=0.5, photo=0.2, loss=0.02, n=100, lost=2)
    return dataclasses.replace(bundle.metadata.graphs[0], support={"toy": floor, "other": floor})


def with_metadata(bundle: Bundle, **changes: object) -> Bundle:
    return dataclasses.replace(bundle, metadata=dataclasses.replace(bundle.metadata, **changes))  # type: ignore[arg-type]


def genuine_only(bundle: Bundle) -> Bundle:
    usual = GenuineLogits(listing=(-1.0, 0.0, 1.0), photo=(-2.0, 0.0, 2.0))
    graph = dataclasses.replace(bundle.metadata.graphs[0], genuine_logits=usual)
    return with_metadata(bundle, authenticity_kind="conformal", graphs=(graph,))

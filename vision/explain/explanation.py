"""What a photo's verdict rests on: its crops, each with the nearest genuine and counterfeit reference beside it.

Not part of a check: each crop takes a run of the graph, and few photos are ever viewed.
"""

from __future__ import annotations

from dataclasses import dataclass

from vision.bundle.references import Neighbour, ReferenceBank
from vision.detector import Detector
from vision.explain.crop_embedding import DECODED_SIDE_PX, crop_jpeg, embed_crops
from vision.explain.crops import EvidenceCrop, evidence_crops
from vision.photo.decode import open_photo
from vision.verdict import Evidence, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCrop:
    """A crop with the references of its product that look most like it; None where the bundle has none."""

    crop: EvidenceCrop
    genuine: Neighbour | None = None
    counterfeit: Neighbour | None = None


def explain_photo(
    detector: Detector, bank: ReferenceBank, photo: bytes, *, evidence: Evidence, outcome: Outcome | None, product: str
) -> tuple[ExplainedCrop, ...]:
    """The crops that contributed most to a photo's outcome, strongest first, with `bank`'s references of the product.

    Without any of them the photo isn't even decoded. Raises PhotoError.
    """
    crops = evidence_crops(evidence, outcome)
    if not crops or not bank.has_any(product):
        return tuple(ExplainedCrop(crop=crop) for crop in crops)
    opened = open_photo(photo, smallest_side_px=DECODED_SIDE_PX, limits=detector.limits)
    pictures = [crop_jpeg(opened, crop.box) for crop in crops]
    embeddings = embed_crops(detector.scorer, detector.bundle, pictures)
    return tuple(
        ExplainedCrop(
            crop=crop,
            genuine=bank.nearest(embedding, product=product, label="genuine"),
            counterfeit=bank.nearest(embedding, product=product, label="counterfeit"),
        )
        for crop, embedding in zip(crops, embeddings, strict=True)
    )

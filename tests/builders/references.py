"""References of the tiny bundle: crops of one colour, whose embeddings tell red (genuine) from blue (counterfeit)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from vision.bundle.bundle import Bundle, seal_bundle
from vision.bundle.references import FOLDER, ID_DIGITS, Reference, ReferenceLabel, write_references
from vision.explain.crop_embedding import embed_crops
from vision.inference.scorer import Scorer

Colour = tuple[int, int, int]
RED: Colour = (200, 40, 50)
BLUE: Colour = (50, 40, 200)
PURPLE: Colour = (125, 40, 125)


def add_tiny_references(
    bundle: Bundle, colours: Sequence[tuple[ReferenceLabel, Colour]], *, product: str = "toy"
) -> tuple[Bundle, tuple[Reference, ...]]:
    """The sealed bundle with a reference a colour, of listings L0, L1 and so on."""
    images = [jpeg_of(colour) for _, colour in colours]
    references = tuple(
        reference_of(image, label, product, f"L{n}")
        for n, ((label, _), image) in enumerate(zip(colours, images, strict=True))
    )
    write_references(bundle.folder, "model.onnx", references, images, embed_crops(Scorer(bundle), bundle, images))
    return seal_bundle(bundle.folder, bundle.metadata), references


def reference_of(image: bytes, label: ReferenceLabel, product: str, listing: str) -> Reference:
    sha256 = hashlib.sha256(image).hexdigest()
    return Reference(
        id=sha256[:ID_DIGITS],
        file=f"{FOLDER}/{sha256[:ID_DIGITS]}.jpg",
        sha256=sha256,
        label=label,
        product=product,
        listing=listing,
        box=(0.0, 0.0, 0.5, 0.5),
    )


def jpeg_of(colour: Colour) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.full((64, 64, 3), colour, np.uint8)).save(stream, "JPEG")
    return stream.getvalue()

"""Marks of generated and edited pictures in a photo's bytes, by C2PA and IPTC."""

from __future__ import annotations

from typing import Final

from serving.evidence.provenance.c2pa_marks import read_c2pa
from serving.evidence.provenance.source_types import Mark
from serving.evidence.provenance.xmp import read_xmp

NO_PROOF: Final = (
    "Such a mark is a reason to look at the photo, never proof: anyone can write one, and most programs remove them. "
    "That there is none says nothing."
)


def read_marks(photo: bytes) -> tuple[Mark, ...]:
    """Read what a photo's file says of how it was made; whatever cannot be read is no error but a mark that says so."""
    return (*read_c2pa(photo), *read_xmp(photo))

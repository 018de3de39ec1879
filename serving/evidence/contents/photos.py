"""The parts of one photo: its bytes as received, an upright copy, the evidence in it, its crops and marks."""

from __future__ import annotations

import dataclasses
import hashlib

from serving.evidence.contents.sections import Block, Gathering, Picture, Pictures, Text
from serving.evidence.provenance.marks import read_marks
from serving.evidence.provenance.source_types import Mark
from serving.schemas.checks import PhotoAnswer
from vision.bundle.references import Neighbour, ReferenceBank
from vision.detector import Detector
from vision.explain.crop_embedding import DECODED_SIDE_PX, crop_jpeg
from vision.explain.crops import evidence_crops
from vision.explain.evidence_picture import evidence_picture
from vision.explain.explanation import ExplainedCrop, explain_photo
from vision.photo.decode import PhotoLimits, open_photo
from vision.photo.format import PHOTO_FORMATS, sniff_format
from vision.photo.rendition import upright_jpeg
from vision.verdict import Evidence

COPY_SIDE_PX = 1600


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PhotoParts:
    """What was written for a photo: the names of the pictures, with what stands below them, and its marks."""

    received: str
    sha256: str
    pictures: tuple[Picture, ...]
    crops: tuple[Picture, ...]
    marks: tuple[Mark, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PhotoWork:
    """What is needed to make the parts of a photo, given its bytes. `references` are those of the product's bundle."""

    gathering: Gathering
    prefix: str  # of the names of its parts
    answer: PhotoAnswer
    product: str
    evidence: Evidence | None
    references: tuple[Detector, ReferenceBank] | None
    limits: PhotoLimits

    def make(self, data: bytes) -> PhotoParts:
        """Write the parts; runs on a compute thread. Raises PhotoError."""
        received = f"{self.prefix}-received{PHOTO_FORMATS[sniff_format(data)].suffixes[0]}"
        self.gathering.write(received, data)
        label = f"Photo {self.answer.index + 1}"
        copy = f"{self.prefix}-upright.jpg"
        self.gathering.write(copy, upright_jpeg(data, max_side_px=COPY_SIDE_PX, limits=self.limits))
        pictures = [Picture(name=copy, caption=f"{label}, upright, without metadata")]
        crops: list[Picture] = []
        if self.evidence is not None:
            overlay = f"{self.prefix}-evidence.jpg"
            drawn = evidence_picture(data, self.evidence, self.answer.outcome, caption="", limits=self.limits)
            self.gathering.write(overlay, drawn)
            pictures.append(Picture(name=overlay, caption=f"{label}: red speaks for counterfeit, blue for genuine"))
            crops = self._write_crops(data, self.evidence)
        return PhotoParts(
            received=received,
            sha256=hashlib.sha256(data).hexdigest(),
            pictures=tuple(pictures),
            crops=tuple(crops),
            marks=read_marks(data),
        )

    def _write_crops(self, data: bytes, evidence: Evidence) -> list[Picture]:
        found = self._explained(data, evidence)
        opened = open_photo(data, smallest_side_px=DECODED_SIDE_PX, limits=self.limits) if found else None
        written: list[Picture] = []
        for number, one in enumerate(found, start=1):
            if opened is None:
                break
            name = f"{self.prefix}-crop-{number}.jpg"
            self.gathering.write(name, crop_jpeg(opened, one.crop.box))
            towards = "counterfeit" if one.crop.contribution < 0 else "genuine"
            written.append(
                Picture(name=name, caption=f"Crop {number}: {one.crop.contribution:+.2f} of the logit, for {towards}")
            )
            for label, neighbour in (("genuine", one.genuine), ("counterfeit", one.counterfeit)):
                if neighbour is not None:
                    written.append(self._write_reference(f"{self.prefix}-crop-{number}-{label}.jpg", neighbour))
        return written

    def _explained(self, data: bytes, evidence: Evidence) -> tuple[ExplainedCrop, ...]:
        if self.references is None:
            return tuple(ExplainedCrop(crop=crop) for crop in evidence_crops(evidence, self.answer.outcome))
        detector, bank = self.references
        return explain_photo(detector, bank, data, evidence=evidence, outcome=self.answer.outcome, product=self.product)

    def _write_reference(self, name: str, neighbour: Neighbour) -> Picture:
        assert self.references is not None
        reference = neighbour.reference
        self.gathering.write(name, self.references[1].image(reference))
        return Picture(
            name=name,
            caption=f"Reference {reference.id}, known to be {reference.label}: likeness {neighbour.similarity:.2f}",
        )


def photo_blocks(parts: PhotoParts) -> list[Block]:
    """Give what the report shows of a photo."""
    blocks: list[Block] = [
        Text(text=f"{parts.received}, SHA-256 {parts.sha256}", style="label"),
        Pictures(pictures=parts.pictures),
    ]
    if parts.crops:
        blocks.append(Pictures(pictures=parts.crops, small=True))
    blocks += [Text(text=f"Mark by {mark.standard}: {mark.text}.") for mark in parts.marks]
    return blocks

"""IPTC's vocabulary of digital source types, which C2PA uses too (cv.iptc.org/newscodes/digitalsourcetype)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final, Literal

Kind = Literal["generated", "composite", "edited", "captured", "other"]

_MEANINGS: Final[Mapping[str, tuple[Kind, str]]] = {
    "trainedAlgorithmicMedia": ("generated", "made by a generative model"),
    "compositeWithTrainedAlgorithmicMedia": ("composite", "partly made by a generative model"),
    "algorithmicMedia": ("generated", "made by a program, without a photo"),
    "compositeSynthetic": ("composite", "put together from parts of which some are synthetic"),
    "algorithmicallyEnhanced": ("edited", "changed by a program"),
    "composite": ("edited", "put together from several pictures"),
    "compositeCapture": ("edited", "put together from several photos"),
    "digitalArt": ("generated", "drawn with a program"),
    "digitalCreation": ("generated", "made by a person with a program"),
    "humanEdits": ("edited", "changed by a person"),
    "digitalCapture": ("captured", "taken by a camera"),
    "computationalCapture": ("captured", "taken by a camera that computes pictures"),
}
MAX_TEXT: Final = 200


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark: where it stands, of what kind it is, and what it says in a sentence."""

    standard: Literal["C2PA", "IPTC"]
    kind: Kind
    text: str

    @property
    def claims_generation(self) -> bool:
        return self.kind in ("generated", "composite")


def mark_of(standard: Literal["C2PA", "IPTC"], source_type: str, addition: str = "") -> Mark:
    """Give the mark of a digital source type, by its address or its last part."""
    name = source_type.strip().rstrip("/").rsplit("/", 1)[-1]
    kind, meaning = _MEANINGS.get(name, ("other", "a source type that this version doesn't know"))
    return Mark(standard=standard, kind=kind, text=f"{name[:MAX_TEXT]}: {meaning}{addition}")

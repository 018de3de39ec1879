"""One photo of a manifest, and the labels and splits that it may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Label = Literal["genuine", "counterfeit"]
Split = Literal["train", "val", "test"]
Box = tuple[float, float, float, float]

LABELS: tuple[Label, ...] = ("genuine", "counterfeit")
SPLITS: tuple[Split, ...] = ("train", "val", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRow:
    """One photo of a manifest.

    `row` is its line in the file (the header is line 1; in a folder, its place in sorted order). `box` is
    x0, y0, x1, y1 of the product, 0 to 1 of the photo. `mask` marks the k-th of `cues` with the value k, `product_mask`
    the product in white.
    """

    row: int
    photo: Path
    label: Label | None
    product: str
    listing: str
    seller: str | None = None
    view: str | None = None
    cues: tuple[str, ...] = ()
    maker: str | None = None
    source: str | None = None
    split: Split | None = None
    fold: int | None = None
    mask: Path | None = None
    shareable: bool = False
    box: Box | None = None
    product_mask: Path | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

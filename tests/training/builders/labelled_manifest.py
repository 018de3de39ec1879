"""Manifests of rows alone, without photos: enough for splits, plans and what a bundle may say."""

from __future__ import annotations

from pathlib import Path

from training.data.manifest import Label, Manifest, PhotoRow

PHOTOS_A_LISTING = 3


def listings(label: Label, count: int, product: str = "toy", **more: object) -> list[PhotoRow]:
    """Rows of `count` listings of three photos; `more` are further columns."""
    names = [f"{product}-{label}-{more}-{number}" for number in range(count)]
    return [
        PhotoRow(row=0, photo=Path(f"{name}-{n}.jpg"), label=label, product=product, listing=name, **more)  # type: ignore[arg-type]
        for name in names
        for n in range(PHOTOS_A_LISTING)
    ]


def manifest_of(*parts: list[PhotoRow]) -> Manifest:
    return Manifest(path=Path("manifest.csv"), rows=tuple(row for part in parts for row in part), sha256="")

"""Folders of small pictures that differ, as a manifest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def save_picture(file: Path, seed: int, kind: str | None = None) -> Path:
    """A picture of 96 x 96 pixels; other seeds give pictures that are no near-duplicates. `kind` is PIL's format."""
    cells = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), np.uint8)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(cells).resize((96, 96), Image.Resampling.BICUBIC).save(file, kind)
    return file


def save_class_folders(folder: Path, genuine: str = "genuine", counterfeit: str = "counterfeit") -> None:
    """Two listings of two photos in each of two class folders."""
    for seed, (name, listing) in enumerate((name, listing) for name in (genuine, counterfeit) for listing in "12"):
        for photo in range(2):
            save_picture(folder / name / f"offer {listing}" / f"{photo}.jpg", 10 * seed + photo)

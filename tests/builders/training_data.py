"""A data set that a network learns in seconds: listings of two photos, with rings (genuine) or bars (counterfeit)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

PHOTOS_A_LISTING = 2


def write_toy_data(folder: Path, *, listings: int = 60, folds: int = 3, noise: int = 60) -> Path:
    """Write photos of 288 x 240 px and their manifest, with a `fold` column; gives the manifest's path."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    lines = ["photo,label,product,listing,fold,shareable"]
    for listing in range(listings):
        label = "counterfeit" if listing % 2 else "genuine"
        for photo in range(PHOTOS_A_LISTING):
            name = f"{listing}-{photo}.jpg"
            Image.fromarray(draw_toy(rng, label, noise)).save(folder / name, quality=90)
            lines.append(f"{name},{label},toy,L{listing:02},{listing // 2 % folds},1")
    manifest = folder / "manifest.csv"
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return manifest


def draw_toy(rng: np.random.Generator, label: str, noise: int = 60) -> np.ndarray:
    """uint8 [240, 288, 3]: noise of a random colour under rings or bars of period 36 px."""
    y, x = np.mgrid[:240, :288]
    pattern = np.hypot(y - 120, x - 144) if label == "genuine" else x
    light = 90 * (np.sin(pattern * (2 * np.pi / 36) + rng.uniform(0, 6)) > 0)
    ground = rng.integers(0, noise, (240, 288, 3)) + rng.integers(0, 80, 3)
    item: np.ndarray = (ground + light[..., None]).clip(0, 255).astype(np.uint8)
    return item


def write_toy_config(folder: Path, manifest: Path, **tables: str) -> Path:
    """A training configuration of the toy data at 64 px; `tables` add lines to a table, such as finetune='epochs=1'.

    Its cache lies beside the photos, so that runs on the same ones export a network's features once: with networks this
    small nine tenths of a run are exports.
    """
    cache = manifest.parent / "cache"
    lines = {
        "data": f'manifest = "{manifest.as_posix()}"\nlabel_kind = "verified"\naudit = "table"',
        "run": f'folder = "{folder.as_posix()}/run"\nname = "toy"\ncache = "{cache.as_posix()}"\nthreads = 1',
        "model": "size_px = 64",
        "foreground": "source = 'none'",  # the toy photos have no boxes, and what recurs in them fills them
        "frozen": "c = 0.01",
        "finetune": "epochs = 1\nbatch_size = 16\nworkers = 0\ndevice = 'cpu'",
        "calibration": "folds = 3",
        "evaluation": "stress_listings = 0",
        "references": "most = 12",
    }
    text = "\n\n".join(f"[{name}]\n{body}\n{tables.get(name, '')}" for name, body in lines.items())
    file = folder / "toy.toml"
    file.write_text(text, encoding="utf-8")
    return file

"""Photos of a bright square on dark noise, whose box is known: a foreground that a tiny network can find."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from training.data.manifest import Manifest, read_manifest
from training.data.photo_row import PhotoRow

SIDE_PX = 128
SQUARE_PX = 64


def boxed_rows(folder: Path, n: int) -> list[PhotoRow]:
    """Rows of `n` photos of two listings a label; the square fills one quarter of the photo, drawn from a seed."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(n):
        left, top = (int(place) for place in rng.integers(0, 2, 2) * SQUARE_PX)
        pixels = rng.integers(0, 60, (SIDE_PX, SIDE_PX, 3))
        pixels[top : top + SQUARE_PX, left : left + SQUARE_PX] += 150
        photo = folder / f"{number}.png"
        Image.fromarray(pixels.astype(np.uint8)).save(photo)
        corners = (left, top, left + SQUARE_PX, top + SQUARE_PX)
        x0, y0, x1, y1 = (corner / SIDE_PX for corner in corners)
        rows.append(
            PhotoRow(
                row=number + 2,
                photo=photo,
                label="genuine" if number % 2 else "counterfeit",
                product="square",
                listing=f"L{number // 2 % 4}-{number % 2}",
                box=(x0, y0, x1, y1),
            )
        )
    return rows


def boxed_manifest(folder: Path, n: int) -> Manifest:
    """The manifest of `boxed_rows`."""
    lines = ["photo,label,product,listing,box_x0,box_y0,box_x1,box_y1"]
    for row in boxed_rows(folder, n):
        corners = ",".join(str(corner) for corner in row.box or ())
        lines.append(f"{row.photo.name},{row.label},{row.product},{row.listing},{corners}")
    file = folder / "manifest.csv"
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return read_manifest(file)

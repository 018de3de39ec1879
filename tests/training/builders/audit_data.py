"""Data sets for the audit: sound listings, to which a test adds what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from training.audit.audit import Audit, audit_manifest
from training.audit.finding import Finding
from training.data.manifest import read_manifest

SIDE_PX = 64


def save_picture(file: Path, seed: int, *, side_px: int = SIDE_PX) -> None:
    rng = np.random.default_rng(seed)
    pixels = np.full((SIDE_PX, SIDE_PX, 3), 128.0)
    for cells in (3, 8, 16, 32):
        noise = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), np.uint8))
        pixels += (np.asarray(noise.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)) - 128.0) / cells * 3
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).resize((side_px, side_px))
    image.save(file, quality=90) if file.suffix == ".jpg" else image.save(file)


class DataSet:
    """Twelve sound listings, six a class, to which a test adds what is wrong."""

    def __init__(self, folder: Path, columns: Sequence[str] = ()) -> None:
        self.folder = folder
        self.columns = ("photo", "label", "product", "listing", *columns)
        self.lines: list[str] = []
        for number in range(12):
            label = "genuine" if number % 2 else "counterfeit"
            self.add(number, label, "p", f"L{number}", *[""] * len(columns))

    def add(self, seed: int, *cells: str, name: str | None = None, side_px: int = SIDE_PX) -> Path:
        file = self.folder / (name or f"{len(self.lines)}.jpg")
        save_picture(file, seed, side_px=side_px)
        self.lines.append(",".join([file.name, *cells]))
        return file

    def write(self) -> Path:
        path = self.folder / "manifest.csv"
        path.write_text("\n".join([",".join(self.columns), *self.lines, ""]))
        return path

    def audit(self, **more: object) -> Audit:
        return audit_manifest(read_manifest(self.write()), **{"shortcuts": (), **more})  # type: ignore[arg-type]


def finding(audit: Audit, code: str) -> Finding:
    found = [entry for entry in audit.findings if entry.code == code]
    assert len(found) == 1, [entry.code for entry in audit.findings]
    return found[0]


def lines_of(audit: Audit, entry: Finding) -> list[int]:
    return [audit.manifest.rows[index].row for index in entry.rows]

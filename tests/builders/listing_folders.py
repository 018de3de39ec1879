"""A folder of listings as sellers' photos lie on a disk: class folders, listings, loose photos, other files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_listings(folder: Path, photos: Mapping[str, bytes]) -> Path:
    """Write each photo under its relative path; gives the folder."""
    for name, data in photos.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder

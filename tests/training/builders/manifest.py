"""Manifests of a few rows beside six files that stand for photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from training.data.manifest import read_manifest
from vision.errors import ManifestError

HEADER = "photo,label,product,listing"


def write_csv(folder: Path, header: str, *rows: str, encoding: str = "utf-8", name: str = "manifest.csv") -> Path:
    for number in range(6):
        (folder / f"{number}.jpg").write_bytes(b"photo" * (number + 1))
    path = folder / name
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return path


def problems_of(path: Path, *, where: Sequence[str] = ()) -> str:
    with pytest.raises(ManifestError) as caught:
        read_manifest(path, where=where)
    return caught.value.message

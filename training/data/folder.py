"""A folder with genuine/ and counterfeit/ as a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from training.data.near_duplicates import cluster_near_duplicates
from training.data.photo_row import LABELS
from training.data.problems import Problems
from training.data.table import REQUIRED, Table, TableRow
from training.errors import ManifestError
from vision.photo.format import FORMATS_IN_WORDS, PHOTO_SUFFIXES

_CONVERTIBLE_SUFFIXES = frozenset({".bmp", ".gif", ".tif", ".tiff", ".jp2", ".svg", ".pdf", ".dng"})


def read_folder(folder: Path, *, product: str | None) -> Table:
    """A folder with genuine/ and counterfeit/ as a table.

    A sub-subfolder is a listing; loose photos form listings by clusters of near-duplicates, named after their first
    photo. Raises ManifestError without a product's name, without either folder, or for formats that can't be read.
    """
    present = [label for label in LABELS if (folder / label).is_dir()]
    if not present:
        raise ManifestError(f"{folder} has neither genuine/ nor counterfeit/; a folder of photos needs these two.")
    if product is None:
        raise ManifestError(f"{folder} names no product; set data.product (or --product), e.g. korvelle-k1-hair-dryer.")
    problems = Problems(folder)
    cells: list[dict[str, str]] = []
    for label in sorted(present):
        for photo, listing in _listings(folder, label, problems):
            name = photo.relative_to(folder).as_posix()
            cells.append({"photo": name, "label": label, "product": product, "listing": listing})
    problems.raise_if_any()
    rows = tuple(TableRow(row=place, cells=row) for place, row in enumerate(cells, start=1))
    return Table(path=folder, columns=REQUIRED, rows=rows)


def _listings(folder: Path, label: str, problems: Problems) -> Iterator[tuple[Path, str]]:
    loose = _photos(sorted((folder / label).iterdir()), problems)
    for cluster in cluster_near_duplicates(loose):
        for index in cluster:
            yield loose[index], f"{label}/{loose[cluster[0]].name}"
    for listing in sorted(child for child in (folder / label).iterdir() if child.is_dir()):
        if not listing.name.startswith("."):
            for photo in _photos(sorted(listing.rglob("*")), problems):
                yield photo, f"{label}/{listing.name}"


def _photos(files: Sequence[Path], problems: Problems) -> list[Path]:
    photos = []
    for file in files:
        if file.name.startswith(".") or not file.is_file():
            continue
        if file.suffix.lower() in PHOTO_SUFFIXES:
            photos.append(file)
        elif file.suffix.lower() in _CONVERTIBLE_SUFFIXES:
            problems.add(f"{file} is {file.suffix[1:].upper()}; convert it to {FORMATS_IN_WORDS}, or move it away")
    return photos

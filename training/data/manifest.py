"""The manifest: which photos there are, and what is known of each."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from training.data.columns import REQUIRED, missing_columns
from training.data.filters import filter_rows
from training.data.label_corrections import CorrectionCounts, correct_table
from training.data.left_out import NotRead
from training.data.photo_row import Box, Label, PhotoRow, Split
from training.data.rows import parse_rows
from vision.counting import counted
from vision.errors import ManifestError
from vision.tables.problems import Problems
from vision.tables.table import Table, TableRow, read_table

__all__ = [
    "Box",
    "Label",
    "Manifest",
    "PhotoRow",
    "Split",
    "mixed_product_listings",
    "read_manifest",
    "without_listings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The photos of a manifest, grouped by listing.

    `sha256` is the data hash: of every cell after corrections and filters and of each photo's size in bytes, not of
    the pixels. `corrected` counts what corrections changed before the filters, where there were any.
    `not_read` is what of the files and rows was left out.
    """

    path: Path
    rows: tuple[PhotoRow, ...]
    sha256: str
    corrected: CorrectionCounts | None = None
    not_read: NotRead = field(default_factory=NotRead, compare=False)
    listings: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        listings: dict[str, list[int]] = {}
        for index, row in enumerate(self.rows):
            listings.setdefault(row.listing, []).append(index)
        object.__setattr__(self, "listings", {name: tuple(indices) for name, indices in listings.items()})

    def where(self, predicate: Callable[[PhotoRow], bool], *, others_are: str = "not selected") -> Manifest:
        """The manifest of the rows for which `predicate` holds, with its own data hash.

        The other rows are counted among what is not read; `others_are` says why, such as `without a label`.
        """
        rows = tuple(row for row in self.rows if predicate(row))
        return replace(
            self,
            rows=rows,
            sha256=_data_hash(self.path, rows),
            not_read=self.not_read.with_rows(len(self.rows) - len(rows), others_are),
        )

    def labelled(self) -> Manifest:
        """The manifest of the rows that have a label."""
        if all(row.label for row in self.rows):
            return self
        return self.where(lambda row: row.label is not None, others_are="without a label")

    def reading_in_words(self) -> str:
        """Such as `read 67 photos of 24 listings; left out 5 files: 3 hidden or thumbnails, 2 not images (…)`."""
        read = f"{counted(len(self.rows), 'photo')} of {counted(len(self.listings), 'listing')}"
        return f"read {read}; {self.not_read.in_words(self.path)}"

    @property
    def name(self) -> str:
        """The name of the file or folder, also of one given as `.`."""
        return self.path.name or self.path.resolve().name

    @property
    def products(self) -> tuple[str, ...]:
        """The products, sorted."""
        return tuple(sorted({row.product for row in self.rows}))


def read_manifest(
    path: Path,
    *,
    where: Sequence[str] = (),
    product: str | None = None,
    corrections: Path | None = None,
    class_folders: Mapping[Label, str] | None = None,
) -> Manifest:
    """Read a CSV, a Parquet file or a folder with genuine/ and counterfeit/.

    `where` keeps the rows that meet every condition, such as `fold!=0`, before anything else is checked. `product`
    names the goods of a folder or of a table without that column; of a table with it, only that product is kept.
    `corrections` is a table of decisions on listings' labels, which are changed or dropped before any filter.
    `class_folders` names a folder's class folders where their own names don't say which is which.
    Raises ManifestError with up to ten problems, each with its row and its fix.
    """
    table, not_read = _read(path, product, class_folders or {})
    if product is not None and "product" not in table.columns:
        table = _with_product(table, product)
        product = None
    problems = Problems(path)
    missing_columns(table.columns, problems)
    problems.raise_if_any()
    corrected = None
    if corrections is not None:
        uncorrected = len(table.rows)
        table, corrected = correct_table(table, corrections)
        not_read = not_read.with_rows(uncorrected - len(table.rows), "dropped by corrections")
    kept = filter_rows(table, where)
    not_read = not_read.with_rows(len(table.rows) - len(kept), f"that don't meet {' and '.join(where)}")
    if not kept:
        raise ManifestError(_no_photos(path, where, not_read))
    if product is not None:
        of_product = _of_product(table, kept, product)
        not_read = not_read.with_rows(len(kept) - len(of_product), "of other products")
        kept = of_product
    rows = parse_rows(kept, folder=path if path.is_dir() else path.parent, problems=problems)
    problems.raise_if_any()
    return Manifest(path=path, rows=rows, sha256=_data_hash(path, rows), corrected=corrected, not_read=not_read)


def mixed_product_listings(manifest: Manifest) -> tuple[str, ...]:
    """The listings whose photos name more than one product, sorted."""
    return tuple(
        sorted(
            name
            for name, indices in manifest.listings.items()
            if len({manifest.rows[index].product for index in indices}) > 1
        )
    )


def without_listings(manifest: Manifest, listings: Iterable[str]) -> Manifest:
    """The manifest without these listings."""
    dropped = frozenset(listings)
    return manifest.where(lambda row: row.listing not in dropped, others_are="of listings that are dropped")


def _read(path: Path, product: str | None, class_folders: Mapping[Label, str]) -> tuple[Table, NotRead]:
    if path.is_dir():
        # Only a folder needs photos decoded and hashed; a table is read without those libraries.
        from training.data.folder import read_folder

        return read_folder(path, product=product, class_folders=class_folders)
    if not path.exists():
        raise ManifestError(f"{path} does not exist; give the manifest's path (a .csv, a .parquet or a folder).")
    if class_folders:
        given = " and ".join(f"data.{label}_folder" for label in class_folders)
        raise ManifestError(f"{path} is a table, whose column 'label' names the class: leave {given} out.")
    return read_table(path, columns=REQUIRED), NotRead()


def _no_photos(path: Path, where: Sequence[str], not_read: NotRead) -> str:
    if where:
        return f"{path} has no photos that meet {' and '.join(where)}."
    return f"{path} has no photos; {not_read.in_words(path)}." if not_read != NotRead() else f"{path} has no photos."


def _with_product(table: Table, product: str) -> Table:
    rows = tuple(TableRow(row=row.row, cells={**row.cells, "product": product}) for row in table.rows)
    return Table(path=table.path, columns=(*table.columns, "product"), rows=rows)


def _of_product(table: Table, rows: Sequence[TableRow], product: str) -> tuple[TableRow, ...]:
    kept = tuple(row for row in rows if row.cells["product"] == product)
    if not kept:
        known = ", ".join(sorted({row.cells["product"] for row in rows})) or "none"
        raise ManifestError(f"{table.path} has no photos of product '{product}'; its products are {known}.")
    return kept


def _data_hash(path: Path, rows: Iterable[PhotoRow]) -> str:
    folder = path if path.is_dir() else path.parent
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr((_file_cells(row.photo, folder), _file_cells(row.mask, folder))).encode())
        digest.update(repr((row.label, row.product, row.listing, row.seller, row.view, row.cues, row.maker)).encode())
        digest.update(repr((row.source, row.split, row.fold, row.shareable, row.box)).encode())
        digest.update(repr(sorted(row.extra.items())).encode())
        if row.product_mask is not None:  # so that a manifest without the column keeps its hash
            digest.update(repr(_file_cells(row.product_mask, folder)).encode())
    return digest.hexdigest()


def _file_cells(file: Path | None, folder: Path) -> tuple[str, int] | None:
    if file is None:
        return None
    name = Path(os.path.relpath(file, folder.absolute())).as_posix()
    return name, file.stat().st_size if file.is_file() else -1

"""The listings of a table, CSV or Parquet: a row a photo, as in a manifest for training."""

from __future__ import annotations

from pathlib import Path

from vision.check_shape import MAX_PHOTOS
from vision.cli.listings import Listing, Listings, reading_in_words
from vision.errors import NoPhotos
from vision.tables.files import TableFiles
from vision.tables.problems import Problems, nearest
from vision.tables.table import Table, TableRow, read_table

_LABELS = {"genuine", "counterfeit"}


def listings_in_table(path: Path, *, each_photo: bool = False) -> Listings:
    """The listings of a table, in the order in which it first names them; paths are relative to the table.

    Columns: `photo`; `listing`, unless each photo is one; `product` and `view` where they are known. A photo whose
    file is missing stays in its listing, which is judged by the others. Raises ManifestError or NoPhotos.
    """
    needed = ("photo",) if each_photo else ("photo", "listing")
    table = read_table(path, columns=needed)
    problems = Problems(path)
    _note_missing_columns(table, needed, problems)
    problems.raise_if_any()
    rows = _by_listing(table, each_photo, problems)
    problems.raise_if_any()
    if not rows:
        raise NoPhotos(f"{path} has no rows: give a table with a row a photo")
    files = TableFiles(path.absolute().parent)
    found = [_listing(name, of_listing, files) for name, of_listing in rows.items()]
    beyond = sum(listing.beyond for listing in found)
    photos = sum(len(listing.photos) for listing in found)
    return Listings(
        found=found,
        total=len(found),
        in_words=reading_in_words(photos, len(found), beyond),
        labelled={row.cells.get("label", "") for row in table.rows} >= _LABELS,
        have_products="product" in table.columns,
    )


def _note_missing_columns(table: Table, needed: tuple[str, ...], problems: Problems) -> None:
    for name in needed:
        if name not in table.columns:
            like = nearest(name, table.columns)
            hint = f"rename '{like}' to '{name}'?" if like else f"the columns are {', '.join(table.columns)}"
            problems.add(f"no column '{name}'; {hint}")


def _by_listing(table: Table, each_photo: bool, problems: Problems) -> dict[str, list[TableRow]]:
    rows: dict[str, list[TableRow]] = {}
    for row in table.rows:
        name = row.cells["photo"] if each_photo else row.cells["listing"]
        for column in ("photo",) if each_photo else ("photo", "listing"):
            if not row.cells[column]:
                problems.add(f"'{column}' is empty; every photo needs one", row=row.row)
        of_listing = rows.setdefault(name, [])
        if of_listing and of_listing[0].cells.get("product") != row.cells.get("product"):
            first = of_listing[0]
            problems.add(
                f"listing '{name}' shows '{row.cells['product']}' here and '{first.cells['product']}' in row "
                f"{first.row}; a listing has one product",
                row=row.row,
            )
        of_listing.append(row)
    return rows


def _listing(name: str, rows: list[TableRow], files: TableFiles) -> Listing:
    chosen = rows[:MAX_PHOTOS]
    views = tuple(row.cells.get("view") or None for row in chosen)
    return Listing(
        name=name,
        photos=tuple(_file(row.cells["photo"], files) for row in chosen),
        beyond=len(rows) - len(chosen),
        views=views if any(views) else None,
        product=rows[0].cells.get("product") or None,
    )


def _file(cell: str, files: TableFiles) -> Path:
    """The file of a cell; where there is none, the path that it names, which is then answered as a missing photo."""
    return files.existing_file(cell) or files.folder / cell

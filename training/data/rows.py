"""A table's cells as photo rows, with a problem noted for each wrong cell."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from training.data.columns import BOX, COLUMNS
from training.data.photo_row import LABELS, SPLITS, Box, Label, PhotoRow, Split
from vision.photo.class_names import CLASS_WORDS
from vision.tables.files import TableFiles
from vision.tables.problems import Problems, nearest
from vision.tables.table import TableRow

# Labels of other data sets: suggested, never assumed, since 1 means genuine in some and fake in others.
_OTHER_LABELS: Mapping[str, Label] = {
    **CLASS_WORDS,
    "auth": "genuine",
    **dict.fromkeys(("rep", "copy", "forged"), "counterfeit"),
}
_OTHER_SPLITS = {
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "eval": "val",
    "training": "train",
    "testing": "test",
}
_SHAREABLE = {"": False, "0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}


def parse_rows(rows: Sequence[TableRow], *, folder: Path, problems: Problems) -> tuple[PhotoRow, ...]:
    """Turn cells into photos, noting every row that can't be; paths are relative to `folder`."""
    files = TableFiles(folder.absolute())
    parsed = tuple(_parse_row(row, files, problems) for row in rows)
    padded = {row.cells["listing"] for row in rows if "listing" in row.padded}
    _note_listings_with_two_labels(parsed, padded, problems)
    return parsed


def _parse_row(row: TableRow, files: TableFiles, problems: Problems) -> PhotoRow:
    cells = row.cells
    for name in ("photo", "product", "listing"):
        if not cells[name]:
            state = "holds only spaces" if name in row.padded else "is empty"
            problems.add(f"'{name}' {state}; every photo needs one", row=row.row)
    return PhotoRow(
        row=row.row,
        photo=files.find(cells["photo"], "photo", row.row, problems) or files.folder,
        label=_label(row, problems),
        product=cells["product"],
        listing=cells["listing"],
        seller=cells.get("seller") or None,
        view=cells.get("view") or None,
        cues=tuple(cue.strip() for cue in cells.get("cue", "").split(";") if cue.strip()),
        maker=cells.get("maker") or None,
        source=cells.get("source") or None,
        split=_split(row, problems),
        fold=_fold(row, problems),
        mask=files.find(cells.get("mask", ""), "mask", row.row, problems),
        shareable=_shareable(row, problems),
        box=_box(row, problems),
        product_mask=files.find(cells.get("product_mask", ""), "product_mask", row.row, problems),
        extra={name: cell for name, cell in cells.items() if name not in COLUMNS},
    )


def _label(row: TableRow, problems: Problems) -> Label | None:
    cell = row.cells["label"]
    for label in LABELS:
        if cell == label:
            return label
    if cell:
        problems.add(f"label '{cell}' is unknown; use {_label_hint(cell)}", row=row.row)
    return None


def _label_hint(cell: str) -> str:
    like = _OTHER_LABELS.get(cell.casefold()) or nearest(cell, LABELS)
    return f"'{like}'" if like else "'genuine', 'counterfeit', or leave it empty for unknown"


def _split(row: TableRow, problems: Problems) -> Split | None:
    cell = row.cells.get("split", "")
    for split in SPLITS:
        if cell == split:
            return split
    if cell:
        like = _OTHER_SPLITS.get(cell.casefold()) or nearest(cell, SPLITS)
        problems.add(
            f"split '{cell}' is unknown; use " + (f"'{like}'" if like else "'train', 'val' or 'test'"), row=row.row
        )
    return None


def _fold(row: TableRow, problems: Problems) -> int | None:
    cell = row.cells.get("fold", "")
    if not cell:
        return None
    number = _number(cell)
    if number is None or not number.is_integer() or number < 0:
        problems.add(f"fold '{cell}' is not an integer; number the folds 0, 1, 2, …", row=row.row)
        return None
    return int(number)


def _shareable(row: TableRow, problems: Problems) -> bool:
    cell = row.cells.get("shareable", "").casefold()
    if cell not in _SHAREABLE:
        problems.add(f"shareable '{cell}' is unknown; use 1 or 0", row=row.row)
    return _SHAREABLE.get(cell, False)


def _box(row: TableRow, problems: Problems) -> Box | None:
    cells = [row.cells.get(name, "") for name in BOX]
    if not any(cells):
        return None
    written = ", ".join(cell or "(empty)" for cell in cells)
    x0, y0, x1, y1 = (_number(cell) for cell in cells)
    if x0 is None or y0 is None or x1 is None or y1 is None:
        problems.add(f"box {written} is not four numbers; fill all four or none", row=row.row)
        return None
    if max(x0, y0, x1, y1) > 1 or min(x0, y0, x1, y1) < 0:
        problems.add(
            f"box {written} is out of range; divide pixels by the photo's width and height (0 to 1)", row=row.row
        )
        return None
    if x0 >= x1 or y0 >= y1:
        problems.add(f"box {written} is empty; the order is x0, y0, x1, y1 with x0 < x1 and y0 < y1", row=row.row)
        return None
    return x0, y0, x1, y1


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _note_listings_with_two_labels(rows: Sequence[PhotoRow], padded: Collection[str], problems: Problems) -> None:
    first: dict[str, PhotoRow] = {}
    noted: set[str] = set()
    for row in rows:
        if row.label is None or row.listing in noted:
            continue
        before = first.setdefault(row.listing, row)
        if before.label != row.label:
            noted.add(row.listing)
            problems.add(
                f"listing '{row.listing}' is {row.label} here and {before.label} in row {before.row}; "
                "a listing has one label: correct it, or split it into two listings"
                + (" (spaces around an id don't count)" if row.listing in padded else ""),
                row=row.row,
            )

"""CSV and Parquet files as text cells, before anything in them is checked."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.data.problems import Problems, nearest
from training.errors import ManifestError

REQUIRED = ("photo", "label", "product", "listing")
BOX = ("box_x0", "box_y0", "box_x1", "box_y1")
OPTIONAL = ("seller", "view", "cue", "maker", "source", "split", "fold", "mask", "shareable")
COLUMNS = (*REQUIRED, *OPTIONAL, *BOX)

# Column names of other data sets: suggested, never assumed.
_OTHER_NAMES = {
    "photo": ("image", "images", "path", "file", "filename", "file_name", "filepath", "image_path", "img"),
    "label": ("class", "target", "y", "is_genuine", "is_fake", "category", "authentic"),
    "product": ("model", "item", "sku", "product_name", "title"),
    "listing": ("listing_id", "offer", "offer_id", "item_id", "group", "ad_id", "id"),
}

_NAMED_DELIMITER = re.compile(
    r'"?sep=(?P<delimiter>.)"?[ \t]*\r?\n', re.IGNORECASE
)  # the first line, as Excel reads it
_DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row as written: `row` is its line (header = 1), `cells` its trimmed text by column, "" for nothing.

    `padded` are the columns whose text had spaces around it.
    """

    row: int
    cells: Mapping[str, str]
    padded: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A manifest before anything in it is checked."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_table(path: Path) -> Table:
    """The cells of a CSV or Parquet file; raises ManifestError where it isn't one."""
    if path.suffix.lower() in {".parquet", ".pq"}:
        return _read_parquet(path)
    if path.suffix.lower() in {".csv", ".tsv", ".txt"}:
        return _read_csv(path)
    raise ManifestError(
        f"{path} is not a manifest: give a .csv, a .parquet, or a folder with genuine/ and counterfeit/."
    )


def missing_columns(columns: Sequence[str], problems: Problems, *, given: Iterable[str] = ()) -> bool:
    """Note each required column that neither the table nor `given` provides; True when one is missing."""
    missing = [name for name in REQUIRED if name not in columns and name not in set(given)]
    unknown = [name for name in columns if name not in COLUMNS]
    for name in missing:
        problems.add(f"no column '{name}'" + _column_hint(name, unknown))
    box = [name for name in BOX if name in columns]
    if box and len(box) < len(BOX):
        problems.add(f"only {', '.join(box)} of the box; a box needs all of {', '.join(BOX)}, or none")
    return bool(missing)


def _column_hint(name: str, unknown: Sequence[str]) -> str:
    like = nearest(name, unknown) or next((other for other in unknown if other.casefold() in _OTHER_NAMES[name]), None)
    if like is not None:
        return f"; rename '{like}' to '{name}'?"
    if name == "listing":
        return "; it says which photos show one item (where each photo is an item of its own, repeat `photo`)"
    return f"; the columns are {', '.join(unknown) or 'none'}"


def _read_csv(path: Path) -> Table:
    text = _decode(path)
    named = _NAMED_DELIMITER.match(text)
    above = 1 if named else 0  # lines above the header
    delimiter = named["delimiter"] if named else _delimiter(path, text)
    table = text[named.end() :] if named else text
    reader = csv.reader(io.StringIO(table, newline=""), delimiter=delimiter, strict=True)
    problems = Problems(path)
    rows: list[TableRow] = []
    try:
        columns = _header(next(reader, []), problems)
        start = reader.line_num + 1
        for cells in reader:
            line, start = start + above, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                problems.add(_wrong_count(len(cells), len(columns), delimiter), row=line)
                continue
            rows.append(_row(line, dict(zip(columns, cells, strict=True))))
    except csv.Error as error:
        problems.add(
            f"is not CSV ({error}); quote cells that hold commas, quotes or line breaks", row=reader.line_num + above
        )
    problems.raise_if_any()
    return Table(path=path, columns=columns, rows=tuple(rows))


def _decode(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ManifestError(f"{path}: row {line} is not UTF-8; save the file as 'CSV UTF-8'.") from error


def _delimiter(path: Path, text: str) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    header = text.split("\n", 1)[0]
    # Spreadsheets in much of Europe write semicolons; a header of ours holds no comma of its own.
    return max(",;\t", key=header.count)


def _row(line: int, written: Mapping[str, str]) -> TableRow:
    cells = {name: cell.strip() for name, cell in written.items()}
    return TableRow(row=line, cells=cells, padded=frozenset(name for name in cells if cells[name] != written[name]))


def _wrong_count(cells: int, columns: int, delimiter: str) -> str:
    name = _DELIMITER_NAMES.get(delimiter, f"'{delimiter}'")
    return f"has {cells} cells and the header has {columns}; quote cells with {name}"


def _header(cells: Sequence[str], problems: Problems) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in cells)
    if not any(columns):
        problems.add(f"it is empty; the first line names the columns: {', '.join(REQUIRED)}, …")
        problems.raise_if_any()
    for name in sorted({name for name in columns if columns.count(name) > 1}):
        problems.add(f"the header has {columns.count(name)} columns named '{name}'; keep one")
    return columns


def _read_parquet(path: Path) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise ManifestError(f"{path} is not a readable Parquet file ({error}).") from error
    columns = tuple(str(name) for name in table.column_names)
    rows = tuple(
        TableRow(row=line, cells={name: _text(value) for name, value in record.items()})
        for line, record in enumerate(table.to_pylist(), start=2)
    )
    return Table(path=path, columns=columns, rows=rows)


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ";".join(_text(item) for item in value)
    return str(value).strip()

"""CSV and Parquet files as text cells, before anything in them is checked."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vision.errors import ManifestError, MissingExtra
from vision.tables.problems import Problems

PARQUET_SUFFIXES = (".parquet", ".pq")
CSV_SUFFIXES = (".csv", ".tsv", ".txt")
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
    """A table before anything in its cells is checked."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def is_table(path: Path) -> bool:
    """Whether a path has the suffix of a table."""
    return path.suffix.lower() in (*PARQUET_SUFFIXES, *CSV_SUFFIXES)


def read_table(path: Path, *, columns: Sequence[str]) -> Table:
    """The cells of a CSV or Parquet file; raises ManifestError where it isn't one, MissingExtra without pyarrow.

    `columns` are those that the caller needs; the refusal of an empty file names them.
    """
    if path.suffix.lower() in PARQUET_SUFFIXES:
        return _read_parquet(path)
    if path.suffix.lower() in CSV_SUFFIXES:
        return _read_csv(path, columns)
    raise ManifestError(
        f"{path} is not a manifest: give a .csv, a .parquet, or a folder with genuine/ and counterfeit/."
    )


def _read_csv(path: Path, needed: Sequence[str]) -> Table:
    text = _decode(path)
    named = _NAMED_DELIMITER.match(text)
    above = 1 if named else 0  # lines above the header
    delimiter = named["delimiter"] if named else _delimiter(path, text)
    table = text[named.end() :] if named else text
    reader = csv.reader(io.StringIO(table, newline=""), delimiter=delimiter, strict=True)
    problems = Problems(path)
    rows: list[TableRow] = []
    try:
        columns = _header(next(reader, []), needed, problems)
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


def _header(cells: Sequence[str], needed: Sequence[str], problems: Problems) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in cells)
    if not any(columns):
        problems.add(f"it is empty; the first line names the columns: {', '.join(needed)}, …")
        problems.raise_if_any()
    for name in sorted({name for name in columns if columns.count(name) > 1}):
        problems.add(f"the header has {columns.count(name)} columns named '{name}'; keep one")
    return columns


def _read_parquet(path: Path) -> Table:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtra(f"{path} is Parquet, which takes pyarrow: install '.[train]', or give a .csv") from error
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

"""CSV and Parquet files as cells: delimiters, encodings and lines."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vision.errors import ManifestError
from vision.tables.table import Table, TableRow, is_table, read_table


def table_of(folder: Path, text: str, name: str = "manifest.csv") -> Table:
    (folder / name).write_text(text, encoding="utf-8")
    return read_table(folder / name, columns=("photo", "label"))


def test_cells_are_trimmed_text_and_empty_lines_are_no_rows(tmp_path: Path) -> None:
    table = table_of(tmp_path, "photo, label\n a.jpg ,genuine\n\n , \nb.jpg,\n")
    assert table.columns == ("photo", "label")
    assert table.rows == (
        TableRow(row=2, cells={"photo": "a.jpg", "label": "genuine"}),
        TableRow(row=5, cells={"photo": "b.jpg", "label": ""}),
    )


@pytest.mark.parametrize(
    ("name", "text"), [("m.tsv", "photo\tnote\na.jpg\tone, two"), ("m.txt", "photo;note\na.jpg;one, two")]
)
def test_tabs_and_semicolons_separate_cells_that_hold_commas(tmp_path: Path, name: str, text: str) -> None:
    assert table_of(tmp_path, text, name).rows[0].cells == {"photo": "a.jpg", "note": "one, two"}


def test_an_open_quote_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"row 3: is not CSV .* quote cells"):
        table_of(tmp_path, 'photo,note\na.jpg,fine\nb.jpg,"open\n')


def test_every_row_of_the_wrong_length_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="has 2 problems") as caught:
        table_of(tmp_path, "photo,note\na.jpg\nb.jpg,x\nc.jpg,x,y\n")
    assert "row 2: has 1 cells and the header has 2" in caught.value.message
    assert "row 4: has 3 cells and the header has 2" in caught.value.message


def test_parquet_values_are_written_as_in_a_csv(tmp_path: Path) -> None:
    values = {"yes": [True], "no": [False], "whole": [3.0], "part": [0.5], "nothing": [None], "nan": [float("nan")]}
    pq.write_table(pa.table({**values, "many": [["a", "b"]], "text": [" x "]}), tmp_path / "m.parquet")
    (row,) = read_table(tmp_path / "m.parquet", columns=()).rows
    assert row.row == 2
    assert row.cells == {
        "yes": "1", "no": "0", "whole": "3", "part": "0.5", "nothing": "", "nan": "", "many": "a;b", "text": "x",
    }  # fmt: skip


@pytest.mark.parametrize("first", ["sep=;", "sep=;\r", "SEP=;", '"sep=;"', "\ufeffsep=;"])
def test_a_first_line_that_names_the_delimiter_is_obeyed_and_counted(tmp_path: Path, first: str) -> None:
    table = table_of(tmp_path, f"{first}\nphoto;label\na.jpg;genuine\n\nb, c.jpg;\n")
    assert table.columns == ("photo", "label")
    assert [(row.row, row.cells["photo"]) for row in table.rows] == [(3, "a.jpg"), (5, "b, c.jpg")]


def test_the_named_delimiter_may_be_a_tab_or_a_bar(tmp_path: Path) -> None:
    assert table_of(tmp_path, "sep=\t\nphoto\tlabel\na.jpg\tgenuine\n").columns == ("photo", "label")
    assert table_of(tmp_path, "sep=|\nphoto|label\na.jpg|genuine\n").columns == ("photo", "label")


def test_a_wrong_number_of_cells_names_the_line_and_the_delimiter(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="row 3: has 3 cells and the header has 2; quote cells with semicolons"):
        table_of(tmp_path, "sep=;\nphoto;label\na;b.jpg;genuine\n")


def test_a_tab_separates_where_the_header_has_tabs(tmp_path: Path) -> None:
    assert table_of(tmp_path, "photo\tlabel\na.jpg\tgenuine\n").columns == ("photo", "label")


def test_an_empty_file_is_refused_with_the_columns_that_are_needed(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="the first line names the columns: photo, label"):
        table_of(tmp_path, "")


@pytest.mark.parametrize(
    ("name", "table"), [("a.CSV", True), ("a.tsv", True), ("a.pq", True), ("a.jpg", False), ("a", False)]
)
def test_a_table_is_known_by_its_suffix(name: str, table: bool) -> None:
    assert is_table(Path(name)) is table

"""The columns of a manifest, in CSV and in Parquet."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.training.builders.manifest import HEADER, problems_of, write_csv
from training.data.columns import COLUMNS, missing_columns
from training.data.manifest import read_manifest
from vision.tables.problems import Problems


def test_columns_come_in_any_order_and_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    path = write_csv(tmp_path, "listing,product,photo,label", "L1,dryer,1.jpg,genuine", encoding="utf-8-sig")
    row = read_manifest(path).rows[0]
    assert (row.listing, row.product, row.photo.name, row.label) == ("L1", "dryer", "1.jpg", "genuine")


def test_semicolons_of_a_european_spreadsheet_are_read(tmp_path: Path) -> None:
    assert read_manifest(write_csv(tmp_path, HEADER.replace(",", ";"), "0.jpg;genuine;d;L1")).rows[0].listing == "L1"


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    columns = "photo,label,product,listing,fold,shareable,cue"
    from_csv = read_manifest(
        write_csv(tmp_path, columns, "0.jpg,genuine,d,L1,,1,", "1.jpg,counterfeit,d,L2,3,0,seam;screw")
    )
    table = pa.table(
        {
            "photo": ["0.jpg", "1.jpg"],
            "label": ["genuine", "counterfeit"],
            "product": ["d", "d"],
            "listing": ["L1", "L2"],
            "fold": [float("nan"), 3.0],
            "shareable": [True, False],
            "cue": [None, ["seam", "screw"]],
        }
    )
    pq.write_table(table, tmp_path / "manifest.parquet")
    from_parquet = read_manifest(tmp_path / "manifest.parquet")
    assert from_parquet.rows == from_csv.rows
    assert from_parquet.sha256 == from_csv.sha256


def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.parquet").write_bytes(b"photo,label")
    assert "not a readable Parquet file" in problems_of(tmp_path / "manifest.parquet")


def test_a_missing_column_names_the_nearest_one(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, "photos,class,product,listing", "0.jpg,genuine,d,L1"))
    assert "no column 'photo'; rename 'photos' to 'photo'?" in message
    assert "no column 'label'; rename 'class' to 'label'?" in message


def test_a_repeated_column_is_refused(tmp_path: Path) -> None:
    assert "2 columns named 'label'" in problems_of(write_csv(tmp_path, HEADER + ",label", "0.jpg,genuine,d,L,genuine"))


def test_half_a_box_of_columns_is_refused(tmp_path: Path) -> None:
    assert "a box needs all of" in problems_of(write_csv(tmp_path, HEADER + ",box_x0,box_y0", "0.jpg,genuine,d,L,0,0"))


def test_a_row_with_too_many_cells_is_named_by_its_line(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, HEADER, "0.jpg,genuine,d,L1", "", "1.jpg,genuine,a, b,L2"))
    assert "row 4: has 5 cells and the header has 4" in message


def test_a_quoted_line_break_does_not_shift_the_row_numbers(tmp_path: Path) -> None:
    path = write_csv(tmp_path, HEADER + ",note", '0.jpg,genuine,d,L1,"two\nlines"', "1.jpg,genuine,d,L2,")
    assert [row.row for row in read_manifest(path).rows] == [2, 4]


def test_another_encoding_is_refused_with_its_row(tmp_path: Path) -> None:
    message = problems_of(
        write_csv(tmp_path, HEADER, "0.jpg,genuine,d,L1", "1.jpg,genuine,Föhn,L2", encoding="latin-1")
    )
    assert "row 3 is not UTF-8" in message


def test_every_column_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "manifest.md").read_text(encoding="utf-8")
    table = page.split("## Columns")[1].split("\n## ")[0]
    assert [column for column in COLUMNS if f"`{column}`" not in table] == []


@pytest.mark.parametrize(
    ("columns", "hints"),
    [
        (("photo", "label", "product", "listing"), []),
        (("photo", "label", "product"), ["no column 'listing'; it says which photos show one item"]),
        (("image_path", "label", "sku", "listing"), ["rename 'image_path' to 'photo'?", "rename 'sku' to 'product'?"]),
        (("photo", "product", "listing", "lamp"), ["no column 'label'; the columns are lamp"]),
    ],
)
def test_each_required_column_that_is_missing_is_noted_with_a_hint(columns: tuple[str, ...], hints: list[str]) -> None:
    problems = Problems(Path("m.csv"))
    assert missing_columns(columns, problems) is bool(hints)
    assert problems.count == len(hints)
    assert all(hint in problem for hint, problem in zip(hints, problems.shown, strict=True))


def test_a_column_that_is_given_otherwise_is_not_missing() -> None:
    problems = Problems(Path("m.csv"))
    assert not missing_columns(("photo", "label", "listing"), problems, given=["product"])
    assert problems.count == 0

"""Conditions on rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.builders.manifest import HEADER, problems_of, write_csv
from training.data.filters import RowFilter, filter_rows, parse_filter
from training.data.manifest import read_manifest
from vision.errors import ManifestError
from vision.tables.table import Table, TableRow


def test_filters_keep_the_rows_that_meet_all(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path,
        HEADER + ",fold,black_fraction",
        "0.jpg,genuine,a,L0,0,0.35",
        "1.jpg,genuine,a,L1,1,0.350",
        "2.jpg,genuine,b,L2,1,0.4",
        "3.jpg,genuine,a,L3,2,",
    )

    def kept(*where: str) -> list[str]:
        return [row.listing for row in read_manifest(path, where=where).rows]

    assert kept("black_fraction<=0.35") == ["L0", "L1"]
    assert kept("black_fraction==0.35") == ["L0", "L1"]
    assert kept("fold!=0", "product==a") == ["L1", "L3"]
    assert kept("fold > 1") == ["L3"]
    assert kept("black_fraction==''") == ["L3"]
    assert kept("product>='b'") == ["L2"]
    assert kept("black_fraction!=0.4") == ["L0", "L1", "L3"]  # an empty cell differs from every value


def test_filtered_rows_are_not_checked(tmp_path: Path) -> None:
    path = write_csv(tmp_path, HEADER + ",fold", "0.jpg,genuine,a,L0,0", "gone.jpg,genuine,a,L1,1")
    assert len(read_manifest(path, where=["fold==0"]).rows) == 1


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("folds==1", "did you mean 'fold'?"),
        ("fold=1", "write it as split==test"),
        ("fold", "write it as split==test"),
        ("seller==x", "a column of the format, but not of this file"),
        ("label<=3", "compares numbers, and 'label' is 'genuine'"),
        ("fold==9", "no photos that meet fold==9"),
    ],
)
def test_a_filter_that_can_not_be_meant_is_refused(tmp_path: Path, condition: str, message: str) -> None:
    assert message in problems_of(write_csv(tmp_path, HEADER + ",fold", "0.jpg,genuine,a,L0,0"), where=[condition])


@pytest.mark.parametrize(
    ("text", "column", "sign", "value"),
    [
        ("split==test", "split", "==", "test"),
        ("  fold  !=  0 ", "fold", "!=", "0"),
        (" fold >= 2 ", "fold", ">=", "2"),
        ("black_fraction<=0.35", "black_fraction", "<=", "0.35"),
        ("product=='a b'", "product", "==", "a b"),
        ("maker == 'Müller & Co'", "maker", "==", "Müller & Co"),
        ('maker=="it\'s"', "maker", "==", "it's"),
        ("maker==", "maker", "==", ""),
        ("note=='a==b'", "note", "==", "a==b"),
        ("maker=='", "maker", "==", "'"),
    ],
)
def test_a_condition_is_a_column_a_sign_and_a_value(text: str, column: str, sign: str, value: str) -> None:
    assert parse_filter(text) == RowFilter(column=column, sign=sign, value=value)


@pytest.mark.parametrize("text", ["", "fold", "==1", "fold=1", "fold~1"])
def test_what_is_no_condition_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ManifestError, match="write it as split==test"):
        parse_filter(text)


@pytest.mark.parametrize(
    ("condition", "cell", "kept"),
    [
        ("n<10", "9", True),  # as text, "9" comes after "10"
        ("n==1", "1.0", True),
        ("n!=1", "1.0", False),
        ("n>-1", "-0.5", True),
        ("n<='b'", "a", True),
        ("n<='b'", "c", False),
        ("n==nan", "nan", True),  # as text: nan is no number here
        ("n<1", "", False),
        ("n>=1", "", False),
        ("n!=1", "", True),
        ("n==''", "", True),
        ("n==A", "a", False),
        ("n>a", "b", True),
        ("absent==''", "1", True),
    ],
)
def test_numbers_are_compared_as_numbers_and_the_rest_as_text(condition: str, cell: str, kept: bool) -> None:
    assert parse_filter(condition).keeps(TableRow(row=2, cells={"n": cell})) is kept


def test_without_a_condition_every_row_is_kept() -> None:
    rows = tuple(TableRow(row=line, cells={"photo": f"{line}.jpg"}) for line in (2, 3))
    assert filter_rows(Table(path=Path("m.csv"), columns=("photo",), rows=rows), ()) == rows


def test_where_no_column_is_near_all_are_named() -> None:
    table = Table(path=Path("m.csv"), columns=("photo", "lamp"), rows=())
    with pytest.raises(ManifestError, match="the columns are photo, lamp"):
        filter_rows(table, ["weather==rain"])

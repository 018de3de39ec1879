"""Conditions on rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.builders.manifest import HEADER, problems_of, write_csv
from training.data.filters import RowFilter, parse_filter
from training.data.manifest import read_manifest
from training.data.table import TableRow


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


def test_a_condition_is_read_with_spaces_and_quotes() -> None:
    assert parse_filter(" fold >= 2 ") == RowFilter(column="fold", sign=">=", value="2")
    assert parse_filter("product=='a b'") == RowFilter(column="product", sign="==", value="a b")


def test_numbers_are_compared_as_numbers_and_text_as_text() -> None:
    row = TableRow(row=2, cells={"fold": "10", "product": "b", "empty": ""})
    assert parse_filter("fold>9").keeps(row)
    assert parse_filter("product>a").keeps(row)
    assert not parse_filter("empty<5").keeps(row)
    assert parse_filter("absent==''").keeps(row)

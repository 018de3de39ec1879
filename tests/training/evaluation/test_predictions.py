"""Answers come back from their table as they went, and another table is refused with its line."""

from pathlib import Path

import pytest

from training.errors import RunError
from training.evaluation.predictions import ListingPrediction, read_predictions, write_predictions

ANSWERS = (
    ListingPrediction(
        listing="L1",
        label="counterfeit",
        product="toy",
        photo_count=3,
        logit=-1.25,
        authenticity=0.125,
        outcome="counterfeit",
        fold=2,
    ),
    ListingPrediction(
        listing="L2", label="genuine", product="toy", photo_count=1, logit=None, authenticity=None, outcome=None
    ),
)


def test_answers_come_back_as_they_went(tmp_path: Path) -> None:
    write_predictions(tmp_path / "answers.csv", ANSWERS, "fp32")
    table = read_predictions(tmp_path / "answers.csv")
    assert table.listings == ANSWERS
    assert table.has_outcomes


def test_three_columns_are_enough_but_leave_open_what_was_decided(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("label,listing,authenticity\ngenuine,L1,0.75\n", encoding="utf-8")
    table = read_predictions(file)
    assert (table.listings[0].authenticity, table.listings[0].fold) == (0.75, None)
    assert not table.has_outcomes


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("L1,fake,0.5", "line 3: label is 'fake', and must be one of genuine, counterfeit"),
        ("L1,genuine,1.5", "line 3: authenticity is 1.5, and must be between 0 and 1"),
        ("L1,genuine,nan", "line 3: 'nan' is not a number"),
        ("L1,genuine,high", "line 3: could not convert string to float: 'high'"),
        (",genuine,0.5", "line 3: listing is empty"),
    ],
)
def test_an_invalid_row_is_refused_with_its_line(tmp_path: Path, row: str, complaint: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(f"listing,label,authenticity\nL0,genuine,0.5\n{row}\n", encoding="utf-8")
    with pytest.raises(RunError, match=complaint):
        read_predictions(file)


def test_a_table_of_something_else_names_the_column_that_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "manifest.csv"
    file.write_text("photo,label,listing\na.jpg,genuine,L1\n", encoding="utf-8")
    with pytest.raises(RunError, match="lacks the column authenticity"):
        read_predictions(file)

"""A row without optional cells."""

from pathlib import Path
from typing import get_args

from training.data.photo_row import LABELS, SPLITS, Label, PhotoRow, Split


def test_optional_cells_are_empty_unless_they_are_given() -> None:
    row = PhotoRow(row=2, photo=Path("0.jpg"), label=None, product="d", listing="L")
    assert (row.seller, row.view, row.maker, row.source, row.split, row.fold, row.mask, row.box) == (None,) * 8
    assert (row.cues, row.shareable, dict(row.extra)) == ((), False, {})


def test_all_labels_and_splits_are_listed() -> None:
    assert get_args(Label) == LABELS
    assert get_args(Split) == SPLITS

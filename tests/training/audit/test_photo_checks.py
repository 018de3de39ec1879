"""Checks of the photos: unreadable files, copies, and a class in one format or size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.builders.audit_data import DataSet, finding, lines_of
from training.errors import AuditRefused


def test_an_unreadable_photo_is_refused(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    file = data.add(50, "genuine", "p", "L50")
    file.write_bytes(file.read_bytes()[:400])
    audit = data.audit()
    entry = finding(audit, "photo_unreadable")
    assert (entry.level, lines_of(audit, entry)) == ("refuse", [14])
    assert "row 14, 12.jpg" in entry.message
    with pytest.raises(AuditRefused, match="photo_unreadable"):
        audit.raise_if_refused()


def test_the_same_file_with_both_labels_is_refused(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(0, "genuine", "p", "L0b")
    audit = data.audit()
    entry = finding(audit, "same_photo_both_labels")
    assert (entry.level, lines_of(audit, entry)) == ("refuse", [2, 14])


def test_a_near_copy_with_the_other_label_warns(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(0, "genuine", "p", "L0b", side_px=80)
    audit = data.audit()
    entry = finding(audit, "near_duplicates_both_labels")
    assert (entry.level, lines_of(audit, entry), entry.groups) == ("warn", [2, 14], ((0, 12),))
    assert not audit.refusals


def test_a_copy_in_another_listing_warns_and_one_in_its_own_does_not(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(0, "counterfeit", "p", "L0", side_px=80)
    assert not [entry for entry in data.audit().findings if entry.code.startswith("near_duplicates")]
    data.add(1, "genuine", "p", "L1b", side_px=80)
    audit = data.audit()
    entry = finding(audit, "near_duplicates_across_listings")
    assert (entry.level, lines_of(audit, entry)) == ("warn", [3, 15])


@pytest.mark.parametrize(("column", "values"), [("split", ("train", "test")), ("fold", ("0", "1"))])
def test_a_copy_in_another_split_or_fold_is_refused(tmp_path: Path, column: str, values: tuple[str, str]) -> None:
    data = DataSet(tmp_path, [column])
    data.lines = [line[:-1] + "," + values[0] for line in data.lines]
    data.add(1, "genuine", "p", "L1b", values[1], side_px=80)
    audit = data.audit()
    entry = finding(audit, f"near_duplicates_across_{column}s")
    assert (entry.level, lines_of(audit, entry)) == ("refuse", [3, 14])
    allowed = data.audit(allow=[f"near_duplicates_across_{column}s"])
    assert finding(allowed, f"near_duplicates_across_{column}s").level == "warn"


def test_copies_of_copies_are_found_wherever_the_odd_one_stands(tmp_path: Path) -> None:
    data = DataSet(tmp_path, ["split"])
    data.lines = [line[:-1] + ",train" for line in data.lines]
    data.add(1, "genuine", "p", "L1", "train")
    data.add(1, "genuine", "p", "L1b", "test", side_px=80)
    data.add(1, "genuine", "p", "L1b", "test", side_px=80)
    audit = data.audit()
    entry = finding(audit, "near_duplicates_across_splits")
    assert set(lines_of(audit, entry)) >= {3, 15}


def test_a_file_repeated_in_a_listing_warns(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(1, "genuine", "p", "L1")
    audit = data.audit()
    assert lines_of(audit, finding(audit, "photo_repeated")) == [3, 14]


def test_a_class_in_one_format_is_refused_and_a_leaning_warns(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    for number in range(6):
        data.add(100 + number, "genuine", "p", f"N{number}", name=f"n{number}.png")
    entry = finding(data.audit(), "class_in_one_format")
    assert entry.level == "warn"
    assert "50 % of genuine and 100 % of counterfeit photos have the format jpeg" in entry.message
    pure = DataSet(tmp_path)
    pure.lines = [line for line in pure.lines if ",counterfeit," in line]
    for number in range(6):
        pure.add(100 + number, "genuine", "p", f"N{number}", name=f"n{number}.png")
    assert finding(pure.audit(), "class_in_one_format").level == "refuse"


def test_a_class_in_one_size_is_refused(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.lines = [line for line in data.lines if ",counterfeit," in line]
    for number in range(6):
        data.add(100 + number, "genuine", "p", f"N{number}", name=f"n{number}.jpg", side_px=72)
    entry = finding(data.audit(), "class_in_one_size")
    assert (entry.level, "× 72" in entry.message or "× 64" in entry.message) == ("refuse", True)

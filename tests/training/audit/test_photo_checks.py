"""Checks of the photos: unreadable files, copies, and a class in one format or size."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.training.builders.audit_data import SIDE_PX, DataSet, finding, lines_of
from training.errors import AuditRefused
from vision.errors import ManifestError


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


def add_mask(data: DataSet, name: str, size: tuple[int, int] = (SIDE_PX, SIDE_PX), *, value: int = 255) -> None:
    """The left half in white, for a photo of a listing of its own."""
    mask = Image.new("L", size)
    mask.paste(value, (0, 0, size[0] // 2, size[1]))
    mask.save(data.folder / f"{name}.png")


def test_product_masks_of_another_size_that_mark_nothing_or_are_no_png_are_refused(tmp_path: Path) -> None:
    data = DataSet(tmp_path, ["product_mask"])
    add_mask(data, "right")
    add_mask(data, "small", (32, 32))
    add_mask(data, "empty", value=1)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    for seed, name in enumerate(("right", "small", "empty", "broken"), start=50):
        data.add(seed, "genuine", "p", f"L{seed}", f"{name}.png")
    audit = data.audit()
    entry = finding(audit, "product_mask_unusable")
    assert (entry.level, lines_of(audit, entry)) == ("refuse", [15, 16, 17])
    assert "3 product masks that can't be used; row 15: product_mask small.png is 32 x 32 pixels" in entry.message


def test_a_missing_product_mask_is_refused_with_its_row_before_the_audit(tmp_path: Path) -> None:
    data = DataSet(tmp_path, ["product_mask"])
    data.add(50, "genuine", "p", "L50", "gone.png")
    with pytest.raises(ManifestError, match=r"row 14: product_mask 'gone\.png' is not a file"):
        data.audit()


def test_a_product_mask_and_a_box_in_different_places_warn(tmp_path: Path) -> None:
    data = DataSet(tmp_path, ["product_mask", "box_x0", "box_y0", "box_x1", "box_y1"])
    add_mask(data, "left")
    data.add(50, "genuine", "p", "L50", "left.png", "0", "0", "0.5", "0.9")
    data.add(51, "genuine", "p", "L51", "left.png", "0.5", "0", "1", "1")
    audit = data.audit()
    entry = finding(audit, "product_mask_unlike_box")
    assert (entry.level, lines_of(audit, entry)) == ("warn", [15])
    assert "row 15, 13.jpg" in entry.message


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

"""Why a change was not measured."""

from pathlib import Path

from tests.training.builders.robustness_photos import robustness_of, write_photos
from training.perturbations.photo import JPEG_50, OTHER_BACKGROUND, PAINTED_OUT
from training.robustness.skipped import why_skipped


def test_a_measured_change_is_not_explained(tmp_path: Path) -> None:
    assert why_skipped(robustness_of(tmp_path, write_photos(tmp_path / "photos"), JPEG_50, PAINTED_OUT)) == ()


def test_without_boxes_the_missing_columns_are_named(tmp_path: Path) -> None:
    found = why_skipped(robustness_of(tmp_path, write_photos(tmp_path / "photos", box=""), JPEG_50, PAINTED_OUT))
    assert found == (
        "product painted out: not measured, since none of the 8 listings has a box (box_x0, box_y0, box_x1, box_y1) "
        "or a product_mask for every photo.",
    )


def test_without_lenders_the_background_is_named(tmp_path: Path) -> None:
    manifest = write_photos(tmp_path / "photos", box="0,0,1,1")
    (sentence,) = why_skipped(robustness_of(tmp_path, manifest, PAINTED_OUT, OTHER_BACKGROUND))
    assert sentence.startswith("background swapped: not measured, since no listing has only photos for which one of")

"""Changed copies of a manifest's photos, and whose background goes behind whose product."""

from pathlib import Path

from tests.training.builders.robustness_photos import robustness_of, write_photos
from training.perturbations.photo import HALF_SIZE, JPEG_50, OTHER_BACKGROUND, PAINTED_OUT
from vision.photo.decode import open_photo


def test_the_background_comes_from_a_photo_with_the_other_label(tmp_path: Path) -> None:
    copies = robustness_of(tmp_path, write_photos(tmp_path / "photos")).copies
    rows = copies.manifest.rows
    assert all(rows[copies.lender(row)].label != rows[row].label for row in range(8))


def test_an_unreadable_photo_stays_unreadable_in_every_copy(tmp_path: Path) -> None:
    manifest = write_photos(tmp_path / "photos")
    (tmp_path / "photos/0.png").write_bytes(b"no photo")
    predictions = robustness_of(tmp_path, manifest, JPEG_50, PAINTED_OUT).predictions
    assert [a.after.error for a in predictions if a.before.listing == "L0"] == ["no_readable_photo"] * 2


def test_a_change_that_needs_a_box_is_made_where_every_photo_has_one(tmp_path: Path) -> None:
    boxed = robustness_of(tmp_path / "a", write_photos(tmp_path / "a" / "photos")).copies
    bare = robustness_of(tmp_path / "b", write_photos(tmp_path / "b" / "photos", box="")).copies
    assert all(boxed.can_make(change, [0, 1]) for change in (JPEG_50, PAINTED_OUT, OTHER_BACKGROUND))
    assert bare.can_make(JPEG_50, [0, 1])
    assert not bare.can_make(PAINTED_OUT, [0, 1])
    assert not bare.can_make(OTHER_BACKGROUND, [0])


def test_each_change_has_its_copy_in_order_and_the_original_stays(tmp_path: Path) -> None:
    copies = robustness_of(tmp_path, write_photos(tmp_path / "photos")).copies
    before = (tmp_path / "photos/0.png").read_bytes()
    same_size, half = (open_photo(data).image.size for data in copies.make([JPEG_50, HALF_SIZE], 0))
    assert (same_size, half) == ((200, 200), (100, 100))
    assert (tmp_path / "photos/0.png").read_bytes() == before
    assert list(copies.make([OTHER_BACKGROUND], 0)) == list(copies.make([OTHER_BACKGROUND], 0))


def test_a_product_that_fills_its_photo_lends_no_background(tmp_path: Path) -> None:
    copies = robustness_of(tmp_path, write_photos(tmp_path / "photos", box="0,0,1,1")).copies
    assert copies.lenders == {"genuine": (), "counterfeit": ()}
    assert not copies.can_make(OTHER_BACKGROUND, [0])

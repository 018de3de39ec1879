"""A manifest as a whole: what is refused, products, the data hash, and subsets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.builders.manifest import HEADER, problems_of, write_csv
from training.data.manifest import mixed_product_listings, read_manifest, without_listings
from vision.errors import ManifestError

_HASH_BEFORE_PRODUCT_MASKS = "c2b84034550065353ba6a57b0bcbae245817c14a9da05f01adfa8a8279166dee"


def test_an_empty_file_a_missing_file_and_another_suffix_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    assert "it is empty" in problems_of(tmp_path / "empty.csv")
    assert "does not exist" in problems_of(tmp_path / "none.csv")
    (tmp_path / "manifest.xlsx").write_bytes(b"PK")
    assert "is not a manifest" in problems_of(tmp_path / "manifest.xlsx")


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    assert "has no photos" in problems_of(write_csv(tmp_path, HEADER))


def test_a_product_can_be_given_to_a_table_without_that_column_and_picked_from_one_with_it(tmp_path: Path) -> None:
    without = write_csv(tmp_path, "photo,label,listing", "0.jpg,genuine,L0", name="without.csv")
    assert read_manifest(without, product="dryer").rows[0].product == "dryer"
    path = write_csv(tmp_path, HEADER, "0.jpg,genuine,a,L0", "1.jpg,genuine,b,L1")
    assert [row.listing for row in read_manifest(path, product="b").rows] == ["L1"]
    with pytest.raises(ManifestError, match="its products are a, b"):
        read_manifest(path, product="c")


def test_the_data_hash_follows_cells_and_photo_sizes_but_not_the_folder(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here = write_csv(tmp_path / "here", HEADER, "0.jpg,genuine,a,L0", "1.jpg,genuine,a,L1")
    there = write_csv(tmp_path / "there", HEADER, "0.jpg,genuine,a,L0", "1.jpg,genuine,a,L1")
    before = read_manifest(here).sha256
    assert read_manifest(there).sha256 == before
    assert read_manifest(here, where=["listing==L0"]).sha256 != before
    assert (
        read_manifest(here).where(lambda row: row.listing == "L0").sha256
        == read_manifest(here, where=["listing==L0"]).sha256
    )
    (here.parent / "0.jpg").write_bytes(b"another length")
    assert read_manifest(here).sha256 != before


def test_the_data_hash_follows_product_masks_and_is_without_any_what_it_was_before_the_column(tmp_path: Path) -> None:
    plain = write_csv(tmp_path, HEADER, "0.jpg,genuine,a,L0")
    assert read_manifest(plain).sha256 == _HASH_BEFORE_PRODUCT_MASKS
    empty = write_csv(tmp_path, HEADER + ",product_mask", "0.jpg,genuine,a,L0,", name="empty.csv")
    assert read_manifest(empty).sha256 == _HASH_BEFORE_PRODUCT_MASKS
    masked = write_csv(tmp_path, HEADER + ",product_mask", "0.jpg,genuine,a,L0,1.jpg", name="masked.csv")
    assert read_manifest(masked).sha256 != _HASH_BEFORE_PRODUCT_MASKS


def test_labelled_leaves_out_unknown_photos(tmp_path: Path) -> None:
    manifest = read_manifest(write_csv(tmp_path, HEADER, "0.jpg,genuine,a,L0", "1.jpg,,a,L1"))
    assert list(manifest.labelled().listings) == ["L0"]


def test_a_listing_with_two_products_is_read_found_and_can_be_left_out(tmp_path: Path) -> None:
    path = write_csv(tmp_path, HEADER, "0.jpg,genuine,a,L0", "1.jpg,genuine,b,L0", "2.jpg,genuine,a,L1")
    manifest = read_manifest(path)
    assert mixed_product_listings(manifest) == ("L0",)
    assert dict(without_listings(manifest, ["L0"]).listings) == {"L1": (0,)}

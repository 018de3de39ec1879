"""A rendered data set's folder belongs to one configuration, appears file by file, and ends as a manifest."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.training.builders.rendered_folder import BOX, PRODUCT, finish_listing, grey_photo
from tests.training.render.small_config import small_config
from training.data.manifest import read_manifest
from training.data.product_mask import read_product_mask
from training.errors import RunError
from training.render.config import RenderConfig
from training.render.dataset_folder import COLUMNS, DatasetFolder
from training.render.plan import ListingPlan, plan_listings
from training.render.product.cues import Cue


@pytest.fixture
def config(tmp_path: Path) -> RenderConfig:
    return small_config(tmp_path / "out", genuine=2)


@pytest.fixture
def plans(config: RenderConfig) -> tuple[ListingPlan, ...]:
    """Two genuine listings and one of cedar's."""
    return plan_listings(config)


@pytest.fixture
def folder(config: RenderConfig) -> DatasetFolder:
    claimed = DatasetFolder(config.folder)
    claimed.claim(config)
    return claimed


def rows_of(folder: DatasetFolder) -> list[dict[str, str]]:
    with folder.manifest_path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_may_be_claimed_again_by_the_same_configuration(folder: DatasetFolder, config: RenderConfig) -> None:
    before = (folder.path / "render.json").read_bytes()
    DatasetFolder(folder.path).claim(config)
    assert (folder.path / "render.json").read_bytes() == before


def test_another_configuration_is_refused_by_the_setting_that_differs(folder: DatasetFolder) -> None:
    with pytest.raises(RunError, match="seed was 3, now 4"):
        folder.claim(small_config(folder.path, genuine=2, seed=4))
    with pytest.raises(RunError, match=r"splits was .*cedar"):
        folder.claim(small_config(folder.path, genuine=2, makers={"amber": 1}))


@pytest.mark.parametrize("name", ["photos", "masks", "product_masks", "records", "manifest.csv"])
def test_a_folder_with_photos_of_unknown_origin_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(RunError, match=r"no render\.json"):
        DatasetFolder(tmp_path).claim(small_config(tmp_path))
    assert not (tmp_path / "render.json").exists()


def test_the_number_of_workers_and_the_folder_are_no_part_of_the_configuration_that_must_match(
    folder: DatasetFolder,
) -> None:
    noted = json.loads((folder.path / "render.json").read_text())
    assert noted["seed"] == 3
    assert "workers" not in noted
    assert "folder" not in noted


def test_a_photo_is_written_as_it_is_and_its_mask_as_grey_values(
    folder: DatasetFolder, plans: tuple[ListingPlan, ...]
) -> None:
    photo = grey_photo(2, [Cue.SEAM, Cue.TRIM_TINT])
    record = folder.add_photo(plans[0], photo)
    assert (record.number, record.cues, record.box) == (2, ("seam", "trim_tint"), BOX)
    assert (folder.path / "photos" / f"{plans[0].listing}-2.jpg").read_bytes() == photo.jpeg
    with Image.open(folder.path / "masks" / f"{plans[0].listing}-2.png") as mask:
        assert mask.mode == "L"
        np.testing.assert_array_equal(np.asarray(mask), photo.mask)


def test_a_photo_without_a_cue_has_no_mask(folder: DatasetFolder, plans: tuple[ListingPlan, ...]) -> None:
    folder.add_photo(plans[0], grey_photo(1))
    assert not (folder.path / "masks").exists()


def test_the_product_is_white_in_a_1_bit_mask(folder: DatasetFolder, plans: tuple[ListingPlan, ...]) -> None:
    assert not folder.has_product_masks(plans[0])
    for number in range(1, len(plans[0].circumstances.photos) + 1):
        folder.add_photo(plans[0], grey_photo(number))
    assert folder.has_product_masks(plans[0])
    with Image.open(folder.path / "product_masks" / f"{plans[0].listing}-1.png") as mask:
        assert mask.mode == "1"
        np.testing.assert_array_equal(np.asarray(mask), PRODUCT)


def test_a_manifest_of_an_earlier_version_gets_the_column_of_product_masks_and_is_else_as_written_today(
    folder: DatasetFolder, plans: tuple[ListingPlan, ...]
) -> None:
    for plan in plans:
        finish_listing(folder, plan)
    folder.write_manifest(plans)
    folder.drop_records()
    today = folder.manifest_path.read_bytes()
    earlier = [{name: cell for name, cell in row.items() if name != "product_mask"} for row in rows_of(folder)]
    with folder.manifest_path.open("w", newline="") as file:
        writer = csv.DictWriter(file, earlier[0])
        writer.writeheader()
        writer.writerows(earlier)
    folder.name_product_masks()
    assert folder.manifest_path.read_bytes() == today
    folder.name_product_masks()
    assert folder.manifest_path.read_bytes() == today


def test_a_listing_is_there_once_all_of_it_is_noted(folder: DatasetFolder, plans: tuple[ListingPlan, ...]) -> None:
    record = folder.add_photo(plans[0], grey_photo(1))
    assert not folder.has(plans[0])
    folder.finish_listing(plans[0], [record])
    assert folder.has(plans[0])
    assert not folder.has(plans[1])


def test_a_folder_is_complete_once_the_manifest_replaces_the_records(
    folder: DatasetFolder, plans: tuple[ListingPlan, ...]
) -> None:
    for plan in plans:
        finish_listing(folder, plan)
    folder.write_manifest(plans)
    assert not folder.is_complete()
    folder.drop_records()
    assert folder.is_complete()
    assert all(folder.has(plan) for plan in plans)
    names = {path.name for path in folder.path.iterdir()}
    assert names == {"render.json", "photos", "masks", "product_masks", "manifest.csv"}


def test_no_half_written_file_is_left(folder: DatasetFolder, plans: tuple[ListingPlan, ...]) -> None:
    finish_listing(folder, plans[0])
    assert not [path for path in folder.path.rglob("*") if path.name.endswith(".part")]


def test_the_manifest_has_its_columns_and_a_row_for_every_photo_of_the_given_listings(
    folder: DatasetFolder, plans: tuple[ListingPlan, ...]
) -> None:
    finish_listing(folder, plans[0])
    finish_listing(folder, plans[1])
    folder.write_manifest(plans[1:2])
    rows = rows_of(folder)
    assert tuple(rows[0]) == COLUMNS
    assert [row["listing"] for row in rows] == [plans[1].listing] * len(plans[1].circumstances.photos)
    assert [row["view"] for row in rows] == [photo.view.shot.value for photo in plans[1].circumstances.photos]
    assert {tuple(row[f"box_{corner}"] for corner in ("x0", "y0", "x1", "y1")) for row in rows} == {
        ("0.0000", "0.2500", "0.5000", "1.0000")
    }


def test_a_written_folder_is_read_as_a_manifest(folder: DatasetFolder, plans: tuple[ListingPlan, ...]) -> None:
    for plan in plans:
        finish_listing(folder, plan)
    folder.write_manifest(plans)
    manifest = read_manifest(folder.manifest_path)
    assert manifest.products == ("korvelle-k1-hair-dryer",)
    assert list(manifest.listings) == [plan.listing for plan in plans]
    for plan in plans:
        rows = [manifest.rows[index] for index in manifest.listings[plan.listing]]
        assert {(row.label, row.maker, row.seller, row.split) for row in rows} == {
            (plan.label, plan.maker, plan.seller, "train")
        }
        assert all(row.photo.is_file() for row in rows)
        assert all(row.shareable for row in rows)
        for row in rows:
            np.testing.assert_array_equal(read_product_mask(row, width_px=16, height_px=16), PRODUCT)
        *shown, last = rows
        cues = ("body_gloss", "switch_gap") if plan.maker else ()
        assert {(row.cues, row.mask is not None) for row in shown} == {(cues, bool(cues))}
        assert (last.cues, last.mask) == ((), None)

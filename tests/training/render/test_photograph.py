"""A listing's photos show its dryer in its places, with the cues of its maker marked."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.training.render.small_config import small_config
from training.render.engine import engine
from training.render.photograph import RenderedPhoto, find_product, photograph_listing
from training.render.plan import Circumstances, ListingPlan, plan_listings
from training.render.product.makers import MAKERS

SIZE_PX = 64


def two_photos(plan: ListingPlan) -> ListingPlan:
    circumstances = plan.circumstances
    return replace(plan, circumstances=Circumstances(phone=circumstances.phone, photos=circumstances.photos[:2]))


def photograph(plan: ListingPlan) -> list[RenderedPhoto]:
    return list(photograph_listing(plan, engine(), size_px=SIZE_PX, samples=1))


@pytest.fixture(scope="module")
def counterfeit() -> ListingPlan:
    (plan,) = plan_listings(small_config(Path("unused"), genuine=0))
    return two_photos(plan)


@pytest.fixture(scope="module")
def genuine(counterfeit: ListingPlan) -> ListingPlan:
    """The same listing as a genuine dryer."""
    return replace(counterfeit, maker=None, item=counterfeit.genuine_item)


@pytest.fixture(scope="module")
def photos(counterfeit: ListingPlan) -> list[RenderedPhoto]:
    return photograph(counterfeit)


@pytest.fixture(scope="module")
def genuine_photos(genuine: ListingPlan) -> list[RenderedPhoto]:
    return photograph(genuine)


def pixels_of(photo: RenderedPhoto) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(photo.jpeg))).astype(float)


def inside(box: Sequence[float]) -> np.ndarray:
    """Give which pixels [size, size] the box holds."""
    x0, y0, x1, y1 = (round(corner * SIZE_PX) for corner in box)
    held = np.zeros((SIZE_PX, SIZE_PX), np.bool_)
    held[y0:y1, x0:x1] = True
    return held


def test_a_plans_photos_come_in_order_as_square_jpegs(counterfeit: ListingPlan, photos: list[RenderedPhoto]) -> None:
    assert [photo.number for photo in photos] == [photo.number for photo in counterfeit.circumstances.photos] == [1, 2]
    for photo in photos:
        with Image.open(io.BytesIO(photo.jpeg)) as opened:
            assert (opened.format, opened.mode, opened.size) == ("JPEG", "RGB", (SIZE_PX, SIZE_PX))


def test_a_counterfeits_mask_numbers_the_cues_that_are_named(photos: list[RenderedPhoto]) -> None:
    assert photos[0].cues
    for photo in photos:
        assert set(photo.cues) <= set(MAKERS["cedar"].cues)
        assert photo.mask is not None
        assert photo.mask.shape == (SIZE_PX, SIZE_PX)
        assert set(np.unique(photo.mask)) - {0} == set(range(1, len(photo.cues) + 1))


def test_the_box_holds_every_cue(photos: list[RenderedPhoto]) -> None:
    for photo in photos:
        assert photo.mask is not None
        assert not photo.mask[~inside(photo.box)].any()


def test_the_product_mask_fills_the_box_to_its_edges_and_holds_every_cue(photos: list[RenderedPhoto]) -> None:
    for photo in photos:
        rows, columns = np.flatnonzero(photo.product.any(1)), np.flatnonzero(photo.product.any(0))
        edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        assert tuple(edge / SIZE_PX for edge in edges) == photo.box
        assert photo.mask is not None
        assert not photo.mask[~photo.product].any()


def test_the_product_is_found_without_the_cost_of_its_light_in_exactly_the_same_pixels(
    counterfeit: ListingPlan, photos: list[RenderedPhoto]
) -> None:
    found = list(find_product(counterfeit, engine(), size_px=SIZE_PX))
    assert [number for number, _ in found] == [photo.number for photo in photos]
    for (_, product), photo in zip(found, photos, strict=True):
        np.testing.assert_array_equal(product, photo.product)


def test_a_genuine_dryers_photos_have_no_cue_and_no_mask(genuine_photos: list[RenderedPhoto]) -> None:
    assert [(photo.cues, photo.mask) for photo in genuine_photos] == [((), None), ((), None)]


def test_a_counterfeit_changes_its_photo_where_its_cues_are_and_hardly_elsewhere(
    photos: list[RenderedPhoto], genuine_photos: list[RenderedPhoto]
) -> None:
    whole, genuine = photos[0], genuine_photos[0]
    assert whole.mask is not None
    change = np.abs(pixels_of(whole) - pixels_of(genuine)).mean(-1)
    assert change[whole.mask > 0].mean() > 4 * change[~inside(whole.box)].mean()


def test_the_same_plan_gives_the_same_bytes(counterfeit: ListingPlan, photos: list[RenderedPhoto]) -> None:
    again = next(photograph_listing(counterfeit, engine(), size_px=SIZE_PX, samples=1))
    assert again.jpeg == photos[0].jpeg
    np.testing.assert_array_equal(again.mask, photos[0].mask)


def test_the_box_follows_the_camera(counterfeit: ListingPlan, photos: list[RenderedPhoto]) -> None:
    first = counterfeit.circumstances.photos[0]
    farther = replace(first, view=replace(first.view, half_extent_cm=2 * first.view.half_extent_cm))
    plan = replace(counterfeit, circumstances=replace(counterfeit.circumstances, photos=(farther,)))
    (photo,) = photograph(plan)
    width, height = (photo.box[axis + 2] - photo.box[axis] for axis in (0, 1))
    near_width, near_height = (photos[0].box[axis + 2] - photos[0].box[axis] for axis in (0, 1))
    assert width == pytest.approx(near_width / 2, rel=0.15)
    assert height == pytest.approx(near_height / 2, rel=0.15)

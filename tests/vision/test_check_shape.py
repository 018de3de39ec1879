from __future__ import annotations

import pytest

from vision.check_shape import MAX_PHOTOS, require_shape, resolve_product
from vision.errors import NoPhotos, ProductRequired, TooManyPhotos, UnknownProduct, ViewsMismatch


def test_one_to_twelve_photos_are_a_check_with_a_view_for_each_or_none() -> None:
    for photos in range(1, MAX_PHOTOS + 1):
        require_shape(photos, None)
        require_shape(photos, ["front"] + [None] * (photos - 1))


def test_fewer_and_more_photos_are_refused_with_the_number_that_may_be() -> None:
    with pytest.raises(NoPhotos, match="takes 1 to 12 photos"):
        require_shape(0, None)
    with pytest.raises(TooManyPhotos, match="at most 12 photos, not 13"):
        require_shape(MAX_PHOTOS + 1, None)


def test_a_server_may_take_fewer_photos() -> None:
    require_shape(3, None, max_photos=3)
    with pytest.raises(TooManyPhotos, match="at most 3 photos, not 4"):
        require_shape(4, None, max_photos=3)


def test_views_without_photos_or_photos_without_views_are_refused() -> None:
    with pytest.raises(ViewsMismatch, match="2 views for 1 photos"):
        require_shape(1, ["front", "back"])
    with pytest.raises(ViewsMismatch, match="0 views for 1 photos"):
        require_shape(1, [])


def test_the_product_may_be_left_out_where_one_is_known() -> None:
    assert resolve_product(None, ["toy"]) == resolve_product("toy", ["toy"]) == "toy"
    with pytest.raises(ProductRequired, match="2 products are known: set product to one of ball, toy"):
        resolve_product(None, ["ball", "toy"])


def test_an_unknown_product_is_refused_with_the_one_that_may_be_meant() -> None:
    with pytest.raises(UnknownProduct, match="did you mean 'toy-duck'"):
        resolve_product("toy-dck", ["toy-car", "toy-duck"])
    with pytest.raises(UnknownProduct, match="the known ones are ball, toy"):
        resolve_product("x" * 1000, ["ball", "toy"])

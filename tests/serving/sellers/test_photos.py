from __future__ import annotations

import dataclasses

import numpy as np
from PIL import Image

from serving.sellers.photos import PARTS, PHOTOS, hash_stock, is_plain, place_of_evidence, product_share, trace_photo
from tests.builders.photos import encode, smooth_pixels
from vision.photo.decode import DEFAULT_LIMITS
from vision.verdict import Evidence

PHOTO = encode(Image.fromarray(smooth_pixels(480, 360, seed=3)), "JPEG", quality=85)
NO_STOCK = hash_stock([])


def evidence_of(foreground: np.ndarray | None, values: np.ndarray | None = None) -> Evidence:
    shape = (6, 6) if foreground is None else foreground.shape
    return Evidence(
        values=np.zeros(shape, np.float32) if values is None else values,
        box=(0.0, 0.0, 1.0, 1.0),
        foreground=foreground,
    )


def test_a_photo_gives_itself_and_where_the_product_is_known_its_surroundings() -> None:
    [alone] = trace_photo(PHOTO, DEFAULT_LIMITS, 2, None, NO_STOCK)
    assert (alone.kind, alone.space, alone.photo, alone.own) == ("photo", PHOTOS, 2, 8)
    assert alone.lookups.shape == (66, 32)
    nothing = evidence_of(np.zeros((8, 8), np.float32))
    of_room = trace_photo(PHOTO, DEFAULT_LIMITS, 2, nothing, NO_STOCK)[1:]
    assert {(part.kind, part.space, part.own) for part in of_room} <= {("background", PARTS, 2)}
    product = evidence_of(np.ones((8, 8), np.float32))
    assert len(trace_photo(PHOTO, DEFAULT_LIMITS, 2, product, NO_STOCK)) == 1


def test_stock_photos_turned_or_not_and_flat_ones_give_nothing() -> None:
    stock = hash_stock([PHOTO])
    assert trace_photo(PHOTO, DEFAULT_LIMITS, 0, None, stock) == []
    turned = encode(Image.fromarray(np.rot90(smooth_pixels(480, 360, seed=3))), "JPEG", quality=70)
    assert trace_photo(turned, DEFAULT_LIMITS, 0, None, stock) == []
    assert trace_photo(encode(Image.new("RGB", (300, 200))), DEFAULT_LIMITS, 0, None, NO_STOCK) == []


def test_a_frame_of_one_colour_is_plain() -> None:
    white = Image.new("RGB", (480, 360), (250, 250, 250))
    white.paste(Image.fromarray(smooth_pixels(240, 180)), (120, 90))
    assert is_plain(white)
    assert not is_plain(Image.fromarray(smooth_pixels(480, 360)))


def test_what_lies_outside_of_the_map_may_show_the_product() -> None:
    inner = dataclasses.replace(evidence_of(np.zeros((4, 4), np.float32)), box=(0.25, 0.25, 0.75, 0.75))
    share = product_share(inner, (100, 80))
    assert share is not None
    assert share.shape == (80, 100)
    assert share[40, 50] == 0
    assert share[2, 2] == 1
    letterboxed = dataclasses.replace(inner, box=(0.0, -0.25, 1.0, 1.25))
    whole = product_share(letterboxed, (100, 80))
    assert whole is not None
    assert whole.max() == 0
    assert product_share(evidence_of(None), (100, 80)) is None


def test_the_strongest_place_against_the_product_is_named_by_its_row_and_column_in_the_products_box() -> None:
    foreground = np.zeros((20, 20), np.float32)
    foreground[4:16, 4:16] = 1
    values = np.full((20, 20), 0.01, np.float32)
    values[5, 14] = -2
    found = place_of_evidence("toy", [evidence_of(foreground, values)])
    assert found is not None
    assert (found.kind, found.shown) == ("place", "row 1, column 6 of 6")
    assert place_of_evidence("mug", [evidence_of(foreground, values)]) != found, "each product has its own"
    flat = np.full((20, 20), -0.01, np.float32)
    assert place_of_evidence("toy", [evidence_of(foreground, flat)]) is None
    assert place_of_evidence("toy", []) is None

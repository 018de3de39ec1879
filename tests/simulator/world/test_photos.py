"""Listings show rendered items, and the cheap changes to photos leave them recognisable."""

from __future__ import annotations

import io
import random

from PIL import Image

from simulator.world.photos import choose_photos, disguise, read_items, recompress


def test_items_are_those_of_the_test_split_with_two_photos_or_more() -> None:
    items = read_items()
    assert (len(items), sum(item.label == "counterfeit" for item in items)) == (120, 60)
    assert all(len(item.photos) >= 2 for item in items)


def test_chosen_photos_begin_with_the_whole_item_and_do_not_repeat() -> None:
    item = read_items()[0]
    chosen = choose_photos(item, 2, random.Random(1))
    assert chosen[0] == item.photos[0]
    assert len(set(chosen)) == 2
    assert len(choose_photos(item, 9, random.Random(1))) == len(item.photos)


def test_a_changed_photo_has_other_bytes_and_a_disguised_one_another_size() -> None:
    photo = read_items()[0].photos[0]
    uploaded, disguised = recompress(photo, random.Random(1)), disguise(photo, random.Random(1))
    sizes = [Image.open(io.BytesIO(data)).size for data in (photo, uploaded, disguised)]
    assert len({photo, uploaded, disguised}) == 3
    assert sizes[0] == sizes[1] == (320, 320)
    assert all(290 <= side < 320 for side in sizes[2])

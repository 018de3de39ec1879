"""How near copies come is measured on 150 photos by benchmarks/serving/rings/noise.py; here are single pictures."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from tests.builders.photos import encode, smooth_pixels
from vision.copies.orientations import bits_apart, hash_surroundings, hash_trimmed, hash_turned, working_copy
from vision.copies.pdq import NEAR_BITS
from vision.photo.decode import open_photo

PIXELS = smooth_pixels(480, 360, seed=3)
PICTURE = Image.fromarray(PIXELS)


def working(image: Image.Image) -> Image.Image:
    return working_copy(open_photo(encode(image, "JPEG", quality=80)))


def own_hash(image: Image.Image) -> NDArray[np.uint8]:
    turned = hash_turned(working(image))
    assert turned is not None
    own: NDArray[np.uint8] = turned[0]
    return own


@pytest.mark.parametrize("turn", list(Image.Transpose))
def test_a_turned_or_mirrored_and_brightened_copy_is_near_one_of_the_eight_orientations(turn: Image.Transpose) -> None:
    changed = ImageEnhance.Brightness(PICTURE.transpose(turn)).enhance(1.15)
    turned = hash_turned(working(PICTURE))
    assert turned is not None
    assert turned.shape == (8, 32)
    assert bits_apart(turned, own_hash(changed)).min() <= 16


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_trimmed_copy_is_near_one_of_the_trimmed_hashes_and_far_from_the_whole(mirrored: bool) -> None:
    trimmed = PICTURE.crop((12, 4, 462, 340))
    if mirrored:
        trimmed = trimmed.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    whole, of_trimmed = hash_turned(working(PICTURE)), own_hash(trimmed)
    assert whole is not None
    assert bits_apart(hash_trimmed(working(PICTURE)), of_trimmed).min() <= NEAR_BITS
    assert bits_apart(whole, of_trimmed).min() > NEAR_BITS


def test_another_photo_is_far_in_every_orientation_and_trimmed() -> None:
    other = own_hash(Image.fromarray(smooth_pixels(480, 360, seed=4)))
    turned = hash_turned(working(PICTURE))
    assert turned is not None
    assert min(bits_apart(turned, other).min(), bits_apart(hash_trimmed(working(PICTURE)), other).min()) > 60


def test_a_flat_photo_has_no_hash() -> None:
    assert hash_turned(working(Image.new("RGB", (300, 200), (120, 120, 120)))) is None


def scene(product: int) -> tuple[Image.Image, NDArray[np.float32]]:
    """The same room with another product in its middle, and where that is."""
    tiles = [[smooth_pixels(128, 128, seed=30 + 4 * row + column) for column in range(4)] for row in range(4)]
    room = np.concatenate([np.concatenate(row, axis=1) for row in tiles])
    room[160:352, 160:352] = smooth_pixels(192, 192, seed=product)
    share = np.zeros((32, 32), np.float32)
    share[10:22, 10:22] = 1
    return Image.fromarray(room), share


def test_the_same_surroundings_are_near_whatever_stands_before_them_and_mirrored_too() -> None:
    (one, share), (two, _) = scene(20), scene(21)
    ours, theirs = hash_surroundings(working(one), share), hash_surroundings(working(two), share)
    assert ours.shape[1:] == (2, 32)
    assert len(ours) >= 2
    for part in theirs[:, 0]:
        assert bits_apart(ours[:, 0], part).min() <= 16
    mirrored = hash_surroundings(working(two.transpose(Image.Transpose.FLIP_LEFT_RIGHT)), share[:, ::-1])
    assert bits_apart(ours[:, 1], mirrored[0, 0]).min() <= NEAR_BITS


def test_a_plain_wall_and_a_photo_full_of_product_have_no_surroundings() -> None:
    picture, share = scene(20)
    assert len(hash_surroundings(working(picture), np.ones_like(share))) == 0
    wall = Image.new("RGB", (512, 512), (250, 250, 250))
    wall.paste(picture.crop((160, 160, 352, 352)), (160, 160))
    assert len(hash_surroundings(working(wall), share)) == 0


def test_large_photos_are_hashed_of_a_small_copy() -> None:
    stream = io.BytesIO()
    PICTURE.resize((3000, 2250)).save(stream, "JPEG", quality=90)
    large = working_copy(open_photo(stream.getvalue()))
    assert max(large.size) <= 256
    turned = hash_turned(large)
    assert turned is not None
    assert bits_apart(turned[0], own_hash(PICTURE)) <= 12

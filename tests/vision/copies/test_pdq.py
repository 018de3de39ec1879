import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from tests.builders.photos import encode
from vision.copies.pdq import PhotoHash, hash_photo
from vision.photo.decode import open_photo


def hashed(pixels: NDArray[np.uint8]) -> PhotoHash:
    return hash_photo(open_photo(encode(pixels)))


def picture(seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    smooth = Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC)
    return np.asarray(smooth.filter(ImageFilter.GaussianBlur(3)))


def recompressed(pixels: NDArray[np.uint8], size: tuple[int, int], quality: int) -> NDArray[np.uint8]:
    stream = io.BytesIO()
    Image.fromarray(pixels).resize(size).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def test_a_photo_is_known_again_at_another_size_and_quality_and_mirrored() -> None:
    photo = hashed(picture(0))
    assert photo.is_copy_of(hashed(recompressed(picture(0), (320, 240), 40)))
    assert photo.is_copy_of(hashed(np.ascontiguousarray(picture(0)[:, ::-1])))


def test_other_photos_are_no_copies() -> None:
    assert not any(hashed(picture(0)).is_copy_of(hashed(picture(seed))) for seed in range(1, 20))


def test_the_same_picture_in_another_colour_is_no_copy() -> None:
    blue = np.ascontiguousarray(picture(0)[..., ::-1])
    assert not hashed(picture(0)).is_copy_of(hashed(blue))


def test_flat_photos_are_copies_of_nothing() -> None:
    flat = hashed(np.full((100, 100, 3), 128, np.uint8))
    assert not flat.is_copy_of(flat)

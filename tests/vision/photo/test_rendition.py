import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.builders.photos import (
    encode,
    encode_heic,
    exif_with_orientation,
    mean_difference,
    photo_bytes,
    smooth_pixels,
)
from vision.errors import PhotoError
from vision.photo.decode import PhotoLimits
from vision.photo.rendition import WEBP_BYTES, WEBP_QUALITIES, upright_jpeg, upright_webp

KINDS = ["jpeg", "png", "webp", "avif", "heic"]
COPIES = {"JPEG": upright_jpeg, "WEBP": upright_webp}
Copy = Callable[..., bytes]


@pytest.mark.parametrize("made", COPIES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_is_upright_in_srgb_and_without_metadata(kind: str, made: str) -> None:
    pixels = smooth_pixels()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, object] = {"exif": exif_with_orientation(6), "icc_profile": srgb}
    data = encode_heic(Image.fromarray(pixels), quality=95) if kind == "heic" else encode(pixels, kind, **options)
    copy = COPIES[made](data, max_side_px=1000)
    image = Image.open(io.BytesIO(copy))
    assert image.format == made
    assert image.size == ((160, 120) if kind == "heic" else (120, 160))
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)
    assert b"SecretCamera" not in copy


@pytest.mark.parametrize("copy", COPIES.values())
def test_a_comment_in_a_jpeg_is_not_in_its_copy(copy: Copy) -> None:
    data = encode(smooth_pixels(), "JPEG", comment=b"made by Secret Person")
    assert b"Secret Person" in data
    assert b"Secret Person" not in copy(data, max_side_px=1000)


@pytest.mark.parametrize("copy", COPIES.values())
def test_a_copy_has_the_longer_side_that_is_asked_for_and_is_never_enlarged(copy: Copy) -> None:
    data = encode(smooth_pixels(1600, 1200), "JPEG", quality=95, exif=exif_with_orientation(6))
    assert Image.open(io.BytesIO(copy(data, max_side_px=500))).size == (375, 500)
    assert Image.open(io.BytesIO(copy(data, max_side_px=5000))).size == (1200, 1600)


def test_a_jpeg_copy_is_full_size_where_no_side_is_asked_for() -> None:
    assert Image.open(io.BytesIO(upright_jpeg(photo_bytes("jpeg")))).size == (160, 120)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("copy", COPIES.values())
def test_a_copy_shows_the_same_picture(copy: Copy, kind: str) -> None:
    shown = np.asarray(Image.open(io.BytesIO(copy(photo_bytes(kind), max_side_px=1000))).convert("RGB"))
    assert mean_difference(shown, smooth_pixels()) < 5


def test_a_busy_photo_has_the_best_quality_that_keeps_to_the_bytes_of_a_copy() -> None:
    """Noise of two strengths: the weaker fits at a lower quality, the stronger at none, and then has the lowest."""
    random = np.random.default_rng(0)
    sizes = {}
    for strength in (0, 9, 60):
        noise = random.normal(0, strength, (1200, 1600, 3))
        photo = np.clip(smooth_pixels(1600, 1200) + noise, 0, 255).astype(np.uint8)
        data = encode(photo, "PNG", compress_level=1)
        plain = {quality: len(encode(photo, "WEBP", quality=quality)) for quality in WEBP_QUALITIES}
        sizes[strength] = plain
        allowed = [quality for quality in WEBP_QUALITIES if plain[quality] <= WEBP_BYTES] or [WEBP_QUALITIES[-1]]
        assert len(upright_webp(data, max_side_px=1600)) == plain[allowed[0]]
    assert sizes[0][WEBP_QUALITIES[0]] <= WEBP_BYTES < sizes[9][WEBP_QUALITIES[0]]
    assert sizes[9][WEBP_QUALITIES[-1]] <= WEBP_BYTES < sizes[60][WEBP_QUALITIES[-1]]


@pytest.mark.parametrize("copy", COPIES.values())
def test_a_photo_over_the_limits_has_no_copy(copy: Copy) -> None:
    with pytest.raises(PhotoError):
        copy(photo_bytes("jpeg"), max_side_px=100, limits=PhotoLimits(max_pixels=100))

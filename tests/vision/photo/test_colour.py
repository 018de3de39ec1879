"""Pictures of every mode and profile become sRGB on white."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.builders.photos import (
    encode,
    encode_heic,
    mean_difference,
    png_chunk,
    png_of_size,
    smooth_pixels,
)
from vision.photo.decode import open_photo


def test_an_adobe_cmyk_jpeg_keeps_its_colours() -> None:
    data = encode(Image.fromarray(smooth_pixels()).convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data
    assert mean_difference(open_photo(data).pixels, smooth_pixels()) < 5


def test_a_16_bit_grey_png_is_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(64, axis=0)
    pixels = open_photo(encode(Image.fromarray(ramp))).pixels
    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[0, -1].tolist() == [255, 255, 255]
    assert abs(int(pixels[0, 32, 0]) - 129) <= 1


def test_a_16_bit_rgb_png_is_cut_to_8_bits() -> None:
    row = b"\0" + struct.pack(">HHH", 65535, 32768, 256) * 40
    header = struct.pack(">IIBBBBB", 40, 40, 16, 2, 0, 0, 0)
    plain = png_of_size(40, 40, row * 40)
    data = plain.replace(plain[8:33], png_chunk(b"IHDR", header))
    assert open_photo(data).pixels[5, 5].tolist() == [255, 128, 1]


@pytest.mark.parametrize("mode", ["1", "L"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_black_and_white_becomes_grey_rgb(mode: str, kind: str) -> None:
    half = np.zeros((64, 64), np.uint8)
    half[:, 32:] = 255
    pixels = open_photo(encode(Image.fromarray(half).convert(mode), kind, lossless=True)).pixels
    assert pixels[10, 2].tolist() == [0, 0, 0]
    assert pixels[10, 60].tolist() == [255, 255, 255]


def test_a_grey_jpeg_is_read_as_rgb() -> None:
    photo = open_photo(encode(Image.fromarray(smooth_pixels()).convert("L"), "JPEG"), smallest_side_px=32)
    assert photo.pixels.shape[2] == 3
    assert (photo.pixels[..., 0] == photo.pixels[..., 2]).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_transparency_is_laid_on_white(mode: str, kind: str) -> None:
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[:, 32:, 3] = 255
    pixels = open_photo(encode(Image.fromarray(rgba).convert(mode), kind)).pixels
    assert pixels[10, 2].min() >= 250
    assert pixels[10, 60].max() <= 5


def test_half_transparency_is_half_white() -> None:
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[..., 3] = 128
    assert open_photo(encode(rgba)).pixels[3, 3].tolist() == [127, 127, 127]


def test_a_transparent_heic_is_laid_on_white() -> None:
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[:, 32:, 3] = 255
    pixels = open_photo(encode_heic(Image.fromarray(rgba), quality=95)).pixels
    assert pixels[10, 4].min() >= 245
    assert pixels[10, 60].max() <= 10


def test_a_palette_with_one_transparent_colour_is_laid_on_white() -> None:
    indexed = np.zeros((64, 64), np.uint8)
    indexed[:, 32:] = 1
    image = Image.fromarray(indexed).convert("P")
    image.putpalette([200, 0, 0, 0, 0, 200])
    assert open_photo(encode(image)).pixels[3, 3].tolist() == [200, 0, 0]
    for transparency in (0, b"\x00\xff"):
        pixels = open_photo(encode(image, transparency=transparency)).pixels
        assert pixels[3, 3].tolist() == [255, 255, 255]
        assert pixels[3, 60].tolist() == [0, 0, 200]


def test_a_grey_or_rgb_png_with_a_transparent_colour_is_laid_on_white() -> None:
    grey = np.full((64, 64), 90, np.uint8)
    assert open_photo(encode(grey, transparency=90)).pixels[3, 3].tolist() == [255, 255, 255]
    colour = np.full((64, 64, 3), (10, 20, 30), np.uint8)
    assert open_photo(encode(colour, transparency=(10, 20, 30))).pixels[3, 3].tolist() == [255, 255, 255]


def test_a_colour_profile_is_turned_into_srgb() -> None:
    profile = _linear_rgb_profile()
    half = np.full((64, 64, 3), 55, np.uint8)  # linear 0.2157 is 128 in sRGB
    pixels = open_photo(encode(half, icc_profile=profile)).pixels
    assert abs(int(pixels[3, 3, 0]) - 128) <= 2


def test_a_broken_colour_profile_is_ignored() -> None:
    photo = open_photo(encode(smooth_pixels(), icc_profile=b"no profile at all" * 20))
    assert mean_difference(photo.pixels, smooth_pixels()) == 0


def test_an_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = open_photo(encode(smooth_pixels(), icc_profile=profile))
    assert mean_difference(photo.pixels, smooth_pixels()) == 0


def _linear_rgb_profile() -> bytes:
    """An sRGB profile whose tone curves are replaced by straight lines, and whose name no longer says sRGB."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", data, 128)[0]
    line = b"curv\0\0\0\0" + struct.pack(">I", 0)
    for entry in range(count):
        place = 132 + 12 * entry
        tag, offset = bytes(data[place : place + 4]), struct.unpack_from(">I", data, place + 4)[0]
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            data[offset : offset + len(line)] = line
            struct.pack_into(">I", data, place + 8, len(line))
    name = "sRGB built-in".encode("utf-16-be")
    assert name in data
    return bytes(data.replace(name, "line built-in".encode("utf-16-be")))

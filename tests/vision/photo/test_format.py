from typing import get_args

import pytest
from PIL import Image

from tests.builders.photos import encode, photo_bytes, smooth_pixels
from vision.errors import PhotoAnimated, PhotoError, PhotoFormatUnsupported, PhotoNotAnImage
from vision.photo.format import (
    FORMATS_IN_WORDS,
    PHOTO_FORMATS,
    PHOTO_SUFFIXES,
    PhotoFormat,
    has_several_gif_frames,
    sniff_format,
)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic"])
def test_the_first_bytes_decide_the_format(kind: str) -> None:
    assert sniff_format(photo_bytes(kind)[:64]) == kind


def test_a_gif_is_animated_only_with_a_second_frame() -> None:
    frames = [Image.fromarray(smooth_pixels(seed=seed)) for seed in range(2)]
    assert has_several_gif_frames(encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert not has_several_gif_frames(encode(frames[0], "GIF"))
    assert not has_several_gif_frames(b"GIF89a")


@pytest.mark.parametrize("brand", [b"msf1", b"hevc"])
def test_a_sequence_of_pictures_is_animated(brand: bytes) -> None:
    with pytest.raises(PhotoAnimated):
        sniff_format(b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic")


def test_the_compatible_brands_decide_the_format_of_a_general_container() -> None:
    assert sniff_format(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf") == "avif"
    assert sniff_format(b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf") == "heic"


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"II*\0", "TIFF"),
        (b"8BPS", "Photoshop"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\1\0", "icon"),
        (b"\x1aE\xdf\xa3", "video"),
    ],
)
def test_what_is_not_read_is_named(start: bytes, name: str) -> None:
    with pytest.raises(PhotoFormatUnsupported, match=name):
        sniff_format(start + bytes(64))


@pytest.mark.parametrize(
    "data", [b"x", b"{}", b"<html></html>", b"PK\x03\x04", b"BMW is a car", b"RIFF....WAVE", b"\0" * 20]
)
def test_what_is_no_picture_at_all_is_no_image(data: bytes) -> None:
    with pytest.raises(PhotoError) as caught:
        sniff_format(data)
    assert type(caught.value) is PhotoNotAnImage


@pytest.mark.parametrize("data", [b"https://photos.example/1.jpg", b"\n HTTP://photos.example/1.jpg\r\n"])
def test_the_text_of_a_url_is_refused_with_how_urls_are_sent(data: bytes) -> None:
    with pytest.raises(PhotoNotAnImage, match=r"holds a URL.*JSON"):
        sniff_format(data)


def test_every_format_has_its_facts() -> None:
    assert tuple(PHOTO_FORMATS) == get_args(PhotoFormat)
    assert FORMATS_IN_WORDS == "JPEG, PNG, WebP, AVIF or HEIC"
    assert {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif"} == PHOTO_SUFFIXES

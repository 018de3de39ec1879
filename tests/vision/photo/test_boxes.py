"""Trailers are left alone, files that are cut are not taken for ones with a trailer, and colours are found."""

import struct

import pytest
from PIL import Image

from tests.builders.photos import encode, mean_difference, photo_bytes, smooth_pixels
from tests.vision.photo.refusal import code_of
from vision.photo.boxes import is_cut_short, read_avif_colour, without_second_file
from vision.photo.decode import open_photo


def box(kind: bytes, contents: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(contents), kind) + contents


FILM = box(b"ftyp", b"mp42\0\0\0\0mp42isom") + box(b"mdat", bytes(900)) + box(b"moov", b"\1" * 50)
TRAILERS = {
    "text": b'{"made_by": "a gallery", "id": 12345}',
    "few_bytes": b"abc",
    "zeros": bytes(5_000),
    "ones": b"\xff" * 100,
    "samsung": b"\0\0\x30\x0aImage_UTC_Data1700000000000"
    b"SEFH\x6b\0\0\0\1\0\0\0\0\0\1\x0a\0\0\0\0\x17\0\0\0\x18\0\0\0SEFT",
    "film": FILM,
    "film_in_a_box": box(b"mpvd", FILM),
    "a_box_that_is_cut": struct.pack(">I4s", 5_000, b"free") + bytes(10),
}


@pytest.mark.parametrize("trailer", TRAILERS)
@pytest.mark.parametrize("kind", ["avif", "heic"])
def test_a_trailer_changes_nothing(kind: str, trailer: str) -> None:
    assert mean_difference(open_photo(photo_bytes(kind) + TRAILERS[trailer]).pixels, smooth_pixels()) < 3


@pytest.mark.parametrize("cut", [30, 200, 0.5, 0.9, -1])
@pytest.mark.parametrize("kind", ["avif", "heic"])
def test_a_file_that_is_cut_is_truncated(kind: str, cut: float) -> None:
    data = photo_bytes(kind)
    assert code_of(data[: int(cut * len(data)) if 0 < cut < 1 else int(cut)]) == "photo_truncated"


def test_a_second_file_is_cut_off_and_nothing_else() -> None:
    data = photo_bytes("heic")
    assert without_second_file(data) == data
    assert without_second_file(data + FILM) == data
    assert without_second_file(data + TRAILERS["text"] + FILM) == data + TRAILERS["text"] + FILM


def test_a_box_that_reaches_past_the_end_is_cut_short() -> None:
    assert is_cut_short(box(b"ftyp", b"heic") + struct.pack(">I4s", 100, b"mdat"))
    assert not is_cut_short(
        box(b"ftyp", b"heic") + box(b"meta", b"") + struct.pack(">I4s", 0, b"mdat")
    )  # to the end, wherever that is


def test_the_numbers_of_an_avif_are_read_from_its_primary_picture() -> None:
    data = encode(smooth_pixels(), "AVIF")
    place = data.index(b"colrnclx") + 8
    changed = data[:place] + struct.pack(">HHH", 9, 16, 6) + data[place + 6 :]
    found = read_avif_colour(changed)
    assert (found.primaries, found.transfer, found.matrix, found.bit_depth) == (9, 16, 6, 8)


def test_an_avif_without_numbers_or_without_boxes_is_unspecified() -> None:
    data = encode(Image.fromarray(smooth_pixels()), "AVIF")
    for changed in (data.replace(b"colrnclx", b"freenclx"), data[:20], b"", data.replace(b"pitm", b"free")):
        assert read_avif_colour(changed).primaries == 2

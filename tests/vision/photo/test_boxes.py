"""Trailers are left alone, files that are cut are not taken for ones with a trailer, and colours are found."""

import struct
import sys
from collections import Counter

import pytest
from PIL import Image

from tests.builders.photos import encode, mean_difference, photo_bytes, smooth_pixels
from tests.vision.photo.refusal import code_of
from vision.photo.boxes import AvifFacts, is_cut_short, read_avif_facts, without_second_file
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
    found = read_avif_facts(changed)
    assert (found.primaries, found.transfer, found.matrix, found.bit_depth) == (9, 16, 6, 8)


def test_the_properties_of_other_items_are_skipped_unread() -> None:
    """A file of 5 MB can name five million of them; reading each would take seconds."""
    others = b"".join(struct.pack(">HB", item, 255) + bytes([1]) * 255 for item in range(2, 502))
    ipma = box(b"ipma", struct.pack(">II", 0, 501) + others + struct.pack(">HBB", 1, 1, 1))
    ipco = box(b"ipco", box(b"colr", b"nclx" + struct.pack(">HHH", 9, 16, 9)))
    meta = box(b"meta", bytes(4) + box(b"pitm", struct.pack(">IH", 0, 1)) + box(b"iprp", ipco + ipma))
    calls: Counter[str] = Counter()
    sys.setprofile(lambda frame, event, _: calls.update([frame.f_code.co_name] if event == "call" else []))
    try:
        found = read_avif_facts(meta)
    finally:
        sys.setprofile(None)
    assert (found.primaries, found.transfer, found.matrix) == (9, 16, 9)
    assert calls["_number"] < 3 * 501


def test_an_avif_without_numbers_or_without_boxes_is_unspecified() -> None:
    data = encode(Image.fromarray(smooth_pixels()), "AVIF")
    for changed in (data.replace(b"colrnclx", b"freenclx"), data[:20], b"", data.replace(b"pitm", b"free")):
        assert read_avif_facts(changed).primaries == 2


def clap(width: int, height: int, x: tuple[int, int], y: tuple[int, int]) -> AvifFacts:
    aperture = (width, 1, height, 1, *x, *y)
    return AvifFacts(primaries=2, transfer=2, matrix=2, bit_depth=8, clean_aperture=aperture)


def test_the_part_that_a_clap_box_shows_is_the_middle_moved_by_its_offsets() -> None:
    """ISO 14496-12, 12.1.4: offsets are from the middle of the picture to that of the part."""
    assert clap(100, 80, (0, 1), (0, 1)).crop_box(160, 120) == (30, 20, 130, 100)
    assert clap(100, 80, (-60, 2), (-40, 2)).crop_box(160, 120) == (0, 0, 100, 80)
    assert clap(160, 120, (0, 1), (0, 1)).crop_box(160, 120) == (0, 0, 160, 120)
    for damaged in (clap(100, 80, (0, 0), (0, 1)), clap(200, 80, (0, 1), (0, 1)), clap(100, 80, (90, 1), (0, 1))):
        assert damaged.crop_box(160, 120) is None


def test_an_avif_is_cut_to_the_part_that_its_clap_box_shows() -> None:
    data = with_clap(encode(smooth_pixels(), "AVIF", quality=95))
    photo = open_photo(data)
    assert (photo.width_px, photo.height_px) == (100, 80)
    assert mean_difference(photo.pixels, smooth_pixels()[:80, :100]) < 3


def with_clap(data: bytes) -> bytes:
    """The AVIF, of 160 x 120, with a clap box of its top left 100 x 80 among the primary picture's properties."""
    box_bytes = box(b"clap", struct.pack(">4IiIiI", 100, 1, 80, 1, -30, 1, -20, 1))
    ipco, ipma = data.index(b"ipco") - 4, data.index(b"ipma") - 4
    count = sum(data[ipco:ipma].count(kind) for kind in (b"ispe", b"pixi", b"av1C", b"colr"))
    entries = ipma + 8 + 8 + 2  # after version, number of items, and the item's own number
    changed = bytearray(data)
    changed[entries] += 1
    changed[entries + 1 : entries + 1] = bytes([0x80 | (count + 1)])
    changed[ipma:ipma] = box_bytes
    grown = len(box_bytes) + 1
    for place, by in ((data.index(b"meta") - 4, grown), (data.index(b"iprp") - 4, grown), (ipco, len(box_bytes))):
        struct.pack_into(">I", changed, place, struct.unpack_from(">I", data, place)[0] + by)
    ipma += len(box_bytes)
    struct.pack_into(">I", changed, ipma, struct.unpack_from(">I", changed, ipma)[0] + 1)
    offset = data.index(b"iloc") + 4 + 4 + 2 + 2 + 2 + 2 + 2  # of the first extent, after its item's head
    struct.pack_into(">I", changed, offset, struct.unpack_from(">I", changed, offset)[0] + grown)
    return bytes(changed)

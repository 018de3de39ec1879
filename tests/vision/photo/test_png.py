"""PNG: its transparent colours at every depth, and which of its chunks says what its colours are."""

import struct
import time
import tracemalloc
import zlib

import numpy as np
import pytest

from tests.builders.photos import (
    encode,
    exif_with_orientation,
    mean_difference,
    photo_bytes,
    png_chunk,
    smooth_pixels,
)
from tests.builders.png import GREY, RGB, adobe_rgb_exif, chrm, cicp, gama, iccp, trns, write_png
from tests.vision.photo.refusal import code_of
from vision.photo.code_points import CodePoints
from vision.photo.decode import open_photo
from vision.photo.icc import ADOBE_RGB, SRGB_CURVE, SRGB_PRIMARIES, Chromaticities, build_rgb_profile
from vision.photo.png import open_png, read_png_header

LINEAR = build_rgb_profile(SRGB_PRIMARIES, (1.0,))
P3_POINTS = ((0.3127, 0.329), (0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
SRGB_POINTS = ((0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.06))
GREY_55 = np.full((64, 64, 3), 55, np.uint8)  # in linear light it is 128 in sRGB


@pytest.mark.parametrize("bit_depth", [1, 2, 4, 8, 16])
def test_a_transparent_grey_level_is_white_at_every_depth(bit_depth: int) -> None:
    levels = np.zeros((64, 64, 1), np.uint16)
    levels[:, 32:] = 1  # of 16 bits: 0 and 1 look alike, and only one is transparent
    pixels = open_photo(write_png(levels, GREY, bit_depth, [trns(0)])).pixels
    assert pixels[3, 3].tolist() == [255, 255, 255]
    assert pixels[3, 60].tolist() == [{1: 255, 2: 85, 4: 17, 8: 1, 16: 0}[bit_depth]] * 3


@pytest.mark.parametrize("bit_depth", [8, 16])
def test_a_transparent_colour_is_white_only_where_all_three_levels_are_the_same(bit_depth: int) -> None:
    levels = np.full((64, 64, 3), 9, np.uint16)
    levels[:, 16:32, 0] = 8
    levels[:, 32:48, 1] = 8
    levels[:, 48:, 2] = 8
    pixels = open_photo(write_png(levels, RGB, bit_depth, [trns(9, 9, 9)])).pixels
    assert (pixels[:, :16] == 255).all()
    assert (pixels[:, 16:] < 10).all()


def test_a_transparent_level_beyond_the_depth_counts_by_its_low_bits() -> None:
    levels = np.full((64, 64, 1), 1, np.uint16)
    assert (open_photo(write_png(levels, GREY, 2, [trns(0x0105)])).pixels == 255).all()


def test_a_short_transparency_chunk_is_left_out() -> None:
    data = write_png(np.full((64, 64, 3), 9, np.uint8), RGB, 8, [(b"tRNS", b"\0\x09")])
    assert (open_photo(data).pixels == 9).all()


def test_only_a_picture_of_16_bits_with_a_transparent_colour_is_decoded_at_once() -> None:
    plain = read_png_header(write_png(GREY_55, RGB, 8))
    assert open_png(plain).mode == "RGB"
    assert plain.transparent is None
    keyed = read_png_header(write_png(GREY_55.astype(np.uint16), RGB, 16, [trns(55, 55, 55)]))
    assert open_png(keyed).mode == "RGBA"


@pytest.mark.parametrize(
    ("chunks", "colour"),
    [
        ([], None),
        ([(b"sRGB", b"\0")], None),
        ([gama(1 / 2.2)], None),
        ([gama(1 / 2.2), chrm(*SRGB_POINTS)], None),
        ([gama(1.0)], LINEAR),
        ([gama(1.0), chrm(*SRGB_POINTS)], LINEAR),
        ([gama(1.0), (b"sRGB", b"\0")], None),
        ([gama(1.0), iccp(ADOBE_RGB)], ADOBE_RGB),
        ([(b"sRGB", b"\0"), iccp(ADOBE_RGB)], ADOBE_RGB),
        ([iccp(ADOBE_RGB), cicp(12, 13)], CodePoints(primaries=12, transfer=13)),
        ([cicp(9, 16, is_full_range=False)], CodePoints(primaries=9, transfer=16, is_full_range=False)),
        ([(b"cICP", b"\x09\x10\x09\x01"), gama(1.0)], LINEAR),  # no RGB: damaged
        ([(b"iCCP", b"x\0\0no profile"), gama(1.0)], LINEAR),
        ([gama(0.0)], None),
        ([gama(400.0)], None),
        ([(b"gAMA", b"\1")], None),
        ([gama(1.0), chrm(*[(0.3, 0.3)] * 4)], LINEAR),
    ],
)
def test_the_chunk_that_outranks_the_others_gives_the_colours(
    chunks: list[tuple[bytes, bytes]], colour: object
) -> None:
    assert read_png_header(write_png(GREY_55, RGB, 8, chunks)).colour == colour


def test_primaries_without_a_gamma_have_the_curve_of_srgb() -> None:
    white, red, green, blue = P3_POINTS
    primaries = Chromaticities(red=red, green=green, blue=blue, white=white)
    for chunks in ([chrm(*P3_POINTS)], [chrm(*P3_POINTS), gama(0.0)]):
        found = read_png_header(write_png(GREY_55, RGB, 8, chunks)).colour
        assert found == build_rgb_profile(primaries, SRGB_CURVE)


@pytest.mark.parametrize("bit_depth", [8, 16])
@pytest.mark.parametrize("colour_type", [GREY, RGB])
def test_a_linear_picture_is_turned_into_srgb(bit_depth: int, colour_type: int) -> None:
    samples = GREY_55[..., : 1 if colour_type == GREY else 3].astype(np.uint16) * (257 if bit_depth == 16 else 1)
    pixels = open_photo(write_png(samples, colour_type, bit_depth, [gama(1.0)])).pixels
    assert np.abs(pixels.astype(int) - 128).max() <= 1


def test_a_narrow_range_is_spread() -> None:
    samples = np.repeat(np.array([[16], [126], [235]], np.uint8)[:, None].repeat(64, 1), 20, axis=0)
    pixels = open_photo(write_png(samples.repeat(3, axis=2), RGB, 8, [cicp(1, 13, is_full_range=False)])).pixels
    assert [int(pixels[row, 5, 1]) for row in (0, 30, 59)] == [0, 128, 255]


def test_adobe_rgb_that_only_exif_states_is_the_last_to_count() -> None:
    exif = (b"eXIf", adobe_rgb_exif())
    assert read_png_header(write_png(GREY_55, RGB, 8, [exif])).colour == ADOBE_RGB
    assert read_png_header(write_png(GREY_55, RGB, 8, [(b"sRGB", b"\0"), exif])).colour is None


# --- damage and bombs


@pytest.mark.parametrize("kind", [b"tRNS", b"iCCP", b"gAMA", b"cICP", b"eXIf", b"tEXt"])
def test_an_unneeded_chunk_with_a_wrong_checksum_is_left_out(kind: bytes) -> None:
    value = {b"tRNS": bytes(6), b"gAMA": struct.pack(">I", 100_000), b"cICP": b"\x09\x10\0\1"}.get(kind, b"x\0\0" * 9)
    value = exif_with_orientation(6)[6:] if kind == b"eXIf" else value
    data = write_png(smooth_pixels(), RGB, 8, [(kind, value)])
    place = data.index(kind) + 4 + len(value)
    broken = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    assert mean_difference(open_photo(broken).pixels, smooth_pixels()) == 0


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_a_bomb_in_a_chunk_costs_no_memory_and_the_picture_is_read(kind: bytes) -> None:
    packer = zlib.compressobj()
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(80)) + packer.flush()
    head = b"x\0\1\0\0\0" if kind == b"iTXt" else b"x\0\0"
    data = write_png(smooth_pixels(), RGB, 8, [(kind, head + packed)])
    tracemalloc.start()
    began = time.thread_time()
    pixels = open_photo(data).pixels
    assert time.thread_time() - began < 1.0
    assert tracemalloc.get_traced_memory()[1] < 40 * 2**20
    tracemalloc.stop()
    assert mean_difference(pixels, smooth_pixels()) == 0


def test_a_profile_beyond_any_size_is_refused_by_name() -> None:
    profile = struct.pack(">I", 2**25) + ADOBE_RGB[4:] + bytes(2**25 - len(ADOBE_RGB))
    assert code_of(write_png(GREY_55, RGB, 8, [iccp(profile)])) == "photo_colour_unsupported"


def test_a_profile_of_many_megabytes_is_used() -> None:
    size = 5 * 2**20
    profile = struct.pack(">I", size) + LINEAR[4:] + bytes(size - len(LINEAR))
    assert np.abs(open_photo(write_png(GREY_55, RGB, 8, [iccp(profile)])).pixels.astype(int) - 128).max() <= 1


def test_a_png_cut_after_its_pixels_is_read_and_one_cut_within_them_is_truncated() -> None:
    data = photo_bytes("png")
    assert mean_difference(open_photo(data[:-12]).pixels, smooth_pixels()) == 0
    assert mean_difference(open_photo(data[:-5] + b"").pixels, smooth_pixels()) == 0
    assert code_of(data[:-20]) == "photo_truncated"
    half = data.index(b"IDAT") - 4
    size = struct.unpack(">I", data[half : half + 4])[0] // 2
    chunks = png_chunk(b"IDAT", data[half + 8 : half + 8 + size])  # whole, and without the chunks that follow
    assert code_of(data[:half] + chunks) == "photo_truncated"


def test_an_animation_of_one_frame_is_read() -> None:
    chunk = png_chunk(b"acTL", struct.pack(">II", 1, 0))
    data = encode(smooth_pixels())
    place = data.index(b"IDAT") - 4
    assert mean_difference(open_photo(data[:place] + chunk + data[place:]).pixels, smooth_pixels()) == 0

"""Built profiles give the colours of their standards, and profiles are known by what they do."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from vision.photo.icc import (
    ADOBE_RGB,
    SRGB_CURVE,
    SRGB_PRIMARIES,
    Chromaticities,
    build_rgb_profile,
    convert_to_srgb,
    is_srgb,
    read_cicp_tag,
    rgb_to_xyz,
)

P3 = Chromaticities(red=(0.68, 0.32), green=(0.265, 0.69), blue=(0.15, 0.06), white=(0.3127, 0.329))


def test_the_matrix_of_srgb_is_that_of_its_standard() -> None:
    published = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    assert np.allclose(rgb_to_xyz(SRGB_PRIMARIES), published, atol=2e-4)


def test_a_built_srgb_profile_is_srgb_and_others_are_not() -> None:
    assert is_srgb(build_rgb_profile(SRGB_PRIMARIES, SRGB_CURVE))
    assert is_srgb(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    assert not is_srgb(build_rgb_profile(SRGB_PRIMARIES, (1.8,)))
    assert not is_srgb(build_rgb_profile(P3, SRGB_CURVE))
    assert not is_srgb(ADOBE_RGB)


@pytest.mark.parametrize(
    ("profile", "colour", "expected"),
    [
        (build_rgb_profile(P3, SRGB_CURVE), (234, 51, 35), (255, 0, 0)),  # sRGB's red in Display P3
        (ADOBE_RGB, (219, 0, 0), (255, 0, 0)),
        (ADOBE_RGB, (127, 127, 127), (127, 127, 127)),
        (build_rgb_profile(SRGB_PRIMARIES, (1.0,)), (55, 55, 55), (128, 128, 128)),
    ],
)
def test_a_colour_becomes_what_its_standard_says(
    profile: bytes, colour: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    found = np.asarray(convert_to_srgb(Image.new("RGB", (2, 2), colour), profile), int)
    assert np.abs(found - np.array(expected)).max() <= 2


@pytest.mark.parametrize("white", [(0.3127, 0.329), (0.314, 0.351), (0.31, 0.316)])
def test_white_stays_white_whatever_its_chromaticity(white: tuple[float, float]) -> None:
    primaries = Chromaticities(red=(0.68, 0.32), green=(0.265, 0.69), blue=(0.15, 0.06), white=white)
    profile = build_rgb_profile(primaries, (2.6,))
    assert np.asarray(convert_to_srgb(Image.new("RGB", (2, 2), "white"), profile)).min() >= 254


@pytest.mark.parametrize(
    "primaries",
    [
        Chromaticities(red=(0.3, 0.3), green=(0.3, 0.3), blue=(0.3, 0.3), white=(0.3, 0.3)),
        Chromaticities(red=(0.64, 0.0), green=(0.3, 0.6), blue=(0.15, 0.06), white=(0.3127, 0.329)),
        Chromaticities(red=(0.64, 0.33), green=(0.3, 0.6), blue=(0.15, 0.06), white=(0.7, 0.2)),
    ],
)
def test_primaries_that_span_no_colours_are_refused(primaries: Chromaticities) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its callers take any as damage
        build_rgb_profile(primaries, (2.2,))


def test_the_numbers_of_an_hdr_profile_are_read() -> None:
    plain = build_rgb_profile(P3, SRGB_CURVE)
    assert read_cicp_tag(plain) is None
    assert read_cicp_tag(with_cicp_tag(plain, 9, 16)) == (9, 16)
    assert read_cicp_tag(with_cicp_tag(plain, 9, 16)[:-2]) is None
    assert read_cicp_tag(b"") is None


def with_cicp_tag(profile: bytes, primaries: int, transfer: int) -> bytes:
    """The profile whose white point, which no decoder needs, gave its place to a cicp tag."""
    value = b"cicp\0\0\0\0" + bytes([primaries, transfer, 0, 1])
    entry = profile.index(b"wtpt")
    changed = bytearray(profile + value)
    changed[entry : entry + 12] = b"cicp" + struct.pack(">II", len(profile), len(value))
    changed[:4] = struct.pack(">I", len(changed))
    return bytes(changed)

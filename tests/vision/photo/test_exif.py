import struct

import pytest

from tests.builders.photos import exif_with_orientation
from vision.photo.exif import read_orientation


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_read_with_and_without_its_prefix(orientation: int) -> None:
    block = exif_with_orientation(orientation)
    assert read_orientation(block) == orientation
    assert read_orientation(block.removeprefix(b"Exif\0\0")) == orientation


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_are_read(order: str) -> None:
    start = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, 6, 0)
    assert read_orientation(start + struct.pack(order + "IH", 8, 1) + entry) == 6


@pytest.mark.parametrize("value", [0, 9, 60000])
def test_an_orientation_that_is_none_means_upright(value: int) -> None:
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, value, 0)
    assert read_orientation(b"II*\0" + struct.pack("<IH", 8, 1) + entry) == 1


@pytest.mark.parametrize(
    "block", [b"", b"Exif\0\0", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff\x01"]
)
def test_a_broken_block_means_upright(block: bytes) -> None:
    assert read_orientation(block) == 1

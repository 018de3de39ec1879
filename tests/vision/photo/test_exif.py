import struct

import pytest

from tests.builders.photos import exif_with_orientation
from tests.builders.png import adobe_rgb_exif
from vision.photo.exif import is_adobe_rgb, read_orientation


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


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("kind", "code"), [(1, "B"), (3, "H"), (4, "I"), (6, "b"), (8, "h"), (9, "i")])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_integer_type_is_read_and_of_several_values_the_first(
    order: str, kind: int, code: str, count: int
) -> None:
    for value, expected in ((6, 6), (8, 8), (0, 1), (9, 1), (127, 1)):
        values = struct.pack(f"{order}{count}{code}", value, *[3] * (count - 1))
        inline = values.ljust(4, b"\0") if len(values) <= 4 else struct.pack(order + "I", 26)
        start = b"II*\0" if order == "<" else b"MM\0*"
        entry = struct.pack(order + "HHI", 0x0112, kind, count) + inline
        block = start + struct.pack(order + "IH", 8, 1) + entry + bytes(4) + values
        assert read_orientation(block) == expected


@pytest.mark.parametrize(("kind", "count"), [(2, 1), (5, 1), (7, 1), (12, 1), (3, 0), (99, 1)])
def test_an_orientation_that_is_no_integer_means_upright(kind: int, count: int) -> None:
    entry = struct.pack("<HHIHH", 0x0112, kind, count, 6, 0)
    assert read_orientation(b"II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(40)) == 1


def test_adobe_rgb_is_known_by_the_index_of_its_directory() -> None:
    exif = adobe_rgb_exif()
    assert is_adobe_rgb(exif)
    assert is_adobe_rgb(b"Exif\0\0" + exif)
    assert not is_adobe_rgb(exif.replace(b"R03\0", b"R98\0"))
    assert not is_adobe_rgb(exif_with_orientation(6) + b"R03\0")  # elsewhere it says nothing
    assert not is_adobe_rgb(b"R03\0")
    assert not is_adobe_rgb(exif[:50] + b"R03\0")

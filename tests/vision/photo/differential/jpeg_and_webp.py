"""JPEG and WebP: kinds of coding, channels, subsampling, profiles and orientations."""

import struct
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Final

import numpy as np
from PIL import Image, ImageChops

from tests.builders.photos import encode
from tests.builders.png import adobe_rgb_exif
from tests.vision.photo.differential.colour_truth import in_bits, to_signal
from tests.vision.photo.differential.combination import (
    COARSE,
    CONVERTED,
    EXACT,
    INKS,
    LOSSY,
    ROUNDED,
    SAME_FILE,
    SUBSAMPLED,
    Combination,
    Pixels,
)
from tests.vision.photo.differential.committed import committed_names, read_committed
from tests.vision.photo.differential.picture import make_picture
from tests.vision.photo.differential.profiles import make_grey_profile, make_rgb_profile

# What a camera held each way stores of the upright picture.
LAID_DOWN: Final[dict[int, Callable[[Pixels], Pixels]]] = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: upright.transpose(1, 0, 2)[::-1],
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),
    8: lambda upright: upright.transpose(1, 0, 2)[:, ::-1],
}
INTEGERS: Final = {"BYTE": (1, "B"), "SHORT": (3, "H"), "LONG": (4, "I"), "SSHORT": (8, "h"), "SLONG": (9, "i")}


def jpeg_combinations() -> Iterator[Combination]:
    yield from _coded()
    yield from _oriented_jpegs()
    yield from _profiled()


def webp_combinations() -> Iterator[Combination]:
    for lossless, mode, method in product((True, False), ("RGB", "RGBA", "L"), (0, 4)):
        yield Combination(
            kind="WebP, coding and channels",
            name=f"lossless={lossless} {mode} method={method}",
            data=partial(_encode, mode, "WEBP", lossless=lossless, method=method, quality=90),
            expected=None,
            tolerance=ROUNDED if lossless else SAME_FILE,
        )
    for orientation, order in product(range(1, 9), "<>"):
        yield Combination(
            kind="WebP, orientation",
            name=f"{orientation} {order}",
            data=partial(_oriented, "WEBP", orientation, order, "SHORT", 1, lossless=True),
            tolerance=EXACT,
        )
    for primaries, transfer in product(("srgb", "adobe", "p3", "2020"), ("srgb", "gamma_1.8", "gamma_2.2", "linear")):
        yield Combination(
            kind="WebP, ICC profile",
            name=f"{primaries} {transfer}",
            data=partial(_with_profile, "WEBP", primaries, transfer, lossless=True),
            tolerance=COARSE if transfer == "linear" else CONVERTED,
        )


def tiff_block(orientation: int, order: str, kind: str, count: int) -> bytes:
    """An EXIF block with nothing but an orientation, in the byte order and of the type that are asked for."""
    code, letter = INTEGERS[kind]
    values = struct.pack(f"{order}{count}{letter}", orientation, *[1] * (count - 1))
    value = values.ljust(4, b"\0") if len(values) <= 4 else struct.pack(order + "I", 26)
    start = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(order + "HHI", 0x0112, code, count) + value
    return b"Exif\0\0" + start + struct.pack(order + "IH", 8, 1) + entry + bytes(4) + values


def _coded() -> Iterator[Combination]:
    for mode, subsampling, progressive, quality in product(
        ("RGB", "L", "CMYK", "YCCK", "RGB kept"), (0, 1, 2), (False, True), (90, 97)
    ):
        if mode in ("L", "RGB kept") and subsampling:
            continue
        yield Combination(
            kind="JPEG, coding and channels",
            name=f"{mode} subsampling={subsampling} progressive={progressive} quality={quality}",
            data=partial(_jpeg, mode, subsampling=subsampling, progressive=progressive, quality=quality),
            # libvips takes CMYK without a profile for that of a press, so it is compared with the picture itself.
            expected=make_picture if "C" in mode else None,
            tolerance=INKS if "C" in mode else SAME_FILE,
        )
    for name in committed_names("jpeg"):
        yield Combination(
            kind="JPEG, sampling and coding by libjpeg-turbo",
            name=name,
            data=partial(read_committed, name),
            expected=None,
            tolerance=SAME_FILE,
        )
    for restart, optimise in product((0, 1, 3), (False, True)):
        yield Combination(
            kind="JPEG, coding and channels",
            name=f"restart={restart} optimised={optimise}",
            data=partial(_jpeg, "RGB", restart_marker_blocks=restart, optimize=optimise, quality=90),
            expected=None,
            tolerance=SAME_FILE,
        )


def _oriented_jpegs() -> Iterator[Combination]:
    for orientation, order, progressive in product(range(1, 9), "<>", (False, True)):
        yield Combination(
            kind="JPEG, orientation",
            name=f"{orientation} {order} progressive={progressive}",
            data=partial(_oriented, "JPEG", orientation, order, "SHORT", 1, quality=92, progressive=progressive),
            expected=None,
            tolerance=SAME_FILE,
        )
    for orientation, (kind, count) in product(range(1, 9), (("LONG", 1), ("BYTE", 1), ("SLONG", 2), ("SHORT", 2))):
        yield Combination(
            kind="JPEG, orientation of another type",
            name=f"{orientation} {kind} x {count}",
            data=partial(_oriented, "JPEG", orientation, ">", kind, count, quality=97, subsampling=0),
            tolerance=LOSSY,
        )


def _profiled() -> Iterator[Combination]:
    for primaries, transfer, name in product(
        ("srgb", "adobe", "p3", "2020"), ("srgb", "gamma_1.8", "gamma_2.2", "linear"), ("", "sRGB IEC61966-2.1")
    ):
        yield Combination(
            kind="JPEG, ICC profile" if not name else "JPEG, ICC profile with the name of sRGB",
            name=f"{primaries} {transfer}",
            data=partial(
                _with_profile, "JPEG", primaries, transfer, name, quality=100, subsampling=0, progressive=bool(name)
            ),
            tolerance=SUBSAMPLED if transfer == "linear" else LOSSY,
        )
    for transfer in ("srgb", "gamma_1.8", "gamma_2.2", "linear"):
        yield Combination(
            kind="JPEG, ICC profile",
            name=f"grey {transfer}",
            data=partial(_encode, "L", "JPEG", quality=95, icc_profile=make_grey_profile(transfer)),
            expected=None,
            tolerance=SAME_FILE,
        )
    yield Combination(
        kind="JPEG, Adobe RGB by EXIF",
        name="R03",
        data=partial(
            encode,
            _in_space("adobe", "gamma_2.2"),
            "JPEG",
            quality=100,
            subsampling=0,
            exif=b"Exif\0\0" + adobe_rgb_exif(),
        ),
        tolerance=LOSSY,
    )


def _in_space(primaries: str, transfer: str) -> Pixels:
    return in_bits(to_signal(make_picture(), primaries, transfer), 8).astype(np.uint8)


def _with_profile(kind: str, primaries: str, transfer: str, name: str = "", **options: object) -> bytes:
    profile = make_rgb_profile(primaries, transfer, name)
    return encode(_in_space(primaries, transfer), kind, icc_profile=profile, **options)


def _encode(mode: str, kind: str, **options: object) -> bytes:
    image = Image.fromarray(make_picture())
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    return encode(image.convert(mode), kind, **options)


def _oriented(kind: str, orientation: int, order: str, integer: str, count: int, **options: object) -> bytes:
    stored = np.ascontiguousarray(LAID_DOWN[orientation](make_picture()))
    return encode(stored, kind, exif=tiff_block(orientation, order, integer, count), **options)


def _jpeg(mode: str, **options: object) -> bytes:
    image = Image.fromarray(make_picture())
    if mode == "RGB kept":
        return encode(image, "JPEG", keep_rgb=True, **options)
    if mode != "YCCK":
        return encode(image.convert(mode), "JPEG", **options)
    # Pillow writes no YCCK: it inverts what it writes, as Adobe does, and Adobe's flag then says what that is.
    ycc = ImageChops.invert(ImageChops.invert(image).convert("YCbCr"))
    data = encode(Image.merge("CMYK", (*ycc.split(), Image.new("L", image.size, 0))), "JPEG", **options)
    flag = data.index(b"Adobe") + 11
    return data[:flag] + b"\2" + data[flag + 1 :]

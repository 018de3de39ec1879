"""From received bytes to an upright RGB photo. Errors of Pillow and libheif become PhotoErrors here."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pi_heif import open_heif
from PIL import AvifImagePlugin, Image, JpegImagePlugin, WebPImagePlugin

from vision.errors import (
    PhotoAnimated,
    PhotoCorrupt,
    PhotoEmpty,
    PhotoError,
    PhotoTooManyBytes,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTruncated,
)
from vision.photo.boxes import hide_exif_item, is_cut_short, read_avif_facts, without_second_file
from vision.photo.code_points import YCGCO, CodePoints, check_matrix, code_points
from vision.photo.colour import to_srgb
from vision.photo.exif import TRANSPOSITION, read_orientation, swaps_sides
from vision.photo.format import HEAD_BYTES, PHOTO_FORMATS, SEND_INSTEAD, PhotoFormat, sniff_format, sniff_head
from vision.photo.header import cut_short, read_jpeg_header, read_webp_header
from vision.photo.png import open_png, read_png_header

Side: TypeAlias = Literal["shorter", "longer"]

_HEIC_UNREAD: Final = frozenset({YCGCO})  # of more than 8 bits: libheif 1.23 gives one grey for all colours
_FOREIGN_ERRORS: Final = (
    ArithmeticError,
    EOFError,
    Image.DecompressionBombError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    struct.error,
    SyntaxError,
    TypeError,
    ValueError,
    zlib.error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLimits:
    """What a photo may measure; all of it is checked before anything is decoded."""

    max_bytes: int = 20 * 2**20
    max_pixels: int = 60_000_000
    min_side_px: int = 32
    max_side_px: int = 16_384


DEFAULT_LIMITS: Final = PhotoLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A decoded photo.

    image: mode RGB, sRGB, upright; a large JPEG may be decoded smaller than it was uploaded.
    width_px, height_px: the upright size as uploaded. sha256: of the bytes as received.
    """

    image: Image.Image
    width_px: int
    height_px: int
    format: PhotoFormat
    sha256: str
    _reduced: dict[tuple[int, int], Image.Image] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The image as uint8 [H, W, 3]: a copy, which at 1 megapixel takes most of a millisecond."""
        return np.asarray(self.image)

    def reduced(self, factor: tuple[int, int]) -> Image.Image:
        """The image averaged over blocks, `factor` pixels wide and high.

        It is kept with the photo: all who shrink it start here, and at the usual sizes from the same copy.
        """
        if factor == (1, 1):
            return self.image
        if factor not in self._reduced:
            self._reduced[factor] = self.image.reduce(factor)
        return self._reduced[factor]

    def shrunk(self, side_px: int) -> Image.Image:
        """The image reduced by a whole factor, so far that its longer side is still twice `side_px` or more."""
        factor = max(1, max(self.image.size) // (2 * side_px))
        return self.reduced((factor, factor))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A picture that is opened but not decoded: its size and orientation as stored.

    colour: its ICC profile or code points, None for sRGB. bit_depth: the file's bits a channel.
    """

    image: Image.Image
    orientation: int
    colour: bytes | CodePoints | None
    bit_depth: int = 8


def open_photo(
    data: bytes,
    *,
    smallest_side_px: int | None = None,
    side: Side = "shorter",
    limits: PhotoLimits = DEFAULT_LIMITS,
) -> Photo:
    """The photo in the bytes, upright, as 8-bit sRGB on white, its metadata dropped.

    `smallest_side_px` lets a JPEG be decoded at 1/2, 1/4 or 1/8 as long as its shorter (or longer) side stays at least
    that; None decodes in full. Raises a PhotoError that names what to send instead.
    """
    image, format_name, width, height = _decode(data, smallest_side_px, side, limits)
    return Photo(
        image=image,
        width_px=width,
        height_px=height,
        format=format_name,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _decode(
    data: bytes, smallest_side_px: int | None, side: Side, limits: PhotoLimits
) -> tuple[Image.Image, PhotoFormat, int, int]:
    """The upright RGB picture, its format, and its upright width and height as uploaded."""
    _check_bytes(data, limits)
    format_name = sniff_head(data[:HEAD_BYTES]) or sniff_format(data)  # which says what else it is
    try:
        opened = _OPEN[format_name](data, limits)
        width, height = opened.image.size
        if smallest_side_px is not None:
            whole = max(width, height) if side == "longer" else min(width, height)
            smallest = (max(1, width * smallest_side_px // whole), max(1, height * smallest_side_px // whole))
            opened.image.draft(None, smallest)
        opened.image.load()
        image = opened.image
        if opened.colour is not None or image.mode != "RGB" or "transparency" in image.info:
            image = to_srgb(image, opened.colour, opened.bit_depth)
    except PhotoError:
        raise
    except _FOREIGN_ERRORS as error:
        raise _translate(error, format_name, data) from error
    if opened.orientation in TRANSPOSITION:
        image = image.transpose(TRANSPOSITION[opened.orientation])
        if swaps_sides(opened.orientation):
            width, height = height, width
    return image, format_name, width, height


def _open_jpeg(data: bytes, limits: PhotoLimits) -> _Opened:
    header = read_jpeg_header(data)
    _check_size(header.width_px, header.height_px, limits)
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(header.body))
    return _Opened(image=image, orientation=header.orientation, colour=header.colour)


def _open_png(data: bytes, limits: PhotoLimits) -> _Opened:
    header = read_png_header(data)
    _check_size(header.width_px, header.height_px, limits)
    return _Opened(
        image=open_png(header),
        orientation=header.orientation,
        colour=header.colour,
        bit_depth=header.bit_depth,
    )


def _open_webp(data: bytes, limits: PhotoLimits) -> _Opened:
    header = read_webp_header(data)
    _check_size(header.width_px, header.height_px, limits)
    image = WebPImagePlugin.WebPImageFile(io.BytesIO(header.body))
    colour = image.info.get("icc_profile") or header.colour
    return _Opened(image=image, orientation=header.orientation, colour=colour)


def _open_avif(data: bytes, limits: PhotoLimits) -> _Opened:
    data = hide_exif_item(without_second_file(data))
    image = AvifImagePlugin.AvifImageFile(io.BytesIO(data))  # reads the boxes, decodes nothing yet
    _check_size(image.width, image.height, limits)
    if image.is_animated:
        raise PhotoAnimated(f"the file is an animated AVIF: {SEND_INSTEAD}.")
    stated = read_avif_facts(data)
    check_matrix(stated.matrix)
    box = stated.crop_box(image.width, image.height)
    if box is not None:
        _check_size(box[2] - box[0], box[3] - box[1], limits)
    return _Opened(
        image=image if box is None else image.crop(box),
        orientation=read_orientation(image.info.get("exif", b"")),
        colour=image.info.get("icc_profile") or code_points(stated.primaries, stated.transfer),
        bit_depth=stated.bit_depth,
    )


def _open_heic(data: bytes, limits: PhotoLimits) -> _Opened:
    """The primary picture; libheif turns it upright by the file's own boxes, which outrank EXIF."""
    container = open_heif(io.BytesIO(without_second_file(data)))
    primary = container[container.primary_index]
    width, height = primary.size
    _check_size(width, height, limits)
    image = Image.frombytes(primary.mode, primary.size, bytes(primary.data), "raw", primary.mode, primary.stride)
    stated = primary.info.get("nclx_profile", {})
    check_matrix(stated.get("matrix_coefficients", 2), _HEIC_UNREAD if primary.info["bit_depth"] > 8 else frozenset())
    points = code_points(stated.get("color_primaries", 2), stated.get("transfer_characteristics", 2))
    return _Opened(
        image=image,
        orientation=1,
        colour=primary.info.get("icc_profile") or points,
        bit_depth=primary.info["bit_depth"],
    )


_OPEN: Final[dict[PhotoFormat, Callable[[bytes, PhotoLimits], _Opened]]] = {
    "jpeg": _open_jpeg,
    "png": _open_png,
    "webp": _open_webp,
    "avif": _open_avif,
    "heic": _open_heic,
}


def _check_bytes(data: bytes, limits: PhotoLimits) -> None:
    if not data:
        raise PhotoEmpty(f"the photo has no bytes: {SEND_INSTEAD}.")
    if len(data) > limits.max_bytes:
        raise PhotoTooManyBytes(
            f"the photo has {len(data):,} bytes, over the limit of {limits.max_bytes:,}: save it smaller."
        )


def _check_size(width: int, height: int, limits: PhotoLimits) -> None:
    if width * height > limits.max_pixels or max(width, height) > limits.max_side_px:
        raise PhotoTooManyPixels(
            f"the photo is {width} x {height} pixels, over the limit of {limits.max_pixels:,} pixels and "
            f"{limits.max_side_px} a side: save it smaller."
        )
    if min(width, height) < limits.min_side_px:
        raise PhotoTooSmall(
            f"the photo is {width} x {height} pixels: each side takes at least {limits.min_side_px}, "
            "so send the original, not a thumbnail."
        )


def _translate(error: Exception, format_name: PhotoFormat, data: bytes) -> PhotoError:
    text = str(error).lower()
    is_cut = isinstance(error, EOFError) or "truncated" in text or "end of file" in text or "unexpected end" in text
    if is_cut or (format_name in ("avif", "heic") and is_cut_short(data)):
        return PhotoTruncated(cut_short(PHOTO_FORMATS[format_name].name))
    return PhotoCorrupt(f"the {format_name} photo can't be decoded ({str(error)[:120]}): save it again and resend.")

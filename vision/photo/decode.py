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
from PIL import AvifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

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
from vision.photo.colour import to_srgb
from vision.photo.exif import TRANSPOSITION, read_orientation, swaps_sides
from vision.photo.format import HEAD_BYTES, SEND_INSTEAD, PhotoFormat, sniff_format, sniff_head
from vision.photo.header import check_boxes, hide_exif_item, read_jpeg_header, read_png_header, read_webp_header

Side: TypeAlias = Literal["shorter", "longer"]

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
    """A picture that is opened but not decoded: its size and orientation as stored."""

    image: Image.Image
    orientation: int


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
        image, profile = opened.image, opened.image.info.get("icc_profile")
        if profile or image.mode != "RGB" or "transparency" in image.info:
            image = to_srgb(image, profile)
    except PhotoError:
        raise
    except _FOREIGN_ERRORS as error:
        raise _translate(error, format_name) from error
    if opened.orientation in TRANSPOSITION:
        image = image.transpose(TRANSPOSITION[opened.orientation])
        if swaps_sides(opened.orientation):
            width, height = height, width
    return image, format_name, width, height


def _open_jpeg(data: bytes, limits: PhotoLimits) -> _Opened:
    header = read_jpeg_header(data)
    _check_size(header.width_px, header.height_px, limits)
    return _Opened(image=JpegImagePlugin.JpegImageFile(io.BytesIO(header.body)), orientation=header.orientation)


def _open_png(data: bytes, limits: PhotoLimits) -> _Opened:
    header = read_png_header(data)
    _check_size(header.width_px, header.height_px, limits)
    return _Opened(image=PngImagePlugin.PngImageFile(io.BytesIO(header.body)), orientation=header.orientation)


def _open_webp(data: bytes, limits: PhotoLimits) -> _Opened:
    header = read_webp_header(data)
    _check_size(header.width_px, header.height_px, limits)
    return _Opened(image=WebPImagePlugin.WebPImageFile(io.BytesIO(header.body)), orientation=header.orientation)


def _open_avif(data: bytes, limits: PhotoLimits) -> _Opened:
    check_boxes(data, "AVIF")
    image = AvifImagePlugin.AvifImageFile(io.BytesIO(hide_exif_item(data)))  # reads the boxes, decodes nothing yet
    _check_size(image.width, image.height, limits)
    if image.is_animated:
        raise PhotoAnimated(f"the file is an animated AVIF: {SEND_INSTEAD}.")
    return _Opened(image=image, orientation=read_orientation(image.info.get("exif", b"")))


def _open_heic(data: bytes, limits: PhotoLimits) -> _Opened:
    """The primary picture; libheif turns it upright by the file's own boxes, which outrank EXIF."""
    check_boxes(data, "HEIC")
    container = open_heif(io.BytesIO(data))
    primary = container[container.primary_index]
    width, height = primary.size
    _check_size(width, height, limits)
    image = Image.frombytes(primary.mode, primary.size, bytes(primary.data), "raw", primary.mode, primary.stride)
    image.info["icc_profile"] = primary.info.get("icc_profile")
    return _Opened(image=image, orientation=1)


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


def _translate(error: Exception, format_name: PhotoFormat) -> PhotoError:
    text = str(error).lower()
    if isinstance(error, EOFError) or "truncated" in text or "end of file" in text or "unexpected end" in text:
        return PhotoTruncated(
            f"the {format_name} photo ends before its picture does: the upload was cut short, send the photo again."
        )
    return PhotoCorrupt(f"the {format_name} photo can't be decoded ({str(error)[:120]}): save it again and resend.")

"""Any picture that a decoder gives, as 8-bit sRGB on white."""

from typing import Final

import numpy as np
from PIL import Image, ImageCms

from vision.photo.code_points import CodePoints, profile_of
from vision.photo.hdr import tone_map
from vision.photo.icc import convert_to_srgb, is_srgb, read_cicp_tag

_FROM_NARROW: Final = [min(255, max(0, round((level - 16) * 255 / 219))) for level in range(256)]


def to_srgb(image: Image.Image, colour: bytes | CodePoints | None = None, bit_depth: int = 8) -> Image.Image:
    """The picture in mode RGB: colours converted, transparency laid on white, 16 bits cut to 8.

    colour: the ICC profile or the code points of its colours, None for sRGB. A profile that is broken or is for another
    kind of picture counts as none, as in browsers. bit_depth: the file's bits a channel, which high dynamic range
    depends on. Raises PhotoColourUnsupported for colours that can't be converted.
    """
    flat = _without_depth(_without_palette(image))
    alpha = flat.getchannel("A") if flat.mode in ("RGBA", "LA") else None
    opaque = flat.convert("RGB" if flat.mode == "RGBA" else "L") if alpha is not None else flat
    points = _read_hdr(colour) if isinstance(colour, bytes) else colour
    if points is not None:
        rgb = _apply_code_points(_to_rgb(opaque), points, bit_depth)
    else:
        rgb = _apply_profile(opaque, colour) if isinstance(colour, bytes) else _to_rgb(opaque)
    if alpha is None:
        return rgb
    white = Image.new("RGB", rgb.size, (255, 255, 255))
    white.paste(rgb, mask=alpha)
    return white


def _without_palette(image: Image.Image) -> Image.Image:
    if image.mode in ("PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode == "P" else image


def _without_depth(image: Image.Image) -> Image.Image:
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    return image


def _to_rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")  # Pillow would copy it


def _apply_profile(image: Image.Image, profile: bytes) -> Image.Image:
    # An RGB profile on a grey picture fits it as soon as that is RGB: who saves in grey often keeps the profile.
    fitting = _to_rgb(image) if profile[16:20] == b"RGB " and image.mode == "L" else image
    try:
        return _to_rgb(image) if is_srgb(profile) else convert_to_srgb(fitting, profile)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return _to_rgb(image)


def _apply_code_points(image: Image.Image, points: CodePoints, bit_depth: int) -> Image.Image:
    if not points.is_full_range:
        image = image.point(_FROM_NARROW * 3)
    if points.is_hdr:
        return tone_map(image, points, bit_depth)
    profile = profile_of(points)
    return image if profile is None else convert_to_srgb(image, profile)


def _read_hdr(profile: bytes) -> CodePoints | None:
    """The PQ or HLG that a profile states beside tables that give no more than its dark half."""
    stated = read_cicp_tag(profile)
    points = CodePoints(primaries=stated[0], transfer=stated[1]) if stated else None
    return points if points is not None and points.is_hdr else None

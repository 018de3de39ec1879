"""ICC profiles: built from primaries and a tone curve, and read as far as Pillow's colour engine doesn't.

Source: ICC.1:2022 (profile version 4.4): header 7.2, matrix profiles 8.3.3, para 10.18, cicp 9.2.17.
"""

import io
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

SRGB_CURVE: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1; g, a, b, c, d of `para`
_D50: Final = (0.9642, 1.0, 0.8249)
_BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_MAX_TAGS: Final = 100  # real profiles have about 20
_MAX_CACHED_BYTES: Final = 2**16  # matrix profiles have under 4 KB
_SAME_LEVELS: Final = 3  # of 255: what 8-bit rounding and the many published versions of sRGB differ by


@dataclass(frozen=True, slots=True, kw_only=True)
class Chromaticities:
    """CIE 1931 x and y of an RGB space's primaries and of its white."""

    red: tuple[float, float]
    green: tuple[float, float]
    blue: tuple[float, float]
    white: tuple[float, float]


SRGB_PRIMARIES: Final = Chromaticities(red=(0.64, 0.33), green=(0.3, 0.6), blue=(0.15, 0.06), white=(0.3127, 0.329))


@lru_cache(maxsize=32)
def build_rgb_profile(primaries: Chromaticities, curve: tuple[float, ...]) -> bytes:
    """A display profile of RGB: `curve` is either a gamma, or g, a, b, c, d of ICC's third parametric curve.

    Raises ValueError where the primaries span no colours.
    """
    matrix = _adapt_white(_xyz(primaries.white), _D50) @ rgb_to_xyz(primaries)
    tone = b"para" + struct.pack(">4xHxx", 0 if len(curve) == 1 else 3) + b"".join(map(_fixed, curve))
    tags = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), tone)
    tags |= {
        name: b"XYZ \0\0\0\0" + b"".join(map(_fixed, column))
        for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt"), [*matrix.T.tolist(), _D50], strict=True)
    }
    place, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        table += name + struct.pack(">II", place + len(body), len(value))
        body += value
    head = bytearray(128)
    struct.pack_into(">I4xI4s4s4s", head, 0, place + len(body), 0x04400000, b"mntr", b"RGB ", b"XYZ ")
    head[36:40] = b"acsp"
    head[68:80] = b"".join(map(_fixed, _D50))
    return bytes(head) + table + body


def rgb_to_xyz(primaries: Chromaticities) -> NDArray[np.float64]:
    """The matrix [3, 3] from linear RGB to XYZ, white at Y = 1.

    Raises ValueError where the primaries span no colours.
    """
    points = np.array([_xyz(point) for point in (primaries.red, primaries.green, primaries.blue)]).T
    if abs(np.linalg.det(points)) < 1e-4:
        raise ValueError("these primaries span no colours")
    share = np.linalg.solve(points, np.array(_xyz(primaries.white)))
    if share.min() <= 0:
        raise ValueError("the white isn't between the primaries")
    return points * share


@lru_cache(maxsize=32)
def _is_srgb_small(profile: bytes) -> bool:
    """Whether the profile, by what it does to colours and not by its name, is sRGB."""
    levels = np.array([0, 16, 48, 96, 160, 208, 255], np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(7, 49, 3)
    found = convert_to_srgb(Image.fromarray(colours), profile)
    return bool(np.abs(np.asarray(found, np.int16) - colours).max() <= _SAME_LEVELS)


def is_srgb(profile: bytes) -> bool:
    """Whether converting by the profile would change no colour that can be seen. Raises what `convert_to_srgb` does."""
    return len(profile) <= _MAX_CACHED_BYTES and profile[16:20] == b"RGB " and _is_srgb_small(profile)


def convert_to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture in mode RGB; raises PyCMSError, OSError, ValueError or TypeError where the profile doesn't fit it."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    if converted is None:  # only where it works in place
        raise ValueError("no picture")
    return converted


def read_cicp_tag(profile: bytes) -> tuple[int, int] | None:
    """Primaries and transfer (ITU-T H.273) that the profile's cicp tag states: HDR profiles have one."""
    count = min(int.from_bytes(profile[128:132], "big"), _MAX_TAGS)
    for entry in range(132, 132 + 12 * count, 12):
        if profile[entry : entry + 4] == b"cicp":
            place = int.from_bytes(profile[entry + 4 : entry + 8], "big")
            value = profile[place : place + 12]
            return (value[8], value[9]) if len(value) == 12 and value[:4] == b"cicp" else None
    return None


def _adapt_white(source: tuple[float, float, float], target: tuple[float, float, float]) -> NDArray[np.float64]:
    """The Bradford matrix [3, 3] that turns XYZ under one white into XYZ under another."""
    gain = (_BRADFORD @ np.array(target)) / (_BRADFORD @ np.array(source))
    return np.linalg.solve(_BRADFORD, gain[:, None] * _BRADFORD)


def _xyz(point: tuple[float, float]) -> tuple[float, float, float]:
    x, y = point
    if y <= 0:
        raise ValueError(f"a chromaticity of y = {y}")
    return x / y, 1.0, (1 - x - y) / y


def _fixed(value: float) -> bytes:
    """s15Fixed16Number, ICC.1:2022 4.6."""
    return struct.pack(">i", round(value * 65536))


ADOBE_RGB: Final = build_rgb_profile(  # Adobe RGB (1998), 4.3.1
    Chromaticities(red=(0.64, 0.33), green=(0.21, 0.71), blue=(0.15, 0.06), white=(0.3127, 0.329)), (563 / 256,)
)

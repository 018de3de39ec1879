"""PNG: its header, the colours that its chunks state, and the one colour that stands for transparent.

Source: PNG specification, third edition (W3C 2025), 11.3 and 12.1 (which chunk outranks which).
"""

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageFile, PngImagePlugin

from vision.errors import PhotoAnimated, PhotoColourUnsupported, PhotoCorrupt, PhotoTruncated
from vision.photo.code_points import SEND_SRGB, CodePoints
from vision.photo.exif import is_adobe_rgb, read_orientation
from vision.photo.format import SEND_INSTEAD
from vision.photo.header import PhotoHeader, cut_short
from vision.photo.icc import ADOBE_RGB, SRGB_CURVE, SRGB_PRIMARIES, Chromaticities, build_rgb_profile

_MAX_CHUNKS: Final = 20_000  # 20 MiB in chunks of 4 KiB are 5,000
_MAX_PROFILE_BYTES: Final = 2**24  # inflated; the largest published profiles have 3 MB
_KEPT_CHUNKS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_READ_CHUNKS: Final = frozenset({b"tRNS", b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf"})
_GREY: Final = 0
_RGB: Final = 2
_PALETTE: Final = 3
_END: Final = b"\0\0\0\0IEND\xae\x42\x60\x82"
_SRGB_GAMMAS: Final = range(44_500, 46_500)  # 1/2.2, by which writers mean sRGB where no primaries speak against it
_GAMMAS: Final = range(10_000, 1_000_000)  # what isn't in between is damaged
_SAME_CHROMATICITY: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class PngHeader(PhotoHeader):
    """A PNG's header.

    transparent: the grey level or the RGB levels, at the file's own depth, that stand for transparent.
    """

    transparent: tuple[int, ...] | None


def read_png_header(data: bytes) -> PngHeader:
    """Walks the chunks; keeps size, palette and pixels. Raises PhotoAnimated for APNG."""
    if data[12:16] != b"IHDR" or int.from_bytes(data[8:12], "big") != 13:
        raise PhotoCorrupt("the PNG doesn't start with its size: send the photo again.")
    kept, place, found = [data[:8]], 8, dict[bytes, bytes]()
    for _ in range(_MAX_CHUNKS):
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(data):
            if kind == b"IDAT" or len(kept) < 3:
                raise PhotoTruncated(cut_short("PNG"))
            kept.append(_END)  # cut after the pixels, or within them: the decoder sees whether all are there
            break
        if kind == b"acTL" and int.from_bytes(data[place + 8 : place + 12], "big") != 1:
            raise PhotoAnimated(f"the file is an animated PNG: {SEND_INSTEAD}.")
        if kind in _KEPT_CHUNKS:
            kept.append(data[place:end])
        elif kind in _READ_CHUNKS and kind not in found and _is_whole(data[place:end]):
            found[kind] = data[place + 8 : end - 4]
            if kind == b"tRNS" and data[25] == _PALETTE:
                kept.append(data[place:end])
        place = end
        if kind == b"IEND":
            break
    else:
        raise PhotoCorrupt(f"the PNG has over {_MAX_CHUNKS} chunks: save it again.")
    return PngHeader(
        width_px=int.from_bytes(data[16:20], "big"),
        height_px=int.from_bytes(data[20:24], "big"),
        orientation=read_orientation(found.get(b"eXIf", b"")),
        body=b"".join(kept),
        colour=_read_colour(found),
        bit_depth=data[24],
        transparent=_read_transparent(found.get(b"tRNS", b""), data[24], data[25]),
    )


def open_png(header: PngHeader) -> Image.Image:
    """The picture, not yet decoded, except one of 16 bits with a transparent colour: that has an alpha channel.

    Pillow compares the transparent colour with pixels whose depth it has changed, so that it would miss it.
    """
    image: Image.Image = PngImagePlugin.PngImageFile(io.BytesIO(header.body))
    if header.transparent is None:
        return image
    if header.bit_depth == 16:
        return _lay_alpha_of_16_bits(image, header)
    scale = 255 // (2**header.bit_depth - 1)
    levels = tuple(level * scale for level in header.transparent)
    if image.mode == "1":
        image = image.convert("L")
    image.info["transparency"] = levels if len(levels) == 3 else levels[0]
    return image


def _is_whole(chunk: bytes) -> bool:
    """Whether the chunk's checksum is right: decoders leave out an unneeded chunk where it is wrong."""
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def _read_transparent(value: bytes, bit_depth: int, colour_type: int) -> tuple[int, ...] | None:
    count = {_GREY: 1, _RGB: 3}.get(colour_type, 0)
    if count == 0 or len(value) < 2 * count:
        return None
    return tuple(level & (2**bit_depth - 1) for level in struct.unpack_from(f">{count}H", value))


def _lay_alpha_of_16_bits(image: Image.Image, header: PngHeader) -> Image.Image:
    key = header.transparent or ()
    if len(key) == 1:
        levels = np.asarray(image)  # uint16 [H, W]
        grey = Image.fromarray((levels >> 8).astype(np.uint8))
        grey.putalpha(Image.fromarray(np.multiply(levels != key[0], 255, dtype=np.uint8)))
        return grey
    # Pillow gives the upper eight bits of a channel; read as little endian they are the lower ones.
    low = PngImagePlugin.PngImageFile(io.BytesIO(header.body))
    low.tile = [ImageFile._Tile(tile[0], tile[1], tile[2], "RGB;16L") for tile in low.tile]
    differs = None
    for picture, shift in ((image, 8), (low, 0)):
        for channel, level in zip(picture.split(), key, strict=True):
            wanted = level >> shift & 255
            mask = channel.point([0 if value == wanted else 255 for value in range(256)])
            differs = mask if differs is None else ImageChops.lighter(differs, mask)
    if differs is not None:
        image.putalpha(differs)
    return image


def _read_colour(found: dict[bytes, bytes]) -> bytes | CodePoints | None:
    """The ICC profile or code points, None for sRGB: cICP outranks iCCP, that sRGB, that gAMA and cHRM, those EXIF."""
    cicp = found.get(b"cICP", b"")
    if len(cicp) == 4 and cicp[2] == 0:  # RGB is the only matrix that PNG has
        return CodePoints(primaries=cicp[0], transfer=cicp[1], is_full_range=cicp[3] != 0)
    profile = _inflate_profile(found[b"iCCP"]) if b"iCCP" in found else None
    if profile:
        return profile
    if b"sRGB" in found:
        return None
    if b"gAMA" in found or b"cHRM" in found:
        return _build_profile(found.get(b"gAMA", b""), found.get(b"cHRM", b""))
    return ADOBE_RGB if is_adobe_rgb(found.get(b"eXIf", b"")) else None


def _inflate_profile(chunk: bytes) -> bytes | None:
    """The profile of an iCCP chunk, None where it is damaged; never inflates more than a profile can have."""
    name, _, packed = chunk.partition(b"\0")
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(packed[1:], _MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    size = int.from_bytes(profile[:4], "big")  # what follows is padding
    if size > _MAX_PROFILE_BYTES and inflater.unconsumed_tail:
        raise PhotoColourUnsupported(
            f"the PNG's colour profile {name[:40].decode('latin-1')!r} has {size:,} bytes, over the limit of "
            f"{_MAX_PROFILE_BYTES:,}: {SEND_SRGB}."
        )
    return profile[:size]


def _build_profile(gama: bytes, chrm: bytes) -> bytes | None:
    """The profile of a gAMA and a cHRM chunk, None for sRGB; what is damaged counts as absent."""
    gamma = int.from_bytes(gama, "big") if len(gama) == 4 else 0
    primaries = _read_chromaticities(chrm) if len(chrm) == 32 else SRGB_PRIMARIES
    is_srgb_gamma = gamma not in _GAMMAS or (gamma in _SRGB_GAMMAS and primaries == SRGB_PRIMARIES)
    if is_srgb_gamma and primaries == SRGB_PRIMARIES:
        return None
    try:
        return build_rgb_profile(primaries, SRGB_CURVE if is_srgb_gamma else (100_000 / gamma,))
    except ValueError:
        return _build_profile(gama, b"")


def _read_chromaticities(chrm: bytes) -> Chromaticities:
    """Those of the chunk, or sRGB's own where they are the same but for rounding."""
    values = [value / 100_000 for value in struct.unpack(">8I", chrm)]
    white, red, green, blue = ((values[i], values[i + 1]) for i in (0, 2, 4, 6))
    srgb = (*SRGB_PRIMARIES.white, *SRGB_PRIMARIES.red, *SRGB_PRIMARIES.green, *SRGB_PRIMARIES.blue)
    if max(abs(one - other) for one, other in zip(values, srgb, strict=True)) <= _SAME_CHROMATICITY:
        return SRGB_PRIMARIES
    return Chromaticities(red=red, green=green, blue=blue, white=white)

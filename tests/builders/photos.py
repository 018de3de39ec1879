"""Small photos for the tests, encoded in memory."""

import io
import struct
import zlib

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image


def smooth_pixels(width: int = 160, height: int = 120, seed: int = 0) -> NDArray[np.uint8]:
    """A colourful picture with soft and hard edges, uint8 [H, W, 3], that survives JPEG well."""
    random = np.random.default_rng(seed)
    coarse = random.integers(30, 225, (5, 7, 3), dtype=np.uint8)
    pixels = np.array(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
    for column in range(1, 7):  # hard edges, so that it counts as sharp
        pixels[height // 4 : height // 2, column * width // 8 : column * width // 8 + width // 16] = (20, 40, 200)
    return pixels


def encode(pixels: NDArray[np.uint8] | Image.Image, kind: str = "PNG", **options: object) -> bytes:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    stream = io.BytesIO()
    if kind.upper() == "PNG":
        options.setdefault("compress_level", 1)
    image.save(stream, kind, **options)
    return stream.getvalue()


def encode_heic(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    pillow_heif.encode(image.mode, image.size, image.tobytes(), stream, **options)
    return stream.getvalue()


def photo_bytes(kind: str, pixels: NDArray[np.uint8] | None = None) -> bytes:
    """A photo in one of the five formats that Touchstone reads."""
    pixels = smooth_pixels() if pixels is None else pixels
    if kind == "heic":
        return encode_heic(Image.fromarray(pixels), quality=95)
    return encode(pixels, kind, **({} if kind == "png" else {"quality": 95}))


def exif_with_orientation(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCamera"
    return exif.tobytes()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG that claims a size and holds whatever compressed rows it is given."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(rows, 9))
        + png_chunk(b"IEND", b"")
    )


def mean_difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())

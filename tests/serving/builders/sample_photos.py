"""Photos made on the spot: to the tiny bundle red ones are genuine and blue ones counterfeit; and broken ones."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

RED = (200, 40, 50)
BLUE = (50, 40, 200)
GREY = (120, 120, 120)


def jpeg(colour: tuple[int, int, int] = RED, *, seed: int = 0, size: tuple[int, int] = (240, 180)) -> bytes:
    """A sharp, coloured JPEG; another seed gives other bytes."""
    noise = np.random.default_rng(seed).integers(-50, 50, (size[1], size[0], 1))
    pixels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
    return _encoded(Image.fromarray(pixels), "JPEG")


def flat_jpeg() -> bytes:
    """One colour and no edge: a photo that shows nothing."""
    return _encoded(Image.new("RGB", (240, 180), GREY), "JPEG")


def jpeg_with_metadata() -> bytes:
    """A JPEG that lies on its side by EXIF and carries a place and a camera."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: rotate 90 degrees clockwise to view
    exif[0x010F] = "SecretCamera"
    stream = io.BytesIO()
    Image.open(io.BytesIO(jpeg())).save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def truncated_jpeg() -> bytes:
    whole = jpeg()
    return whole[: len(whole) // 2]


def png_bomb(side_px: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that says it is 30,000 x 30,000 pixels."""
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(b"\0" * 1000)), _chunk(b"IEND", b""))
    )


def one_pixel() -> bytes:
    return _encoded(Image.new("RGB", (1, 1)), "PNG")


def svg() -> bytes:
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><rect/></svg>'


def animated_gif() -> bytes:
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, BLUE, GREY)]
    stream = io.BytesIO()
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:], duration=50)
    return stream.getvalue()


def text_file() -> bytes:
    return b"This is a shopping list, not a photo.\nmilk, bread, hair dryer\n" * 20


def _encoded(image: Image.Image, kind: str) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

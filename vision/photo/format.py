"""What kind of file the bytes are: decided by their first bytes, never by a name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from vision.errors import PhotoAnimated, PhotoFormatUnsupported, PhotoNotAnImage

PhotoFormat = Literal["jpeg", "png", "webp", "avif", "heic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatFacts:
    """What is known of a format without decoding it; `exif_marker` stands in files that have EXIF."""

    name: str
    suffixes: tuple[str, ...]
    exif_marker: bytes


PHOTO_FORMATS: Final[Mapping[PhotoFormat, FormatFacts]] = {
    "jpeg": FormatFacts(name="JPEG", suffixes=(".jpg", ".jpeg"), exif_marker=b"Exif\0\0"),
    "png": FormatFacts(name="PNG", suffixes=(".png",), exif_marker=b"eXIf"),
    "webp": FormatFacts(name="WebP", suffixes=(".webp",), exif_marker=b"EXIF"),
    "avif": FormatFacts(name="AVIF", suffixes=(".avif",), exif_marker=b"Exif"),
    "heic": FormatFacts(name="HEIC", suffixes=(".heic", ".heif"), exif_marker=b"Exif"),
}
PHOTO_SUFFIXES: Final = frozenset(suffix for facts in PHOTO_FORMATS.values() for suffix in facts.suffixes)
_NAMES: Final = tuple(facts.name for facts in PHOTO_FORMATS.values())
FORMATS_IN_WORDS: Final = f"{', '.join(_NAMES[:-1])} or {_NAMES[-1]}"
SEND_INSTEAD: Final = f"send a {FORMATS_IN_WORDS} photo"

_UNSUPPORTED: Final[tuple[tuple[bytes, str], ...]] = (
    (b"II*\0", "a TIFF or camera raw file"),
    (b"MM\0*", "a TIFF or camera raw file"),
    (b"II+\0", "a TIFF file"),
    (b"MM\0+", "a TIFF file"),
    (b"%PDF", "a PDF document"),
    (b"8BPS", "a Photoshop document"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 file"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 file"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL file"),
    (b"\xff\x0a", "a JPEG XL file"),
    (b"\0\0\1\0", "an icon file"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
)
HEAD_BYTES: Final = 256  # all that tells one format from another
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"})
_SEQUENCE_BRANDS: Final = frozenset({b"hevc", b"hevx", b"msf1"})
_URL: Final = re.compile(rb"\s*https?://", re.IGNORECASE)
_SVG: Final = re.compile(rb"<svg[\s>]", re.IGNORECASE)


def sniff_format(data: bytes) -> PhotoFormat:
    """The format of the bytes; raises PhotoNotAnImage, PhotoFormatUnsupported or PhotoAnimated for all others."""
    found = sniff_head(data[:HEAD_BYTES])
    if found is None:
        raise _refusal(data)
    return found


def sniff_head(head: bytes) -> PhotoFormat | None:
    """The format that the first HEAD_BYTES of a file show, None where they show none that is read.

    Raises PhotoFormatUnsupported or PhotoAnimated for a video or a sequence of pictures.
    """
    if head.startswith(b"\xff\xd8") and head[2:].lstrip(b"\0")[:1] == b"\xff":  # some writers pad
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    return _sniff_brand(head) if head[4:8] == b"ftyp" else None


def _sniff_brand(data: bytes) -> PhotoFormat:
    size = min(int.from_bytes(data[:4], "big"), HEAD_BYTES)
    brands = {data[8:12], *(data[i : i + 4] for i in range(16, size - 3, 4))}
    if data[8:12] in _SEQUENCE_BRANDS:
        raise PhotoAnimated(f"the file is a sequence of pictures (brand {_word(data[8:12])}): {SEND_INSTEAD}.")
    if brands & _AVIF_BRANDS:
        return "avif"
    if brands & _HEIC_BRANDS:
        return "heic"
    raise PhotoFormatUnsupported(f"the file is a video or another container ({_word(data[8:12])}): {SEND_INSTEAD}.")


def _refusal(data: bytes) -> PhotoNotAnImage | PhotoFormatUnsupported | PhotoAnimated:
    if data.startswith((b"GIF87a", b"GIF89a")):
        if has_several_gif_frames(data):
            return PhotoAnimated(f"the file is an animated GIF: {SEND_INSTEAD}.")
        return PhotoFormatUnsupported(f"the file is a GIF: {SEND_INSTEAD}.")
    for magic, name in _UNSUPPORTED:
        if data.startswith(magic):
            return PhotoFormatUnsupported(f"the file is {name}: {SEND_INSTEAD}.")
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0":
        return PhotoFormatUnsupported(f"the file is a BMP: {SEND_INSTEAD}.")
    if _SVG.search(data[:4096]) or _SVG.search(data[:4096].replace(b"\0", b"")):
        return PhotoFormatUnsupported(f"the file is an SVG drawing: {SEND_INSTEAD}.")
    if _URL.match(data):
        return PhotoNotAnImage(
            "the file holds a URL, not the photo behind it: send the photo's bytes, or its URL to a server as JSON, "
            'as {"photos": [{"url": "https://…"}]}.'
        )
    return PhotoNotAnImage(f"the file, which starts {_word(data[:12])}, is no image: {SEND_INSTEAD}.")


def has_several_gif_frames(data: bytes) -> bool:
    """Whether a GIF holds a second picture; it walks the blocks and decodes nothing."""
    frames, place = 0, 13 + _colour_table_bytes(data[10:11])
    while place < len(data):
        kind = data[place]
        if kind == 0x2C:  # a picture: descriptor, its own colours, one byte of code size, then its data
            frames += 1
            place += 10 + _colour_table_bytes(data[place + 9 : place + 10]) + 1
        elif kind == 0x21:
            place += 2
        else:
            break
        if frames > 1:
            return True
        while place < len(data) and data[place]:
            place += data[place] + 1
        place += 1
    return False


def _colour_table_bytes(flags: bytes) -> int:
    return 3 * 2 ** ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _word(data: bytes) -> str:
    return repr(data.decode("ascii", "replace"))

"""Photos as small inline JPEGs for a page that stands alone, plain or under their evidence."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from vision.explain.crop_embedding import DECODED_SIDE_PX, crop_jpeg
from vision.explain.crops import Box
from vision.explain.evidence_picture import under_evidence
from vision.photo.decode import open_photo
from vision.verdict import Evidence

SIDE_PX = 300  # of a picture's longer side: twice what the page shows on an ordinary screen


def photo_picture(path: Path) -> str:
    """The photo as a data URI. Raises PhotoError when it can't be read."""
    return picture(path.read_bytes())


def picture(photo: bytes) -> str:
    """The photo in these bytes as a data URI. Raises PhotoError when it can't be read."""
    return _data_uri(_thumbnail(photo))


def evidence_picture(path: Path, evidence: Evidence) -> str:
    """The photo, greyed, under its evidence: red towards counterfeit, blue towards genuine; a data URI."""
    return _data_uri(under_evidence(_thumbnail(path.read_bytes()), evidence))


def crop_pictures(path: Path, boxes: Sequence[Box]) -> tuple[str, ...]:
    """These parts of the photo, up to 256 px a side, as data URIs."""
    photo = open_photo(path.read_bytes(), smallest_side_px=DECODED_SIDE_PX)
    return tuple(_as_uri(crop_jpeg(photo, box)) for box in boxes)


def _thumbnail(photo: bytes) -> Image.Image:
    image = open_photo(photo, smallest_side_px=SIDE_PX).image
    image.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    return image


def _data_uri(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=78, optimize=True)
    return _as_uri(buffer.getvalue())


def _as_uri(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")

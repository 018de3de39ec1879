"""Photos as small inline JPEGs for a page that stands alone, plain or under their evidence."""

import base64
import io
from pathlib import Path

from PIL import Image

from vision.evidence import evidence_png
from vision.photo import open_photo
from vision.verdict import Evidence

SIDE_PX = 300  # of a picture's longer side: twice what the page shows on an ordinary screen


def photo_picture(path: Path) -> str:
    """The photo as a data URI. Raises PhotoError when it can't be read."""
    return picture(path.read_bytes())


def picture(photo: bytes) -> str:
    """The photo in these bytes as a data URI. Raises PhotoError when it can't be read."""
    return _data_uri(_thumbnail(photo))


def evidence_picture(path: Path, evidence: Evidence) -> str:
    """The photo, greyed, under its evidence: red where it looks counterfeit, blue where genuine; a data URI."""
    photo = _thumbnail(path.read_bytes())
    overlay = Image.open(io.BytesIO(evidence_png(evidence, photo.width, photo.height))).convert("RGBA")
    return _data_uri(Image.alpha_composite(photo.convert("L").convert("RGBA"), overlay).convert("RGB"))


def _thumbnail(photo: bytes) -> Image.Image:
    image = Image.fromarray(open_photo(photo, smallest_side_px=SIDE_PX).pixels)
    image.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    return image


def _data_uri(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=78, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")

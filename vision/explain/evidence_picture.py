"""A photo under its evidence map, with the strongest crop outlined: a picture to look at, outside the pages."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from vision.explain.crops import Box, evidence_crops
from vision.explain.outline import OUTLINE_STROKES, product_outline
from vision.explain.overlay import TOWARDS_COUNTERFEIT, TOWARDS_GENUINE, evidence_png
from vision.photo.decode import DEFAULT_LIMITS, PhotoLimits, open_photo
from vision.verdict import Evidence, Outcome

_SIDE_PX: Final = 768
_OUTLINE_PX: Final = 4
_TEXT_PX: Final = 18
_LINE_PX: Final = 22
_MARGIN_PX: Final = 6
_QUALITY: Final = 88


def evidence_picture(
    photo: bytes, evidence: Evidence, outcome: Outcome | None, *, caption: str, limits: PhotoLimits = DEFAULT_LIMITS
) -> bytes:
    """The photo in grey at up to 768 px a side, as JPEG: red towards counterfeit, blue towards genuine.

    The crop that contributed most to `outcome` has an outline of its colour, and the lines of `caption` stand below the
    photo. Raises PhotoError.
    """
    image = open_photo(photo, smallest_side_px=_SIDE_PX, limits=limits).image.copy()
    image.thumbnail((_SIDE_PX, _SIDE_PX), Image.Resampling.LANCZOS)
    picture = under_evidence(image, evidence)
    for crop in evidence_crops(evidence, outcome)[:1]:
        _outline(picture, crop.box, TOWARDS_COUNTERFEIT if crop.contribution < 0 else TOWARDS_GENUINE)
    stream = io.BytesIO()
    _with_caption(picture, caption).save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


def under_evidence(image: Image.Image, evidence: Evidence) -> Image.Image:
    """The RGB image in grey under its evidence, of the same size, with the product's outline where it is known.

    The overlay is smaller, and stretched over it.
    """
    overlay = Image.open(io.BytesIO(evidence_png(evidence, image.width, image.height))).convert("RGBA")
    overlay = overlay.resize(image.size, Image.Resampling.BILINEAR)
    picture = Image.alpha_composite(image.convert("L").convert("RGBA"), overlay).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for line in product_outline(evidence):
        points = [(x * picture.width, y * picture.height) for x, y in (*line, line[0])]
        for colour, width_px in OUTLINE_STROKES:
            draw.line(points, fill=colour, width=width_px, joint="curve")
    return picture


def _outline(picture: Image.Image, box: Box, colour: tuple[int, int, int]) -> None:
    """A coloured line with a white one around it, which shows on any photo."""
    x0, y0, x1, y1 = box
    left, top = round(x0 * picture.width), round(y0 * picture.height)
    right, bottom = max(left, round(x1 * picture.width) - 1), max(top, round(y1 * picture.height) - 1)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((left, top, right, bottom), outline=(255, 255, 255), width=_OUTLINE_PX)
    draw.rectangle((left, top, right, bottom), outline=colour, width=_OUTLINE_PX - 1)


def _with_caption(picture: Image.Image, caption: str) -> Image.Image:
    lines = caption.count("\n") + 1
    whole = Image.new("RGB", (picture.width, picture.height + lines * _LINE_PX + _MARGIN_PX), (255, 255, 255))
    whole.paste(picture, (0, 0))
    draw = ImageDraw.Draw(whole)
    font = ImageFont.load_default(_TEXT_PX)
    for number, line in enumerate(caption.split("\n")):
        draw.text((_MARGIN_PX, picture.height + number * _LINE_PX + 2), line, fill=(20, 20, 20), font=font)
    return whole

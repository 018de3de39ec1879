"""Image changes: pure functions from a photo to a photo, the same at every call.

Each change is what happens to photos on their way to a marketplace, or separates a product from its background.
Every changed copy is sent as a JPEG of quality SENT_QUALITY, as phones and shops send them, so the change `jpeg_95`
shows the effect of saving a photo again by itself.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from training.perturbations.place import ProductPlace
from training.perturbations.product import paint_out, swap_background

SENT_QUALITY: Final = 95
_BRIGHTNESS_STEP: Final = 0.3
_CROPPED: Final = 0.1  # of the width at the left and at the right, of the height at the top and at the bottom
_WATERMARK: Final = "shop-number-one.example"
_WHITE: Final = (255, 255, 255)
_PAPER: Final = (246, 246, 248)  # of an app's page in a screenshot
_INK: Final = (20, 20, 24)

Edges = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An upright RGB photo, its product's place, and, where a change asks for one, another photo's background.

    `backdrop` has the photo's size and no product.
    """

    photo: Image.Image
    place: ProductPlace | None = None
    backdrop: Image.Image | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: its code in metrics.json, its name and what it does in words, and the copy that it makes.

    With `needs_place` only photos whose product is marked are changed; with `needs_backdrop` a backdrop must be given
    as well. A `bounded` change must leave verdicts as they are: a bundle's limits (`[robustness]`) apply to it.
    """

    code: str
    name: str
    does: str
    make: Callable[[Subject], Image.Image]
    quality: int = SENT_QUALITY
    needs_place: bool = False
    needs_backdrop: bool = False
    bounded: bool = False

    def send(self, subject: Subject) -> bytes:
        """The changed copy as it would be uploaded: a JPEG without metadata."""
        stream = io.BytesIO()
        self.make(subject).save(stream, "JPEG", quality=self.quality)
        return stream.getvalue()


def halve(photo: Image.Image) -> Image.Image:
    """The photo at half its width and height."""
    return shrink(photo, 0.5)


def shrink(photo: Image.Image, factor: float) -> Image.Image:
    """The photo at this share of its width and height."""
    size = (max(1, int(factor * photo.width)), max(1, int(factor * photo.height)))
    return photo.resize(size, Image.Resampling.BICUBIC)


def halve_and_restore(photo: Image.Image) -> Image.Image:
    """The photo at its own size, without the detail that half its size can't hold."""
    return halve(photo).resize(photo.size, Image.Resampling.BICUBIC)


def brighten(photo: Image.Image, factor: float) -> Image.Image:
    """Each sRGB value times `factor`, clipped at white."""
    return ImageEnhance.Brightness(photo).enhance(factor)


def crop_outside(photo: Image.Image, edges: Edges = (_CROPPED, _CROPPED, _CROPPED, _CROPPED)) -> Image.Image:
    """The photo without these shares of it at its left, upper, right and lower edge: a tenth each."""
    left, top, right, bottom = edges
    width, height = photo.size
    return photo.crop(
        (round(left * width), round(top * height), width - round(right * width), height - round(bottom * height))
    )


def watermark(
    photo: Image.Image, text: str = _WATERMARK, *, opacity: float = 1.0, tilt_deg: float = 0.0
) -> Image.Image:
    """The photo under a shop's name from corner to corner, half transparent.

    `opacity` is relative to that, `tilt_deg` turns the name out of the diagonal.
    """
    diagonal = math.hypot(photo.width, photo.height)
    unit = ImageFont.load_default(100)
    size = max(8.0, 100 * 0.7 * diagonal / unit.getbbox(text)[2])
    font, edge = ImageFont.load_default(size), max(1, round(size / 24))
    left, top, right, bottom = font.getbbox(text, stroke_width=edge)
    name = Image.new("RGBA", (math.ceil(right - left), math.ceil(bottom - top)))
    fill, stroke = (*_WHITE, round(160 * opacity)), (0, 0, 0, round(130 * opacity))
    ImageDraw.Draw(name).text((-left, -top), text, font=font, fill=fill, stroke_width=edge, stroke_fill=stroke)
    angle = math.degrees(math.atan2(photo.height, photo.width)) + tilt_deg
    name = name.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    layer = Image.new("RGBA", photo.size)
    layer.paste(name, ((photo.width - name.width) // 2, (photo.height - name.height) // 2))
    return Image.alpha_composite(photo.convert("RGBA"), layer).convert("RGB")


def screenshot(photo: Image.Image, *, paper: tuple[int, int, int] = _PAPER, bars: float = 1.0) -> Image.Image:
    """The photo at its own size on an app's page: a phone's status bar above it, margins, and its home bar below.

    `paper` is the page's colour; `bars` stretches what is above and below.
    """
    unit = max(4, round(photo.width / 30))  # the height of the status bar's letters
    margin, above, below = unit, round(3 * bars * unit), round(4 * bars * unit)
    page = Image.new("RGB", (photo.width + 2 * margin, photo.height + above + below), paper)
    page.paste(photo, (margin, above))
    draw = ImageDraw.Draw(page)
    middle = above // 2
    draw.text((2 * margin, middle), "9:41", font=ImageFont.load_default(1.3 * unit), fill=_INK, anchor="lm")
    right = page.width - 2 * margin
    draw.rounded_rectangle((right - 2 * unit, middle - unit // 2, right, middle + unit // 2), unit // 4, fill=_INK)
    for bar in range(4):
        x = right - 5 * unit + bar * unit // 2
        draw.rectangle((x, middle + unit // 2 - (bar + 1) * unit // 4, x + unit // 3, middle + unit // 2), fill=_INK)
    home = page.height - unit
    draw.rounded_rectangle((page.width // 3, home, 2 * page.width // 3, home + unit // 3), unit // 6, fill=_INK)
    return page


def _jpeg(quality: int) -> Change:
    return Change(
        code=f"jpeg_{quality}",
        name=f"JPEG quality {quality}",
        does=f"saved again as JPEG of quality {quality}",
        make=lambda subject: subject.photo,
        quality=quality,
        bounded=quality == 50,
    )


def _of_photo(code: str, name: str, does: str, make: Callable[[Image.Image], Image.Image]) -> Change:
    return Change(code=code, name=name, does=does, make=lambda subject: make(subject.photo), bounded=True)


def _painted_out(subject: Subject) -> Image.Image:
    if subject.place is None:
        raise ValueError("a product is painted out by its box, and this photo has none")
    return paint_out(subject.photo, subject.place.box)


def _with_other_background(subject: Subject) -> Image.Image:
    if subject.place is None or subject.backdrop is None:
        raise ValueError("a background is swapped around the product, for a backdrop; one of them is missing")
    return swap_background(subject.photo, subject.place, subject.backdrop)


JPEG_50: Final = _jpeg(50)
HALF_SIZE: Final = _of_photo("half_size", "half size", "sent at half its width and height", halve)
PAINTED_OUT: Final = Change(
    code="painted_out",
    name="product painted out",
    does="the product's box filled with what surrounds it",
    make=_painted_out,
    needs_place=True,
)
OTHER_BACKGROUND: Final = Change(
    code="other_background",
    name="background swapped",
    does="the product kept, by its mask or box; around it the background of a photo with the other label",
    make=_with_other_background,
    needs_place=True,
    needs_backdrop=True,
    bounded=True,
)
CHANGES: Final[tuple[Change, ...]] = (
    _jpeg(95),
    _jpeg(75),
    JPEG_50,
    _jpeg(30),
    HALF_SIZE,
    Change(
        code="half_and_back",
        name="half size and back",
        does="resized to half its width and height, and back",
        make=lambda subject: halve_and_restore(subject.photo),
    ),
    _of_photo("darker", "brightness −30 %", "every value times 0.7", lambda p: brighten(p, 1 - _BRIGHTNESS_STEP)),
    _of_photo("brighter", "brightness +30 %", "every value times 1.3", lambda p: brighten(p, 1 + _BRIGHTNESS_STEP)),
    _of_photo("crop", "crop", "the outer 10 % cut away at each edge", crop_outside),
    _of_photo("watermark", "watermark", "a shop's name across it, half transparent", watermark),
    _of_photo("screenshot", "screenshot", "a phone's status bar, margins and home bar around it", screenshot),
    PAINTED_OUT,
    OTHER_BACKGROUND,
)

"""What is printed or punched on the dryer: word mark, rating label, grille holes, screw heads."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.Image import Resampling, Transform

from training.render.geometry.material import Texture, linear
from training.render.product.item import BRAND, Item

MARK_SIZE_PX = (1024, 224)
_PLATE_SIZE_PX = (512, 640)
_LETTER_PX = 250
_DARK = (12, 12, 14)


def draw_word_mark(item: Item) -> Texture:
    """Give the word mark's weight [224, 1024]: 1 on a letter."""
    width, height = MARK_SIZE_PX
    picture = Image.new("L", (width * 2, height * 2), 0)
    pen = ImageDraw.Draw(picture)
    font = _font(_LETTER_PX)
    spacing = item.mark_spacing * _LETTER_PX
    length = sum(pen.textlength(letter, font=font) for letter in BRAND) + spacing * (len(BRAND) - 1)
    left = width - length / 2 + item.mark_offset[0] * _LETTER_PX
    x, y = left, height - 165 + item.mark_offset[1] * _LETTER_PX
    wobble = item.mark_wobble or ((0.0, 0.0),) * len(BRAND)
    for letter, (dx, dy) in zip(BRAND, wobble, strict=True):
        place = (x + dx * _LETTER_PX, y + dy * _LETTER_PX)
        pen.text(place, letter, font=font, fill=255, stroke_width=item.mark_stroke_px, stroke_fill=255)
        x += pen.textlength(letter, font=font) + spacing
    if item.mark_has_bar:  # the brand's fine underline, broken under the last two letters
        pen.rectangle((left, height + 152, left + length * 0.72, height + 164), fill=255)
        pen.rectangle((left + length * 0.76, height + 152, left + length, height + 164), fill=255)
    if item.mark_width != 1:
        squeeze = (1 / item.mark_width, 0, width * (1 - 1 / item.mark_width), 0, 1, 0)
        picture = picture.transform(picture.size, Transform.AFFINE, squeeze, Resampling.BICUBIC)
    picture = picture.rotate(item.mark_tilt_deg, Resampling.BICUBIC)
    return _unit(picture.resize(MARK_SIZE_PX, Resampling.LANCZOS))


def draw_rating_label(item: Item) -> tuple[Texture, Texture]:
    """Give the rating label's linear colour [640, 512, 3] and its outline as a weight [640, 512]."""
    width, height = _PLATE_SIZE_PX
    picture = Image.new("RGB", _PLATE_SIZE_PX, (168, 170, 174))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((10, 10, width - 10, height - 10), 34, outline=(40, 40, 44), width=5)
    y = 40
    for text, size in ((BRAND, 78), (item.plate_model, 60), (item.plate_voltage, 56), ("2100 W 50 Hz", 56)):
        pen.text((44, y), text, font=_font(size), fill=_DARK, stroke_width=2, stroke_fill=_DARK)
        y += int(size * 1.28)
    pen.rectangle((44, y + 8, width - 44, y + 12), fill=(40, 40, 44))
    y += 26
    _draw_bar_code(pen, item.serial, top=y, right=width - 60)
    pen.text((44, y + 116), f"SN {item.serial:09d}", font=_font(52), fill=_DARK, stroke_width=1)
    pen.rounded_rectangle((width - 150, 34, width - 44, 130), 10, outline=(24, 24, 28), width=7)
    pen.text((width - 134, 52), "II", font=_font(56), fill=(24, 24, 28))
    outline = Image.new("L", _PLATE_SIZE_PX, 0)
    ImageDraw.Draw(outline).rounded_rectangle((4, 4, width - 4, height - 4), 40, fill=255)
    return linear(_unit(picture)), _unit(outline)


def draw_grille(item: Item, size_px: int = 512) -> Texture:
    """Give the grille's opacity [size_px, size_px]: 0 in a hole."""
    picture = Image.new("L", (size_px * 2, size_px * 2), 255)
    pen = ImageDraw.Draw(picture)
    centre = radius = float(size_px)
    hole = radius * item.grille_hole
    for ring, count in enumerate(item.grille_ring_holes):
        from_centre = radius * ring * item.grille_pitch
        for index in range(count):
            angle = 2 * math.pi * index / count
            x, y = centre + from_centre * math.cos(angle), centre + from_centre * math.sin(angle)
            pen.ellipse((x - hole, y - hole, x + hole, y + hole), fill=0)
    return _unit(picture.resize((size_px, size_px), Resampling.LANCZOS))


def draw_screw_head(angle_rad: float, size_px: int = 96) -> tuple[Texture, Texture]:
    """Give a cross-head screw's linear colour [S, S, 3] and its round outline as a weight [S, S]."""
    picture = Image.new("RGB", (size_px * 2, size_px * 2), (150, 152, 156))
    pen = ImageDraw.Draw(picture)
    c = size_px
    pen.ellipse((4, 4, 2 * c - 4, 2 * c - 4), fill=(172, 174, 178), outline=(70, 70, 74), width=8)
    for angle in (angle_rad, angle_rad + math.pi / 2):
        dx, dy, long, wide = math.cos(angle), math.sin(angle), c * 0.62, c * 0.13
        corners = [(a * long, b * wide) for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
        pen.polygon([(c + dx * p - dy * q, c + dy * p + dx * q) for p, q in corners], fill=(14, 14, 16))
    y, x = np.mgrid[:size_px, :size_px] - (size_px - 1) / 2
    outline = (x**2 + y**2 < (size_px / 2 - 1.5) ** 2).astype(np.float32)
    return linear(_unit(picture.resize((size_px, size_px), Resampling.LANCZOS))), outline


def _draw_bar_code(pen: ImageDraw.ImageDraw, serial: int, *, top: int, right: int) -> None:
    rng = np.random.default_rng(serial)
    x = 46
    while x < right:
        bar = int(rng.integers(3, 11))
        pen.rectangle((x, top, x + bar, top + 110), fill=(15, 15, 18))
        x += bar + int(rng.integers(4, 11))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)  # Aileron, which lies inside Pillow: no font of the machine is used


def _unit(picture: Image.Image) -> Texture:
    return np.asarray(picture, np.float32) / np.float32(255)

"""One picture of a rendered data set: some listings of each maker, and as many genuine ones."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.Image import Resampling

Row = Mapping[str, str]

_THUMBNAIL_PX = 160
_CAPTION_PX = 16
_PHOTOS_SHOWN = 3
_COLUMNS = 3
_OUTLINE = (230, 0, 0)


def write_contact_sheet(manifest: Path, picture: Path, *, listings_a_maker: int = 3) -> None:
    """Write the sheet as JPEG or PNG; cues of counterfeit photos are outlined in red."""
    with manifest.open(encoding="utf-8", newline="") as file:
        listings = choose_listings(list(csv.DictReader(file)), listings_a_maker)
    lines = -(-len(listings) // _COLUMNS)
    cell = (_THUMBNAIL_PX * _PHOTOS_SHOWN + 12, _THUMBNAIL_PX + _CAPTION_PX)
    sheet = Image.new("RGB", (cell[0] * _COLUMNS, cell[1] * max(lines, 1)), "white")
    for index, rows in enumerate(listings):
        strip = _draw_listing(rows, manifest.parent)
        sheet.paste(strip, (index % _COLUMNS * cell[0], index // _COLUMNS * cell[1]))
    picture.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(picture, quality=82)


def choose_listings(rows: Sequence[Row], listings_a_maker: int) -> list[list[Row]]:
    """Give the first listings of each maker, each followed by a genuine one while there are any."""
    listings: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        listings[row["listing"]].append(row)
    by_maker: dict[str, list[list[Row]]] = defaultdict(list)
    for photos in listings.values():
        by_maker[photos[0]["maker"]].append(photos)
    genuine = iter(by_maker.pop("", []))
    chosen: list[list[Row]] = []
    for maker in sorted(by_maker):
        for photos in by_maker[maker][:listings_a_maker]:
            chosen.append(photos)
            chosen.extend([pair for pair in [next(genuine, None)] if pair is not None])
    return chosen or list(genuine)[:listings_a_maker]


def outline_cues(photo: Image.Image, mask: NDArray[np.uint8]) -> Image.Image:
    """Give the photo with a line around every region of the mask [H, W]."""
    edge = np.zeros(mask.shape, np.bool_)
    edge[:-1] |= mask[:-1] != mask[1:]
    edge[:, :-1] |= mask[:, :-1] != mask[:, 1:]
    pixels = np.array(photo)
    pixels[edge] = _OUTLINE
    return Image.fromarray(pixels)


def _draw_listing(rows: Sequence[Row], folder: Path) -> Image.Image:
    strip = Image.new("RGB", (_THUMBNAIL_PX * _PHOTOS_SHOWN, _THUMBNAIL_PX + _CAPTION_PX), "white")
    for place, row in enumerate(rows[:_PHOTOS_SHOWN]):
        with Image.open(folder / row["photo"]) as file:
            photo = file.convert("RGB")
        if row["mask"]:
            with Image.open(folder / row["mask"]) as file:
                photo = outline_cues(photo, np.asarray(file))
        strip.paste(photo.resize((_THUMBNAIL_PX, _THUMBNAIL_PX), Resampling.LANCZOS), (place * _THUMBNAIL_PX, 0))
    maker = rows[0]["maker"]
    caption = f"{rows[0]['listing']} {'counterfeit by ' + maker if maker else 'genuine'} ({rows[0]['split']})"
    color = (170, 0, 0) if maker else (0, 100, 0)
    ImageDraw.Draw(strip).text((3, _THUMBNAIL_PX + 1), caption, font=ImageFont.load_default(11), fill=color)
    return strip

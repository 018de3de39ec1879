"""Measure how many bits of a photo's hashes each change moves: `python -m benchmarks.serving.rings.noise MANIFEST`.

The simulation of rings draws its noise from this table (`noise.json`), so that 50,000 listings need no photos.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from vision.copies.orientations import bits_apart, hash_surroundings, hash_trimmed, hash_turned, working_copy
from vision.photo.decode import open_photo

PHOTOS = 150
FILE = Path(__file__).parent / "noise.json"
Change = Callable[[Image.Image, random.Random], Image.Image]


def _saved(image: Image.Image, quality: int) -> bytes:
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def _recoloured(image: Image.Image, rng: random.Random) -> Image.Image:
    hsv = np.asarray(image.convert("HSV")).copy()
    hsv[..., 0] = (hsv[..., 0].astype(int) + rng.randint(-15, 15)) % 256
    turned = Image.fromarray(hsv, "HSV").convert("RGB")
    return ImageEnhance.Brightness(turned).enhance(rng.uniform(0.85, 1.2))


def _trimmed(image: Image.Image, rng: random.Random, smallest: float, largest: float) -> Image.Image:
    kept = rng.uniform(smallest, largest)
    width, height = round(image.width * kept), round(image.height * kept)
    x, y = rng.randint(0, image.width - width), rng.randint(0, image.height - height)
    return image.crop((x, y, x + width, y + height))


CHANGES: dict[str, Change] = {
    "recompressed": lambda image, _: image,
    "smaller": lambda image, _: image.resize((image.width // 2, image.height // 2)),
    "recoloured": _recoloured,
    "mirrored": lambda image, rng: _recoloured(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), rng),
    "turned": lambda image, rng: image.transpose(
        rng.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270))
    ),
    "trimmed": lambda image, rng: _trimmed(image, rng, 0.9, 0.98),
    "trimmed and mirrored": lambda image, rng: _trimmed(image, rng, 0.9, 0.98).transpose(
        Image.Transpose.FLIP_LEFT_RIGHT
    ),
    "trimmed much": lambda image, rng: _trimmed(image, rng, 0.7, 0.85),
}


def main() -> None:
    """Measure, print and write the table."""
    manifest = Path(sys.argv[1])
    with manifest.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    rng = random.Random(5)
    rows = rng.sample(rows, PHOTOS)
    copies = [(manifest.parent / row["photo"]).read_bytes() for row in rows]
    photos = [Image.open(io.BytesIO(data)).convert("RGB") for data in copies]
    masks = [Image.open(manifest.parent / row["product_mask"]).convert("L") for row in rows]
    table: dict[str, list[int]] = {name: [] for name in CHANGES}
    for photo, data in zip(photos, copies, strict=True):
        working = working_copy(open_photo(data))
        turned = hash_turned(working)
        if turned is None:
            continue
        lookups = np.concatenate([turned, hash_trimmed(working)])
        for name, change in CHANGES.items():
            changed = hash_turned(working_copy(open_photo(_saved(change(photo, rng), rng.randint(40, 85)))))
            if changed is not None:
                table[name].append(int(bits_apart(lookups, changed[0]).min()))
    table["background, another product"] = _backgrounds(photos, masks, rng)
    for name, apart in table.items():
        shares = {limit: round(float(np.mean(np.array(apart) <= limit)), 3) for limit in (28, 31, 36)}
        print(f"{name}: {len(apart)} photos, median {np.median(apart):.0f}, share within {shares}")
    FILE.write_text(json.dumps(table) + "\n", encoding="utf-8")


def _backgrounds(photos: list[Image.Image], masks: list[Image.Image], rng: random.Random) -> list[int]:
    """Give how far each usable part of a background is from itself, with another product before it."""
    apart: list[int] = []
    for photo, mask in zip(photos, masks, strict=True):
        other = rng.randrange(len(photos))
        placed = photo.copy()
        other_mask = masks[other].resize(photo.size)
        placed.paste(photos[other].resize(photo.size), (0, 0), other_mask)
        both = np.maximum(_share(mask), _share(other_mask))
        before = hash_surroundings(working_copy(open_photo(_saved(photo, 95))), both)
        after = hash_surroundings(working_copy(open_photo(_saved(placed, rng.randint(40, 85)))), both)
        if len(after):
            apart += [int(bits_apart(after[:, 0], part[0]).min()) for part in before]
    return apart


def _share(mask: Image.Image) -> NDArray[np.float32]:
    """Give how much of each of 28 × 28 places shows the product, as an evidence map has it."""
    return np.asarray(mask.resize((28, 28), Image.Resampling.BOX), np.float32) / np.float32(255)


if __name__ == "__main__":
    main()

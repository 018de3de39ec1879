"""The photos of the simulated listings: rendered hair dryers, with the cheap changes that sellers make to photos."""

from __future__ import annotations

import csv
import dataclasses
import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from PIL import Image

SAMPLE: Final = Path(__file__).parents[2] / "training" / "samples" / "hair_dryers"
SPLIT: Final = "test"  # the demo's detector was fitted on the others and would know their photos by heart
QUALITY: Final = (80, 95)  # of the JPEG that a marketplace makes of an upload
CROP: Final = 0.06  # of a side, at most
TURNS: Final = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
Label = Literal["genuine", "counterfeit"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One rendered item with its photos as JPEG: what a seller photographed, and what it is in truth."""

    name: str
    label: Label
    photos: tuple[bytes, ...]


def read_items(sample: Path = SAMPLE) -> list[Item]:
    """Give the items of the sample's test split, in the order of the manifest."""
    labels: dict[str, Label] = {}
    photos: dict[str, list[bytes]] = {}
    with (sample / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["split"] == SPLIT:
                labels[row["listing"]] = "genuine" if row["label"] == "genuine" else "counterfeit"
                photos.setdefault(row["listing"], []).append((sample / row["photo"]).read_bytes())
    return [Item(name=name, label=label, photos=tuple(photos[name])) for name, label in labels.items()]


def recompress(photo: bytes, rng: random.Random) -> bytes:
    """Give the photo as another upload of it is: saved again."""
    return _save(_open(photo), rng)


def disguise(photo: bytes, rng: random.Random) -> bytes:
    """Give the photo as one who hides that it was used before uploads it: cropped, and sometimes turned or mirrored."""
    picture = _open(photo)
    width, height = picture.size
    left, top, right, bottom = (rng.uniform(0, CROP) for _ in range(4))
    box = (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
    picture = picture.crop(box)
    if rng.random() < 0.5:
        picture = picture.transpose(rng.choice([*TURNS, Image.Transpose.FLIP_LEFT_RIGHT]))
    return _save(picture, rng)


def choose_photos(item: Item, count: int, rng: random.Random) -> Sequence[bytes]:
    """Give up to `count` photos of an item, in their order; the first one shows it whole."""
    others = range(1, len(item.photos))
    chosen = sorted(rng.sample(others, min(count - 1, len(others))))
    return [item.photos[index] for index in (0, *chosen)]


def _open(photo: bytes) -> Image.Image:
    return Image.open(io.BytesIO(photo)).convert("RGB")


def _save(picture: Image.Image, rng: random.Random) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=rng.randint(*QUALITY))
    return target.getvalue()

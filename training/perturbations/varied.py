"""A changed copy of random kind and strength, for training: robustness is measured on the fixed changes of photo.py.

The strengths surround those that are measured, and no word of a watermark is that of the measurement, so a network
that learns from these copies has not seen the copies that it is measured on.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image

from training.perturbations.photo import SENT_QUALITY, Subject, brighten, crop_outside, screenshot, shrink, watermark
from training.perturbations.product import swap_background

_LETTERS: Final = tuple("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-")
_QUALITY_MIN: Final = 30
_SMALLEST: Final = 0.4  # of the photo's width and height
_MAX_CROPPED: Final = 0.15  # of the photo, at each edge by itself

Variation = Callable[[Image.Image, np.random.Generator], Image.Image]


def vary(subject: Subject, rng: np.random.Generator) -> bytes:
    """A JPEG of the subject under one kind of change: background (where it has a place and a backdrop) and so on."""
    swappable = subject.place is not None and subject.backdrop is not None
    kind = int(rng.integers(len(_VARIATIONS) + 1 + swappable))
    quality = SENT_QUALITY
    photo = subject.photo
    if kind < len(_VARIATIONS):
        photo = _VARIATIONS[kind](photo, rng)
    elif kind == len(_VARIATIONS):
        quality = int(rng.integers(_QUALITY_MIN, SENT_QUALITY))
    elif subject.place is not None and subject.backdrop is not None:
        photo = swap_background(photo, subject.place, subject.backdrop)
    stream = io.BytesIO()
    photo.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def _relit(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    return brighten(photo, float(np.exp(rng.uniform(np.log(0.6), np.log(1.5)))))


def _shrunk(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    return shrink(photo, rng.uniform(_SMALLEST, 1))


def _cropped(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    left, top, right, bottom = rng.uniform(0, _MAX_CROPPED, 4)
    return crop_outside(photo, (left, top, right, bottom))


def _watermarked(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    name = "".join(rng.choice(_LETTERS, int(rng.integers(8, 28)))).strip() or "shop"
    return watermark(photo, name, opacity=rng.uniform(0.5, 1.3), tilt_deg=rng.uniform(-40, 40))


def _screenshot(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    grey = int(rng.integers(0, 30)) if rng.random() < 0.3 else int(rng.integers(225, 256))  # dark mode, or paper
    return screenshot(photo, paper=(grey, grey, grey), bars=rng.uniform(0.5, 1.5))


_VARIATIONS: Final[tuple[Variation, ...]] = (_relit, _shrunk, _cropped, _watermarked, _screenshot)

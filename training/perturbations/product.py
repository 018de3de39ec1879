"""A photo without its product, and a product before another background: tests for a network's use of the background.

The product is painted out with a smooth continuation of what surrounds its box, by averages over ever larger squares
("push-pull", Gortler et al., The Lumigraph, 1996). One flat colour would put a rectangle with hard edges into the
photo, a new feature that the network may react to; a blurred product would still show its colour and outline.
It can't hide the size of the box, and shadows or reflections outside of it.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from training.data.photo_row import Box
from training.perturbations.place import ProductPlace

BOX_MARGIN: Final = 0.02  # of the photo, around the box: the product's edge and contact shadow
_EDGE_BLUR: Final = 0.002  # of the photo's longer side: an edge as soft as a camera's
_FILL_SIDE_PX: Final = 256  # a smooth fill needs no more
_GREY: Final = 127.0  # where the box leaves no surroundings

Floats = NDArray[np.float32]


def paint_out(photo: Image.Image, box: Box) -> Image.Image:
    """The RGB photo with its box, and a margin of 2 %, filled from its surroundings; grey where there are none."""
    small = photo.copy()
    small.thumbnail((_FILL_SIDE_PX, _FILL_SIDE_PX), Image.Resampling.BOX)
    known = _outside(small.height, small.width, box).astype(np.float32)
    fill = _carry_on(np.asarray(small, np.float32), known)
    smooth = Image.fromarray(fill.clip(0, 255).astype(np.uint8)).resize(photo.size, Image.Resampling.BILINEAR)
    hole = Image.fromarray(np.where(_outside(photo.height, photo.width, box), 0, 255).astype(np.uint8))
    return Image.composite(smooth, photo, hole)


def swap_background(photo: Image.Image, place: ProductPlace, backdrop: Image.Image) -> Image.Image:
    """`backdrop`, of the photo's size, with the photo's product before it.

    By the exact mask, whose edge fades over a pixel or two; without one every pixel of the box, whose edge fades over
    the 2 % around it.
    """
    keep = _box_weight(photo.size, place.box) if place.mask is None else _mask_weight(place.mask)
    return Image.composite(photo, backdrop, keep)


def _mask_weight(mask: NDArray[np.bool_]) -> Image.Image:
    """The mask less a pixel at its edge, where the old background shines through, and softened."""
    inner = Image.fromarray((255 * mask).astype(np.uint8)).filter(ImageFilter.MinFilter(3))
    return inner.filter(ImageFilter.GaussianBlur(_EDGE_BLUR * max(mask.shape)))


def _box_weight(size: tuple[int, int], box: Box) -> Image.Image:
    """255 in the box, falling to 0 over the margin around it."""
    width, height = size
    x0, y0, x1, y1 = box
    across = _fading(width, x0, x1)
    down = _fading(height, y0, y1)
    mask = np.minimum(down[:, None], across[None, :])  # [H, W]
    return Image.fromarray((255 * mask).round().astype(np.uint8))


def leaves_background(box: Box) -> bool:
    """Whether a tenth of the photo or more lies outside the box, so that a background can be lent to another photo."""
    x0, y0, x1, y1 = box
    return (x1 - x0) * (y1 - y0) <= 0.9


def _outside(height: int, width: int, box: Box) -> NDArray[np.bool_]:
    """Where the photo shows surroundings: bool [H, W], False in the box and its margin."""
    x0, y0, x1, y1 = box
    outside = np.ones((height, width), np.bool_)
    rows = slice(max(0, math.floor((y0 - BOX_MARGIN) * height)), math.ceil((y1 + BOX_MARGIN) * height))
    columns = slice(max(0, math.floor((x0 - BOX_MARGIN) * width)), math.ceil((x1 + BOX_MARGIN) * width))
    outside[rows, columns] = False
    return outside


def _carry_on(pixels: Floats, known: Floats) -> Floats:
    """`pixels` [H, W, 3] where `known` [H, W] is 1, and where it is 0 a mean of what is known nearest to it."""
    if known.min() > 0:
        return pixels
    height, width = known.shape
    if height == width == 1:
        return np.full_like(pixels, _GREY)
    weight = _sum_of_squares(known[..., None])  # [H/2, W/2, 1]
    total = _sum_of_squares(pixels * known[..., None])  # [H/2, W/2, 3]
    mean = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
    coarse = _carry_on(mean, np.minimum(weight[..., 0], 1))
    channels = [Image.fromarray(coarse[..., c]).resize((width, height), Image.Resampling.BILINEAR) for c in range(3)]
    enlarged = np.stack([np.asarray(channel) for channel in channels], axis=-1)
    return np.asarray(known[..., None] * pixels + (1 - known[..., None]) * enlarged, np.float32)


def _sum_of_squares(values: Floats) -> Floats:
    """Sums over squares of 2 × 2 of `values` [H, W, C]: [⌈H/2⌉, ⌈W/2⌉, C]."""
    height, width = values.shape[:2]
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)))
    return np.asarray(even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2])


def _fading(length: int, low: float, high: float) -> NDArray[np.float64]:
    """1 on the pixels that low..high, of 0..1, touches, and falling to 0 over the margin on both sides: [length]."""
    first, last = math.floor(low * length), math.ceil(high * length) - 1
    place = np.arange(length)
    distance = np.maximum(np.maximum(first - place, place - last), 0)
    return np.asarray((1 - distance / max(1.0, BOX_MARGIN * length)).clip(0, 1))

"""Where in a photo a cue shows: regions in product space, evaluated at the points that the camera sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.render.geometry.surface import Floats
from training.render.product.cues import Cue
from training.render.product.item import Item
from training.render.product.shape import (
    HANDLE_LENGTH,
    MARK_CENTRE_X,
    PLATE_PLACE,
    SCREW_PLACES,
    SWITCH_PLACE,
    handle_centre_x,
    place_on_handle,
    side_patch,
)

Region = NDArray[np.bool_]

# The share of the photo that a cue's region must fill for the photo to show it. A misprint is letters, so it takes a
# close-up; gloss shows as light on the housing, so a sliver is not enough.
_MIN_SHARE = {
    Cue.BODY_GLOSS: 0.03,
    Cue.RATING_LABEL_MISSING: 0.003,
    Cue.RATING_LABEL_TILT: 0.003,
    Cue.RATING_LABEL_MISPRINT: 0.03,
    Cue.WORD_MARK_SPACING: 0.006,
    Cue.WORD_MARK_FONT: 0.006,
    Cue.WORD_MARK_TILT: 0.006,
    Cue.GRILLE_HOLES: 0.008,
    Cue.GRILLE_PITCH: 0.008,
    Cue.SEAM: 0.004,
}
_DEFAULT_MIN_SHARE = 0.0012


def shown_cues(
    cues: Sequence[Cue], points: Floats, seen: Region, genuine: Item, item: Item
) -> list[tuple[Cue, Region]]:
    """Give the cues that a photo shows with their regions [H, W], the largest first.

    `points` [H, W, 3] is what each pixel sees, in product space; `seen` [H, W] is true on the product.
    """
    found = [(cue, cue_region(cue, points, seen, genuine, item)) for cue in cues]
    large = [(cue, region) for cue, region in found if region.mean() >= _MIN_SHARE.get(cue, _DEFAULT_MIN_SHARE)]
    return sorted(large, key=lambda pair: (-int(pair[1].sum()), pair[0]))


def paint_mask(regions: Sequence[Region], size_px: int) -> NDArray[np.uint8]:
    """Give the mask [size, size]: k where the k-th region lies, 0 elsewhere; a later, smaller region covers."""
    mask = np.zeros((size_px, size_px), np.uint8)
    for value, region in enumerate(regions, start=1):
        mask[region] = value
    return mask


def cue_region(cue: Cue, points: Floats, seen: Region, genuine: Item, item: Item) -> Region:
    """Give where a cue of `item` lies among the points, whether or not it is large enough to count."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    radius = np.hypot(y, z)
    marked_side = seen & (y < 0)
    place = place_on_handle(z)
    from_centre = x - handle_centre_x(place)
    handle = (place > 0.12) & (place < 1.0) & (np.abs(y) < 2.2) & (np.abs(from_centre) < 2.3) & (z < -4.0)
    near_mark = marked_side & (radius < 4.4)
    match cue:
        case Cue.WORD_MARK_SPACING | Cue.WORD_MARK_FONT | Cue.WORD_MARK_TILT:
            return near_mark & (np.abs(x - MARK_CENTRE_X) < 4.0) & (np.abs(z - 0.6) < 1.05)
        case Cue.SCREW_MISSING:
            return marked_side & _missing_screws(points, item)
        case Cue.GRILLE_HOLES | Cue.GRILLE_PITCH:
            return seen & (x < -6.9) & (radius < 3.5)
        case Cue.NOZZLE_SLOT | Cue.NOZZLE_LENGTH:
            return seen & (x > 7.42 + item.ring_width) & (radius < 5)
        case Cue.RING_WIDTH:
            return seen & (x > 7.25) & (x < 7.45 + max(item.ring_width, genuine.ring_width)) & (radius < 3.6)
        case Cue.TRIM_TINT:
            front_ring = (x > 7.3) & (x < 7.4 + item.ring_width) & (radius < 3.6)
            rear_ring = (x < -7.1) & (radius > 3.3) & (radius < 3.9)
            # narrower than the word-mark cues' region, so that tint stays visible where both are true
            letters = near_mark & (np.abs(x - MARK_CENTRE_X) < 3.6) & (np.abs(z - 0.6) < 0.75)
            return (seen & (front_ring | rear_ring)) | letters
        case Cue.BODY_GLOSS:
            housing = (x > -7.1) & (x < 7.4) & (radius > 3.0) & (radius < 4.4)
            return seen & (housing | handle)
        case Cue.SEAM:
            return seen & (np.abs(x) < 7.4) & (radius < 4.5) & (np.abs(y) < 0.35) & (np.abs(z) > 2.4)
        case Cue.RATING_LABEL_MISSING | Cue.RATING_LABEL_TILT | Cue.RATING_LABEL_MISPRINT:
            near_plate = np.abs(place - PLATE_PLACE) * HANDLE_LENGTH < 1.35
            return marked_side & handle & near_plate & (np.abs(from_centre) < 1.15)
        case Cue.SWITCH_GAP:
            lowest = SWITCH_PLACE + 2.9 * max(item.switch_gap, genuine.switch_gap) / 11.7
            return seen & (from_centre > 0.9) & (place > 0.14) & (place < lowest) & (np.abs(y) < 0.9)


def _missing_screws(points: Floats, item: Item) -> Region:
    region = np.zeros(points.shape[:-1], np.bool_)
    for place, present in zip(SCREW_PLACES, item.screw_present, strict=True):
        if not present:
            region |= np.linalg.norm(points - side_patch(place, 0.0, 0.0, 0.0), axis=-1) < 0.55
    return region

"""Estimates where the product is in photos of which nothing is known: what recurs in them, and not at their edges.

Deep descriptor transforming (Wei et al. 2019, arXiv 1707.06397): over all places of many photos of like products, the
first principal component of a pretrained network's descriptors separates what recurs, the product, from surroundings
that differ. It takes neither labels nor boxes, and nothing that training doesn't compute anyway. docs/experiments.md
compares it with other ways.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from training.data.cells import box_in_cells
from training.data.photo_row import PhotoRow
from training.foreground.config import ForegroundSource
from training.foreground.targets import Saliency
from training.model.network import Network
from vision.inputs import InputGeometry, open_for_input, to_input
from vision.photo.decode import Photo

MAX_PHOTOS: Final = 150
_MIN_NORM: Final = 1e-6  # of a descriptor: a flat place may have none of a map's features
_HISTOGRAM_BINS: Final = 200
_MIN_CONTRAST: Final = 1e-6

Floats = NDArray[np.float32]


@dataclass(slots=True, kw_only=True)
class RecurringProduct:
    """A teacher for the photos of one data set: a place's descriptor is projected on `direction` [C] from `mean` [C].

    Below `low` a place is surroundings, above `high` product. `known` holds the descriptors' projections of the photos
    that it was fitted on, by their sha256.
    """

    network: Network
    geometry: InputGeometry
    mean: Floats
    direction: Floats
    low: float
    high: float
    known: dict[str, Floats] = field(default_factory=dict)

    def saliency(self, photo: Photo) -> Saliency:
        """See Teacher: on the grid of the network's last map."""
        frame = _frame_of(photo, self.geometry)
        projected = self.known[photo.sha256] if photo.sha256 in self.known else self._project(photo)
        values = np.clip((projected - self.low) / (self.high - self.low), 0, 1)
        return Saliency(values=np.asarray(values * _shown(frame, values.shape), np.float32), frame=frame)

    def _project(self, photo: Photo) -> Floats:
        return np.asarray((_descriptors(self.network, photo, self.geometry) - self.mean) @ self.direction)


def teacher_for(
    network: Network,
    rows: Sequence[PhotoRow],
    geometry: InputGeometry,
    source: ForegroundSource,
    *,
    seed: int,
    advance: Callable[[int], None] = lambda _: None,
) -> RecurringProduct | None:
    """The teacher that these rows take under `source`, fitted on their photos; None where none of them takes one."""
    unknown = [row for row in rows if row.product_mask is None and row.box is None]
    if source == "saliency" or (source == "auto" and unknown):
        return fit_recurring_product(network, [row.photo for row in rows], geometry, seed=seed, advance=advance)
    return None


def fit_recurring_product(
    network: Network,
    photos: Sequence[Path],
    geometry: InputGeometry,
    *,
    seed: int,
    advance: Callable[[int], None] = lambda _: None,
) -> RecurringProduct:
    """Fit a teacher on at most 150 of the photos, drawn by the seed; `advance` is called after each.

    Raises PhotoError for a photo that can't be read.
    """
    drawn = np.random.default_rng(seed).choice(len(photos), min(MAX_PHOTOS, len(photos)), replace=False)
    digests, frames, descriptors = [], [], []
    for index in sorted(drawn):
        photo = open_for_input(photos[index].read_bytes(), geometry)
        digests.append(photo.sha256)
        frames.append(_frame_of(photo, geometry))
        descriptors.append(_descriptors(network, photo, geometry))
        advance(1)
    places = np.stack(descriptors)  # [N, H, W, C]
    grid = (places.shape[1], places.shape[2])
    shown = np.stack([_shown(frame, grid) for frame in frames]) > 0.5  # [N, H, W]: letterbox bars recur, too
    component = PCA(1, svd_solver="randomized", random_state=seed).fit(places[shown])
    mean, direction = component.mean_.astype(np.float32), component.components_[0].astype(np.float32)
    projected = (places - mean) @ direction  # [N, H, W]
    if _lies_at_edges(projected, shown):
        direction, projected = -direction, -projected
    low, high = _two_levels(projected[shown])
    return RecurringProduct(
        network=network,
        geometry=geometry,
        mean=mean,
        direction=direction,
        low=low,
        high=high,
        known=dict(zip(digests, projected, strict=True)),
    )


def _descriptors(network: Network, photo: Photo, geometry: InputGeometry) -> Floats:
    """float32 [H, W, C] on the last grid: the coarsest tap and the last map, each of unit length at each place."""
    with torch.inference_mode():
        maps = network.maps(torch.from_numpy(to_input(photo, geometry).pixels))
        grid = maps[-1].shape[-1]
        own = [torch.nn.functional.adaptive_avg_pool2d(values, grid) for values in maps[-2:]]
        unit = [values / (values.norm(dim=1, keepdim=True) + _MIN_NORM) for values in own]
        return np.asarray(torch.cat(unit, 1)[0].permute(1, 2, 0).numpy())


def _frame_of(photo: Photo, geometry: InputGeometry) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = to_input(photo, geometry).boxes[0].tolist()
    return x0, y0, x1, y1


def _shown(frame: tuple[float, float, float, float], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The share of each place [H, W] of the input that shows the photo."""
    return box_in_cells((0.0, 0.0, 1.0, 1.0), (shape[0], shape[1]), frame)


def _lies_at_edges(projected: Floats, shown: NDArray[np.bool_]) -> bool:
    """Whether the positive direction is that of the input's edges, where surroundings are, and not of its middle."""
    height, width = projected.shape[1:]
    down, across = np.abs(np.linspace(-1, 1, height)), np.abs(np.linspace(-1, 1, width))
    distance = np.broadcast_to(np.maximum(down[:, None], across[None]), projected.shape)[shown]
    away = distance - distance.mean()  # all 0 on a grid of 2 x 2, which has no middle
    return bool((away * projected[shown]).sum() > 0)


def _two_levels(values: Floats) -> tuple[float, float]:
    """The means of the lower and the upper of the two classes that Otsu's threshold (1979) parts the values into."""
    counts, edges = np.histogram(values, _HISTOGRAM_BINS)
    centres = (edges[1:] + edges[:-1]) / 2
    below, total = np.cumsum(counts), np.cumsum(counts * centres)
    lower, upper = below[:-1], below[-1] - below[:-1]
    between = (total[-1] * lower / below[-1] - total[:-1]) ** 2 / np.maximum(lower * upper, 1)
    cut = edges[1:-1][int(between.argmax())]
    low = float(values[values <= cut].mean())
    return low, max(float(values[values > cut].mean()), low + _MIN_CONTRAST)

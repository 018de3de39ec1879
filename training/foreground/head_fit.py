"""Fits the foreground head: for each place of a photo, the share of it that is product.

A few hundred photos are enough, since each gives a target at every place of the grid. Labels play no part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from training.data.photo_row import PhotoRow
from training.foreground.config import ForegroundConfig, ForegroundSource
from training.foreground.targets import ForegroundTarget, Teacher, foreground_target
from training.model.foreground_head import ForegroundHead
from training.model.network import Network
from training.model.onnx_inference import read_tile
from vision.inputs import LETTERBOX_GREY, InputGeometry

MAX_PHOTOS: Final = 300
MIN_PHOTOS: Final = 10
HIDDEN: Final = 32
_BATCH_PHOTOS: Final = 8
_BATCH_PLACES: Final = 512
_MAX_PLACES: Final = 256  # of a photo
_EMPTY_PHOTOS: Final = 16  # beside those with a product
_STEPS: Final = 800
_LEARNING_RATE: Final = 6e-3
_MIN_SCALE: Final = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What the head reads of M places, float32 [M, C], with their targets and weights, float32 [M]."""

    read: Tensor
    values: Tensor
    weight: Tensor


def new_foreground_head(network: Network) -> ForegroundHead:
    """A head that isn't fitted yet, for the network's foreground map."""
    return ForegroundHead(width=network.widths[network.foreground_map], hidden=HIDDEN)


def fit_foreground_head(
    network: Network,
    rows: Sequence[PhotoRow],
    *,
    geometry: InputGeometry,
    config: ForegroundConfig,
    teacher: Teacher | None,
    seed: int,
    threads: int,
    advance: Callable[[int], None],
) -> ForegroundHead | None:
    """A head for the network's maps, fitted on `rows`, which are to be drawn before; None for too few with a target.

    `advance` is called after each photo. Raises PhotoError for a photo that can't be read.
    """
    if config.source == "none":
        return None
    grid = _grid(network, geometry)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        targets = list(pool.map(lambda row: foreground_target(row, grid, geometry, teacher, config.source), rows))
    known = [(row, target) for row, target in zip(rows, targets, strict=True) if target is not None]
    if len(known) < MIN_PHOTOS:
        return None
    head = new_foreground_head(network)
    places = _read_places(network, head, known, geometry, seed, advance)
    _fit(head, places, seed)
    return head.eval()


def drawn_rows(rows: Sequence[PhotoRow], *, source: ForegroundSource, seed: int) -> list[PhotoRow]:
    """The rows that the head is fitted on: at most 300, drawn from all that `source` can take a target of, in order."""
    taught = [row for row in rows if _is_taught(row, source)]
    drawn = np.random.default_rng(seed).choice(len(taught), min(MAX_PHOTOS, len(taught)), replace=False)
    return [taught[place] for place in sorted(drawn)]


def _is_taught(row: PhotoRow, source: ForegroundSource) -> bool:
    marks = {"mask": row.product_mask, "box": row.box}
    return source not in marks or marks[source] is not None


def _grid(network: Network, geometry: InputGeometry) -> int:
    with torch.inference_mode():
        maps = network.maps(torch.zeros(1, geometry.size_px, geometry.size_px, 3, dtype=torch.uint8))
    return maps[network.foreground_map].shape[-1]


def _read_places(
    network: Network,
    head: ForegroundHead,
    known: Sequence[tuple[PhotoRow, ForegroundTarget]],
    geometry: InputGeometry,
    seed: int,
    advance: Callable[[int], None],
) -> Places:
    """At most 256 places of each photo, drawn without replacement, since neighbours tell much the same; then as many of
    empty photos."""
    rng = np.random.default_rng(seed)
    read, values, weight = [], [], []

    def add(tiles: NDArray[np.uint8], targets: Sequence[ForegroundTarget]) -> None:
        with torch.inference_mode():
            places = head.read(network.maps(torch.from_numpy(tiles))[network.foreground_map]).flatten(1, 2)  # [n, P, C]
        for of_photo, target in zip(places, targets, strict=True):
            drawn = rng.permutation(len(of_photo))[:_MAX_PLACES]
            read.append(of_photo[torch.from_numpy(drawn)])
            values.append(target.values.ravel()[drawn])
            weight.append(target.weight.ravel()[drawn])

    for start in range(0, len(known), _BATCH_PHOTOS):
        batch = known[start : start + _BATCH_PHOTOS]
        tiles = np.concatenate([read_tile(row.photo.read_bytes(), geometry) for row, _ in batch])
        add(tiles, [target for _, target in batch])
        advance(len(batch))
    shape = known[0][1].values.shape
    nothing = ForegroundTarget(values=np.zeros(shape, np.float32), weight=np.ones(shape, np.float32))
    add(_empty_photos(geometry, rng), [nothing] * _EMPTY_PHOTOS)
    return Places(
        read=torch.cat(read),
        values=torch.from_numpy(np.concatenate(values)),
        weight=torch.from_numpy(np.concatenate(weight)),
    )


def _empty_photos(geometry: InputGeometry, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Tiles of one colour each, uint8 [16, S, S, 3], every second between letterbox bars.

    Without them the middle of a plain photo passes for a product: in photos of products the middle is one.
    """
    size = geometry.size_px
    tiles = np.full((_EMPTY_PHOTOS, size, size, 3), LETTERBOX_GREY, np.uint8)
    grey = np.linspace(0, 255, _EMPTY_PHOTOS // 2).astype(np.uint8)[:, None].repeat(3, 1)  # from black to white
    colours = np.concatenate([grey, rng.integers(0, 256, (_EMPTY_PHOTOS - len(grey), 3), np.uint8)])
    for tile, colour in zip(tiles[::2], colours[::2], strict=True):
        tile[:] = colour
    for tile, colour in zip(tiles[1::2], colours[1::2], strict=True):
        tile[size // 8 : -size // 8] = colour
    return tiles


def _fit(head: ForegroundHead, places: Places, seed: int) -> None:
    """Weighted cross-entropy by AdamW: 800 steps of 512 places."""
    generator = torch.Generator().manual_seed(seed)
    head.mean.copy_(places.read.mean(0))
    head.scale.copy_(places.read.std(0) + _MIN_SCALE)
    for parameter in head.parameters():
        bound = 1 / parameter.shape[-1] ** 0.5
        torch.nn.init.uniform_(parameter, -bound, bound, generator=generator)
    optimiser = torch.optim.AdamW(head.parameters(), lr=_LEARNING_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LEARNING_RATE, total_steps=_STEPS)
    for _ in range(_STEPS):
        chosen = torch.randint(len(places.values), (_BATCH_PLACES,), generator=generator)
        logit = head.logit(places.read[chosen])
        loss = binary_cross_entropy_with_logits(logit, places.values[chosen], weight=places.weight[chosen])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()

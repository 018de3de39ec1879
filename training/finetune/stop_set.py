"""The listings of early stopping, predicted on photos exactly as in serving."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.data.manifest import PhotoRow
from training.errors import TrainingError
from training.finetune.distributed import Processes
from training.finetune.photo_cache import CachedPhotos
from training.statistics.scores import auroc
from vision.check_shape import MAX_PHOTOS


@dataclass(frozen=True, slots=True, kw_only=True)
class StopFigures:
    """Listing AUROC, and mean cross-entropy of the uncalibrated listing logits."""

    auroc: float
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSet:
    """Photos [N] with their listing's number, and whether each listing [L] is genuine."""

    photos: CachedPhotos
    listing: NDArray[np.intp]
    genuine: NDArray[np.bool_]


def predicted_rows(rows: Sequence[PhotoRow]) -> list[PhotoRow]:
    """The rows whose photos a listing's verdict uses."""
    taken: dict[str, int] = {}
    kept = []
    for row in rows:
        taken[row.listing] = taken.get(row.listing, 0) + 1
        if taken[row.listing] <= MAX_PHOTOS:
            kept.append(row)
    return kept


def build_stop_set(rows: Sequence[PhotoRow], photos: CachedPhotos) -> StopSet:
    """The stop set of these rows; raises TrainingError where one label has no listing."""
    names, first, listing = np.unique([row.listing for row in rows], return_index=True, return_inverse=True)
    genuine = np.array([rows[i].label == "genuine" for i in first])
    if genuine.all() or not genuine.any():
        missing = "counterfeit" if genuine.all() else "genuine"
        raise TrainingError(
            f"the {len(names)} listings of early stopping include no {missing} one, so they can't compare epochs; "
            "raise data.stop_share, or set it to 0 to train for all epochs"
        )
    return StopSet(photos=photos, listing=listing, genuine=genuine)


def evaluate_stop_set(stop: StopSet, network: nn.Module, processes: Processes, *, batch_size: int) -> StopFigures:
    """The figures on all listings, each process predicting its share of the photos; the same on every process."""
    logits = processes.add_up(_own_logits(stop, network, processes, batch_size)).cpu().double().numpy()
    photos = np.bincount(stop.listing)
    listing_logit = np.bincount(stop.listing, weights=logits) / photos
    loss = np.logaddexp(0, np.where(stop.genuine, -listing_logit, listing_logit)).mean()
    return StopFigures(auroc=auroc(~stop.genuine, -listing_logit), loss=float(loss))


@torch.no_grad()
def _own_logits(stop: StopSet, network: nn.Module, processes: Processes, batch_size: int) -> Tensor:
    """float32 [N]: this process' photos have their logit, the others 0."""
    own = range(processes.rank, len(stop.photos), processes.world_size)
    logits = torch.zeros(len(stop.photos), device=processes.device)
    for start in range(0, len(own), batch_size):
        positions = list(own[start : start + batch_size])
        squares = torch.from_numpy(np.stack([stop.photos.square(position) for position in positions]))
        logits[positions] = network(squares.to(processes.device))
    return logits

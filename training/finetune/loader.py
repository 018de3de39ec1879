"""Loads augmented photos while the previous step is still computed."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from training.finetune.pairs.square_copies import SquareCopies
from training.finetune.photo_cache import CachedPhotos
from training.finetune.sampler import Draw, StepSampler
from vision.config.cpu_limits import usable_cores

Batch = tuple[Tensor, Tensor]  # photos uint8 [B, S, S, 3], or with a copy each [B, 2, S, S, 3]; genuine float32 [B]

_MAX_WORKERS = 12  # of one GPU's process: more than an H100 needs at 320 px


class AugmentedPhotos(Dataset[Batch]):
    """One drawn photo, augmented from the draw's own seed: the same in every process.

    With `copies` a changed copy comes with it, augmented alike, so that the two differ by the change alone.
    """

    def __init__(
        self,
        photos: CachedPhotos,
        genuine: Sequence[bool],
        augmentation: v2.Compose,
        copies: SquareCopies | None = None,
    ) -> None:
        self.photos = photos
        self.genuine = tuple(genuine)
        self.augmentation = augmentation
        self.copies = copies

    def __getitem__(self, draw: Draw) -> Batch:
        target = torch.tensor(float(self.genuine[draw.position]))
        photo = self._augment(self.photos.square(draw.position), draw.seed)
        if self.copies is None:
            return photo, target
        copy = self._augment(self.copies.copy(draw.position, draw.seed), draw.seed)
        return torch.stack([photo, copy]), target

    def _augment(self, square: NDArray[np.uint8], seed: int) -> Tensor:
        """uint8 [C, C, 3] -> [S, S, 3]."""
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            varied: Tensor = self.augmentation(torch.from_numpy(square).permute(2, 0, 1))  # [3, S, S]
        return varied.permute(1, 2, 0).contiguous()


def build_loader(
    photos: AugmentedPhotos, sampler: StepSampler, *, workers: int, device: torch.device
) -> DataLoader[Batch]:
    """Batches in the sampler's order, made by `workers` processes (0: by this one, between steps)."""
    return DataLoader(
        photos,
        batch_sampler=sampler,
        num_workers=workers,
        pin_memory=device.type == "cuda",
        prefetch_factor=4 if workers else None,
    )


def choose_workers(workers: int | None, *, device: torch.device, processes: int) -> int:
    """The setting, or one process beside a CPU's training and as many as the cores feed beside a GPU's."""
    cores = usable_cores()
    if workers is not None:
        return min(workers, cores)
    if device.type == "cuda":
        return max(1, min(_MAX_WORKERS, cores // processes - 1))
    return 1

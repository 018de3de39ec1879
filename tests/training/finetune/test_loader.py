from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.builders.finetune_run import GEOMETRY
from training.data.manifest import Manifest
from training.finetune.augment import build_augmentation
from training.finetune.config import AugmentConfig
from training.finetune.loader import AugmentedPhotos, build_loader, choose_workers
from training.finetune.photo_cache import cache_photos
from training.finetune.sampler import Draw, StepSampler

CPU = torch.device("cpu")


@pytest.fixture
def photos(manifest: Manifest, tmp_path: Path) -> AugmentedPhotos:
    squares = cache_photos(manifest.rows, GEOMETRY, folder=tmp_path, threads=1, advance=lambda photos: None)
    genuine = [row.label == "genuine" for row in manifest.rows]
    return AugmentedPhotos(squares, genuine, build_augmentation(AugmentConfig(), size_px=64))


def test_a_batch_is_the_same_in_this_process_and_in_a_worker(photos: AugmentedPhotos) -> None:
    sampler = StepSampler(np.ones(40), batch_size=8, epochs=1, seed=0)
    here = list(build_loader(photos, sampler, workers=0, device=CPU))
    there = list(build_loader(photos, sampler, workers=1, device=CPU))
    assert len(here) == len(there) == 5
    for (one, label), (other, other_label) in zip(here, there, strict=True):
        assert one.shape == (8, 64, 64, 3)
        assert one.dtype == torch.uint8
        assert torch.equal(one, other)
        assert torch.equal(label, other_label)


def test_a_photo_comes_with_its_own_label(photos: AugmentedPhotos, manifest: Manifest) -> None:
    for position in (0, 3, 39):
        _, genuine = photos[Draw(position, seed=1)]
        assert genuine.item() == (manifest.rows[position].label == "genuine")


def test_augmenting_leaves_the_default_generator_alone(photos: AugmentedPhotos) -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    first = torch.rand(1)
    photos[Draw(0, seed=9)]
    assert torch.equal(torch.cat([first, torch.rand(1)]), expected)


def test_workers_follow_the_setting_up_to_the_cores_and_else_the_device() -> None:
    assert choose_workers(0, device=CPU, processes=1) == 0
    assert choose_workers(None, device=CPU, processes=1) == 1
    assert choose_workers(10_000, device=CPU, processes=1) < 10_000
    assert 1 <= choose_workers(None, device=torch.device("cuda"), processes=1) <= 12

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from training.finetune.augment import Downscale, Recompress, build_augmentation
from training.finetune.config import AugmentConfig
from vision.errors import ConfigError

NEUTRAL = AugmentConfig(
    flip=False,
    crop_scale_min=1.0,
    crop_ratio_max=1.0,
    rotation_deg=0.0,
    brightness=0.0,
    contrast=0.0,
    saturation=0.0,
    hue=0.0,
    downscale_share=0.0,
    blur_share=0.0,
    jpeg_share=0.0,
    erase_share=0.0,
)


def a_photo() -> Tensor:
    """uint8 [3, 74, 74]: dark left half, bright right half, with some texture."""
    photo = np.random.default_rng(0).integers(0, 40, (3, 74, 74))
    photo[:, :, 37:] += 200
    return torch.from_numpy(photo.astype(np.uint8))


def augmented(config: AugmentConfig, seed: int) -> Tensor:
    torch.manual_seed(seed)
    varied: Tensor = build_augmentation(config, size_px=64)(a_photo())
    return varied


def test_a_crop_may_have_fewer_pixels_than_the_input() -> None:
    varied = build_augmentation(replace(NEUTRAL, crop_px=64), size_px=96)(a_photo())
    assert varied.shape == (3, 64, 64)
    assert varied[:, :, :28].float().mean() + 100 < varied[:, :, -28:].float().mean()


def test_a_crop_side_that_the_network_cannot_halve_five_times_is_refused() -> None:
    with pytest.raises(ConfigError, match="crop_px is 100"):
        AugmentConfig(crop_px=100)


def test_a_photo_keeps_its_type_and_takes_the_input_size() -> None:
    varied = augmented(AugmentConfig(), seed=0)
    assert varied.shape == (3, 64, 64)
    assert varied.dtype == torch.uint8


def test_the_same_seed_gives_the_same_photo_and_another_seed_another() -> None:
    assert torch.equal(augmented(AugmentConfig(), 1), augmented(AugmentConfig(), 1))
    assert not torch.equal(augmented(AugmentConfig(), 1), augmented(AugmentConfig(), 2))


def test_without_any_variation_every_seed_gives_the_same_photo() -> None:
    assert all(torch.equal(augmented(NEUTRAL, seed), augmented(NEUTRAL, 0)) for seed in range(10))


def test_photos_are_mirrored_only_where_the_config_says_so() -> None:
    flipping = AugmentConfig()
    mirrored = {is_mirrored(augmented(flipping, seed)) for seed in range(20)}
    never = {is_mirrored(augmented(AugmentConfig(flip=False), seed)) for seed in range(20)}
    assert mirrored == {True, False}
    assert never == {False}


def is_mirrored(photo: Tensor) -> bool:
    left, right = photo[:, :, :32].float(), photo[:, :, 32:].float()
    return bool(left.mean() > right.mean())


def test_recompression_changes_pixels_but_little() -> None:
    photo = a_photo()
    difference = (Recompress(90)(photo).float() - photo.float()).abs()
    assert 0 < difference.mean() < 12


def test_downscaling_keeps_the_size_and_loses_detail() -> None:
    photo = a_photo()
    torch.manual_seed(0)
    coarse = Downscale(0.5)(photo)
    assert coarse.shape == photo.shape
    assert coarse[:, :, :30].float().std() < photo[:, :, :30].float().std()

"""Augmentation that imitates sellers' cameras and uploads, with one seed per photo."""

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from training.finetune.config import AugmentConfig
from vision.inputs import LETTERBOX_GREY

_HUE_SHARE = 0.3  # changing the hue costs 5 ms at 320 px, as much as all other augmentations together
_JPEG_QUALITY_MAX = 95


def build_augmentation(config: AugmentConfig, *, size_px: int) -> v2.Compose:
    """A callable uint8 [3, H, W] -> uint8 [3, C, C]; it draws from torch's default CPU generator.

    C is `crop_px`, or the input's `size_px`. A random crop shows items larger than in serving; crops of a side
    about 1.2 times smaller than the input correct that, and cost less (Touvron et al. 2019, arXiv 1906.06423).
    """
    steps: list[nn.Module] = []
    if config.rotation_deg:
        bilinear = v2.InterpolationMode.BILINEAR
        steps.append(v2.RandomRotation(config.rotation_deg, interpolation=bilinear, fill=LETTERBOX_GREY))
    scale, ratio = (config.crop_scale_min, 1.0), (1 / config.crop_ratio_max, config.crop_ratio_max)
    steps.append(v2.RandomResizedCrop(config.crop_px or size_px, scale=scale, ratio=ratio, antialias=True))
    if config.flip:
        steps.append(v2.RandomHorizontalFlip())
    steps.append(v2.ColorJitter(config.brightness, config.contrast, config.saturation))
    if config.hue:
        steps.append(v2.RandomApply([v2.ColorJitter(hue=config.hue)], p=_HUE_SHARE))
    if config.downscale_share:
        steps.append(v2.RandomApply([Downscale(config.downscale_min)], p=config.downscale_share))
    if config.blur_share:
        blur = v2.GaussianBlur(5, (config.blur_sigma_px / 10, config.blur_sigma_px))
        steps.append(v2.RandomApply([blur], p=config.blur_share))
    if config.jpeg_share:
        steps.append(v2.RandomApply([Recompress(config.jpeg_quality_min)], p=config.jpeg_share))
    if config.erase_share:
        erase = v2.RandomErasing(config.erase_share, scale=(0.02, 0.1), ratio=(0.4, 2.5), value=LETTERBOX_GREY)
        steps.append(erase)
    return v2.Compose(steps)


class Downscale(nn.Module):
    """Shrinks uint8 [3, H, W] by a factor between `min_factor` and 1, and enlarges it again."""

    def __init__(self, min_factor: float) -> None:
        super().__init__()
        self.min_factor = min_factor

    def forward(self, photo: Tensor) -> Tensor:
        height, width = photo.shape[-2:]
        factor = self.min_factor + (1 - self.min_factor) * torch.rand(()).item()
        small = [max(1, round(height * factor)), max(1, round(width * factor))]
        shrunk = functional.resize(photo, small, antialias=True)
        enlarged: Tensor = functional.resize(shrunk, [height, width], antialias=True)
        return enlarged


class Recompress(nn.Module):
    """Compresses uint8 [3, H, W] as JPEG; by Pillow, since torchvision 0.29 deprecates its own encoder."""

    def __init__(self, quality_min: int) -> None:
        super().__init__()
        self.quality_min = quality_min

    def forward(self, photo: Tensor) -> Tensor:
        quality = int(torch.randint(self.quality_min, _JPEG_QUALITY_MAX + 1, ()))
        file = io.BytesIO()
        Image.fromarray(photo.permute(1, 2, 0).numpy()).save(file, "JPEG", quality=quality)
        return torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1)

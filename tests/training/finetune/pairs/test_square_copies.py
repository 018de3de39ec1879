"""Changed copies of cached squares."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.training.builders.finetune_run import GEOMETRY
from training.data.manifest import Manifest, read_manifest
from training.finetune.augment import build_augmentation
from training.finetune.config import AugmentConfig
from training.finetune.loader import AugmentedPhotos
from training.finetune.pairs.square_copies import SquareCopies, square_copies
from training.finetune.photo_cache import CachedPhotos, cache_photos
from training.finetune.sampler import Draw
from vision.inputs import LETTERBOX_GREY

BOX = (0.25, 0.25, 0.75, 0.75)


@pytest.fixture
def squares(manifest: Manifest, tmp_path: Path) -> CachedPhotos:
    return cache_photos(manifest.rows, GEOMETRY, folder=tmp_path, threads=1, advance=lambda photos: None)


@pytest.fixture
def copies(manifest: Manifest, squares: CachedPhotos) -> SquareCopies:
    return square_copies(squares, [replace(row, box=BOX) for row in manifest.rows], GEOMETRY)


def test_a_copy_is_laid_out_as_its_square_and_follows_from_the_seed(copies: SquareCopies) -> None:
    square = copies.squares.square(0)  # 96 x 80 in 64 px: grey above and below
    made = [copies.copy(0, seed) for seed in range(12)]
    assert all(copy.shape == square.shape and copy.dtype == np.uint8 for copy in made)
    assert all(np.array_equal(copy, copies.copy(0, seed)) for seed, copy in enumerate(made))
    distances = [np.abs(copy.astype(int) - square).mean() for copy in made]
    assert min(distances) < 12 < max(distances), "mild and strong changes"


def test_backgrounds_come_from_other_rows_with_a_marked_product(manifest: Manifest, squares: CachedPhotos) -> None:
    rows = [replace(row, box=BOX if place < 4 else None) for place, row in enumerate(manifest.rows)]
    assert square_copies(squares, rows, GEOMETRY).lenders == (0, 1, 2, 3)
    assert square_copies(squares, manifest.rows, GEOMETRY).lenders == ()
    square_copies(squares, manifest.rows, GEOMETRY).copy(0, 1)  # without a lender, the other changes remain


def test_a_photo_and_its_copy_are_cropped_and_mirrored_alike(manifest: Manifest, copies: SquareCopies) -> None:
    genuine = [row.label == "genuine" for row in manifest.rows]
    calm = AugmentConfig(brightness=0, contrast=0, saturation=0, hue=0, downscale_share=0, blur_share=0, jpeg_share=0)
    pairs = AugmentedPhotos(copies.squares, genuine, build_augmentation(calm, size_px=64), copies)
    alike = []
    for seed in range(24):
        both, _ = pairs[Draw(0, seed)]
        assert both.shape == (2, 64, 64, 3)
        first, second = (photo.float().flatten() for photo in both)
        alike.append(float(torch.corrcoef(torch.stack([first, second]))[0, 1]))
    assert np.median(alike) > 0.7, "light, size, JPEG and watermark leave every pixel in its place"


@pytest.mark.parametrize("letterbox", [True, False])
def test_a_mask_lies_on_its_product_in_stretched_squares_and_in_photos_with_grey_edges(
    tmp_path: Path, letterbox: bool
) -> None:
    photo, mask = np.full((60, 96, 3), 40, np.uint8), np.zeros((60, 96), np.uint8)
    photo[:12] = LETTERBOX_GREY
    photo[20:44, 60:90], mask[20:44, 60:90] = (220, 20, 20), 255
    Image.fromarray(photo).save(tmp_path / "photo.png")
    Image.fromarray(mask).save(tmp_path / "mask.png")
    (tmp_path / "manifest.csv").write_text("photo,listing,label,product,product_mask\nphoto.png,a,genuine,p,mask.png\n")
    rows, geometry = read_manifest(tmp_path / "manifest.csv").rows, replace(GEOMETRY, letterbox=letterbox)
    cached = cache_photos(rows, geometry, folder=tmp_path, threads=1, advance=lambda photos: None)
    subject = square_copies(cached, rows, geometry).subject(0)
    assert subject.place is not None
    assert subject.place.mask is not None
    pixels = np.asarray(subject.photo)
    is_red = (pixels[..., 0] > 130) & (pixels[..., 1] < 80)
    assert (subject.place.mask & is_red).sum() > 0.9 * max(subject.place.mask.sum(), is_red.sum())

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.builders.bundle import write_tiny_bundle
from tests.builders.photos import encode, smooth_pixels
from vision.explain.crop_embedding import MAX_BYTES, crop_jpeg, embed_crops
from vision.inference.scorer import Scorer
from vision.photo.decode import open_photo


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def test_a_crop_shows_its_part_of_the_photo_at_its_own_size() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[50:, 100:] = 255
    crop = opened(crop_jpeg(open_photo(encode(pixels)), (0.5, 0.5, 1.0, 1.0)))
    assert crop.size == (100, 50)
    assert np.asarray(crop).min() > 250


def test_a_large_crop_is_reduced_to_256_px() -> None:
    crop = opened(crop_jpeg(open_photo(encode(smooth_pixels(1200, 900))), (0.0, 0.0, 1.0, 1.0)))
    assert crop.size == (256, 192)


def test_a_crop_that_compresses_badly_is_made_smaller_until_it_fits() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (400, 400, 3)).astype(np.uint8)
    jpeg = crop_jpeg(open_photo(encode(noise)), (0.0, 0.0, 1.0, 1.0))
    assert len(jpeg) <= MAX_BYTES
    assert opened(jpeg).width < 256


def test_a_sliver_is_at_least_one_pixel() -> None:
    assert opened(crop_jpeg(open_photo(encode(smooth_pixels(40, 40))), (0.999, 0.999, 1.0, 1.0))).size == (1, 1)


def test_a_crops_embedding_hardly_depends_on_the_uploads_size(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "bundle")
    large = Image.fromarray(smooth_pixels(1600, 1200))
    crops = [
        crop_jpeg(open_photo(encode(image)), (0.25, 0.25, 0.5, 0.5)) for image in (large, large.resize((800, 600)))
    ]
    first, second = embed_crops(Scorer(bundle), bundle, crops)
    assert float(first @ second) == pytest.approx(1.0, abs=1e-3)
    assert embed_crops(Scorer(bundle), bundle, []).shape == (0, 0)

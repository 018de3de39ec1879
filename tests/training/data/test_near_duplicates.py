from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from tests.builders.photos import encode
from training.data.near_duplicates import cluster_near_duplicates, clusters_of_pairs, near_pairs
from vision.copies.pdq import PhotoHash, hash_photo
from vision.photo.decode import open_photo


def picture(seed: int, side_px: int = 300) -> Image.Image:
    """Noise whose detail fades with its fineness, as in real photos; PDQ is unsteady on smooth pictures."""
    rng = np.random.default_rng(seed)
    pixels = np.full((side_px, side_px, 3), 128.0)
    for cells in (3, 6, 12, 24, 48):
        noise = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), np.uint8))
        pixels += (np.asarray(noise.resize((side_px, side_px), Image.Resampling.BICUBIC)) - 128.0) / cells * 2
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def hashed(image: Image.Image) -> PhotoHash:
    return hash_photo(open_photo(encode(np.asarray(image.convert("RGB")))))


def saved_again(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=40)
    return Image.open(buffer)


@pytest.mark.parametrize(
    "copy",
    [
        saved_again(picture(1)),
        picture(1).resize((120, 120)),
        ImageEnhance.Brightness(picture(1)).enhance(1.15),
        picture(1).resize((1200, 1200), Image.Resampling.BICUBIC),
    ],
    ids=["saved again", "smaller", "brighter", "larger"],
)
def test_a_copy_is_found_however_it_was_saved(copy: Image.Image) -> None:
    pairs = list(near_pairs([hashed(picture(1)), hashed(picture(2)), hashed(copy)]))
    assert [(pair.first, pair.second, pair.mirrored) for pair in pairs] == [(0, 2, False)]


def test_a_mirrored_copy_is_found_and_marked() -> None:
    mirrored = picture(1).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    (pair,) = near_pairs([hashed(mirrored), hashed(picture(1))])
    assert pair.mirrored
    assert pair.distance <= 8


def test_other_pictures_are_no_copies() -> None:
    assert list(near_pairs([hashed(picture(seed)) for seed in range(40)])) == []


def test_flat_pictures_match_nothing() -> None:
    grey = hashed(Image.new("RGB", (300, 300), "grey"))
    assert grey.quality < 50
    assert list(near_pairs([grey, grey, None, None])) == []


def packed(bits: NDArray[np.bool_]) -> PhotoHash:
    words = np.packbits(bits).view(np.uint64)
    return PhotoHash(bits=words, mirrored_bits=~words, quality=100, colours=np.zeros((4, 4, 3), np.uint8))


def test_the_distance_is_the_number_of_bits_that_differ_up_to_the_limit() -> None:
    start = np.random.default_rng(0).random(256) < 0.5
    near, far = start.copy(), start.copy()
    near[:31] ^= True
    far[100:132] ^= True
    pairs = list(near_pairs([packed(start), packed(near), packed(far)]))
    assert [(pair.first, pair.second, pair.distance) for pair in pairs] == [(0, 1, 31)]


def test_blocks_give_the_pairs_that_comparing_all_with_all_gives() -> None:
    rng = np.random.default_rng(3)
    bits = rng.random((1300, 256)) < 0.5
    for copy, original in ((700, 5), (1299, 511), (513, 512), (900, 899)):
        bits[copy] = bits[original] ^ (rng.random(256) < 0.04)
    distances = (bits[:, None, :32] != bits[None, :, :32]).sum(-1)
    for start in range(32, 256, 32):
        distances += (bits[:, None, start : start + 32] != bits[None, :, start : start + 32]).sum(-1)
    expected = {(int(a), int(b)) for a, b in np.argwhere(distances <= 31) if a < b}
    assert {(pair.first, pair.second) for pair in near_pairs([packed(row) for row in bits])} == expected
    assert len(expected) == 4


def test_clusters_are_connected_and_in_order() -> None:
    assert clusters_of_pairs([(7, 3), (1, 2), (3, 9), (4, 4)]) == ((1, 2), (3, 7, 9), (4,))


def test_files_cluster_by_copy_and_an_unreadable_one_stays_alone(tmp_path: Path) -> None:
    for name, seed in (("a.png", 1), ("b.jpg", 2), ("c.jpg", 1)):
        picture(seed).save(tmp_path / name)
    (tmp_path / "d.jpg").write_bytes(b"not a photo")
    files = [tmp_path / name for name in ("a.png", "b.jpg", "c.jpg", "d.jpg")]
    assert cluster_near_duplicates(files) == ((0, 2), (1,), (3,))

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.builders.finetune_run import GEOMETRY, write_manifest
from training.data.manifest import Manifest, PhotoRow
from training.errors import RunError
from training.finetune.photo_cache import CachedPhotos, cache_name, cache_photos
from vision.errors import ManifestError
from vision.inputs import InputGeometry, open_for_input, to_input


@pytest.fixture
def own_manifest(tmp_path: Path) -> Manifest:
    return write_manifest(tmp_path / "photos", listings=3)


def cached(rows: list[PhotoRow], folder: Path, geometry: InputGeometry = GEOMETRY) -> tuple[CachedPhotos, list[int]]:
    ready: list[int] = []
    photos = cache_photos(rows, geometry, folder=folder, threads=2, advance=ready.append)
    return photos, ready


def as_served(row: PhotoRow) -> np.ndarray:
    photo = open_for_input(row.photo.read_bytes(), GEOMETRY)
    square: np.ndarray = to_input(photo, GEOMETRY).pixels[0]
    return square


def test_squares_are_those_that_serving_makes(own_manifest: Manifest, tmp_path: Path) -> None:
    rows = list(own_manifest.rows)
    photos, ready = cached(rows, tmp_path / "cache")
    assert len(photos) == sum(ready) == len(rows)
    assert all(np.array_equal(photos.square(i), as_served(row)) for i, row in enumerate(rows))


def test_a_photo_is_decoded_once(own_manifest: Manifest, tmp_path: Path) -> None:
    rows = list(own_manifest.rows)
    first, _ = cached(rows[:4], tmp_path / "cache")
    expected = [first.square(i) for i in range(4)]
    for row in rows[:4]:  # a second decoding would fail now, though nothing tells that the photo has changed
        stat = row.photo.stat()
        row.photo.write_bytes(bytes(stat.st_size))
        os.utime(row.photo, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    again, ready = cached(rows[2:], tmp_path / "cache")
    assert ready[0] == 2
    assert np.array_equal(again.square(0), expected[2])
    assert np.array_equal(again.square(1), expected[3])
    assert np.array_equal(again.square(2), as_served(rows[4]))


def test_a_changed_photo_is_decoded_again(own_manifest: Manifest, tmp_path: Path) -> None:
    rows = list(own_manifest.rows)
    cached(rows, tmp_path / "cache")
    rows[0].photo.write_bytes(rows[-1].photo.read_bytes())
    photos, _ = cached(rows, tmp_path / "cache")
    assert np.array_equal(photos.square(0), as_served(rows[-1]))


def test_what_a_killed_run_left_half_written_is_overwritten(own_manifest: Manifest, tmp_path: Path) -> None:
    rows = list(own_manifest.rows)
    cached(rows[:3], tmp_path / "cache")
    folder = tmp_path / "cache" / cache_name(GEOMETRY)
    with (folder / "pixels.bin").open("ab") as pixels, (folder / "index.bin").open("ab") as index:
        pixels.write(b"half a square")
        index.write(b"half a key")
    photos, ready = cached(rows, tmp_path / "cache")
    assert ready[0] == 3
    assert all(np.array_equal(photos.square(i), as_served(row)) for i, row in enumerate(rows))


def test_a_key_without_its_square_is_not_believed(own_manifest: Manifest, tmp_path: Path) -> None:
    rows = list(own_manifest.rows)
    photos, _ = cached(rows, tmp_path / "cache")
    os.truncate(photos.file, 2 * 64 * 64 * 3 + 100)
    again, ready = cached(rows, tmp_path / "cache")
    assert ready[0] == 2
    assert all(np.array_equal(again.square(i), as_served(row)) for i, row in enumerate(rows))


def test_another_geometry_has_a_cache_of_its_own() -> None:
    assert len({cache_name(g) for g in (GEOMETRY, replace(GEOMETRY, letterbox=False), InputGeometry(size_px=74))}) == 3


def test_the_same_photo_in_two_rows_takes_one_square(own_manifest: Manifest, tmp_path: Path) -> None:
    row = own_manifest.rows[0]
    photos, ready = cached([row, row], tmp_path / "cache")
    assert photos.count == 1
    assert sum(ready) == 2
    assert np.array_equal(photos.square(0), photos.square(1))


def test_an_unreadable_photo_is_named_with_its_row(own_manifest: Manifest, tmp_path: Path) -> None:
    rows = list(own_manifest.rows)
    rows[2].photo.write_bytes(b"no photo at all")
    with pytest.raises(ManifestError, match=rf"row {rows[2].row}: .*{rows[2].photo.name} can't be read"):
        cached(rows, tmp_path / "cache")
    photos, _ = cached([rows[0]], tmp_path / "cache")  # and the cache still works
    assert np.array_equal(photos.square(0), as_served(rows[0]))


def test_a_photo_that_is_gone_is_named_with_its_row(own_manifest: Manifest, tmp_path: Path) -> None:
    row = own_manifest.rows[1]
    row.photo.unlink()
    with pytest.raises(ManifestError, match=rf"row {row.row}: "):
        cached([row], tmp_path / "cache")


@pytest.mark.parametrize("damaged", ["pixels.bin", "index.bin"])
@pytest.mark.parametrize("how", ["empty", "cut short", "zeros", "other bytes", "gone"])
def test_a_damaged_cache_is_filled_anew(own_manifest: Manifest, tmp_path: Path, damaged: str, how: str) -> None:
    rows = list(own_manifest.rows)
    cached(rows, tmp_path / "cache")
    file = tmp_path / "cache" / cache_name(GEOMETRY) / damaged
    size = file.stat().st_size
    if how == "gone":
        file.unlink()
    elif how in ("empty", "cut short"):
        file.write_bytes(file.read_bytes()[: 0 if how == "empty" else size // 2 - 7])
    elif damaged == "index.bin":
        middle = bytes(size // 2) if how == "zeros" else bytes(range(32)) * (size // 64)
        file.write_bytes(middle + file.read_bytes()[size // 2 :])
    else:
        file.write_bytes(b"")  # pixels carry no sum of their own: only their number can be wrong
    photos, _ = cached(rows, tmp_path / "cache")
    assert all(np.array_equal(photos.square(i), as_served(row)) for i, row in enumerate(rows))


def test_a_folder_in_the_place_of_the_pixels_is_named(own_manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "cache" / cache_name(GEOMETRY) / "pixels.bin").mkdir(parents=True)
    with pytest.raises(RunError, match=r"the cache can't be used: .*pixels\.bin: Is a directory"):
        cached(list(own_manifest.rows), tmp_path / "cache")

"""Photos resized to the network's square input, decoded once and kept in a file that epochs, folds and runs share.

A cache folder holds squares of one geometry: `pixels.bin` is one square after the other, and `index.bin` the 32-byte
key of each, so a photo's place in one is its place in the other. Keys are written after their squares are safe on
disk; whatever a killed run left behind the last key is overwritten. The folder may be deleted at any time.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.cache import writing_cache
from training.data.decoder_version import decoder_version
from training.data.manifest import PhotoRow
from vision.errors import ManifestError, PhotoError
from vision.inputs import InputGeometry, open_for_input, to_input

_KEY_BYTES = 32
_PHOTOS_A_WRITE = 64  # decoded before they are written: as many are lost when a run is killed


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedPhotos:
    """Some rows' squares; cheap to pass to other processes, which map the file themselves."""

    file: Path
    size_px: int
    count: int  # squares in the file
    slots: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.slots)

    def square(self, position: int) -> NDArray[np.uint8]:
        """The square of the row at this position, uint8 [S, S, 3] RGB, a copy."""
        square: NDArray[np.uint8] = np.array(_mapped(self.file, self.size_px, self.count)[self.slots[position]])
        return square


def cache_photos(
    rows: Sequence[PhotoRow],
    geometry: InputGeometry,
    *,
    folder: Path,
    threads: int,
    advance: Callable[[int], None],
) -> CachedPhotos:
    """The rows' squares as `to_input` makes them; decodes those that the cache lacks, one process at a time.

    `advance` is called with the number of photos done. Raises ManifestError for a photo that can't be read.
    """
    folder = folder / cache_name(geometry)
    keys = [_photo_key(row) for row in rows]
    with writing_cache(folder), _locked(folder):
        index = _read_index(folder, geometry)
        slot_of = _slots(index)
        missing = {key: row for key, row in zip(keys, rows, strict=True) if key not in slot_of}
        advance(len(rows) - len(missing))
        _append(folder, missing, geometry, first_slot=len(index), threads=threads, advance=advance)
        index = _read_index(folder, geometry)
    slot_of = _slots(index)
    slots = tuple(slot_of[key] for key in keys)
    return CachedPhotos(file=folder / "pixels.bin", size_px=geometry.size_px, count=len(index), slots=slots)


def cache_name(geometry: InputGeometry) -> str:
    """The folder's name: another geometry, another Pillow or a change of our own decoding needs new squares."""
    digest = hashlib.sha256(f"{geometry} {decoder_version()}".encode())
    return f"photos-{geometry.size_px}px-{digest.hexdigest()[:12]}"


def _photo_key(row: PhotoRow) -> bytes:
    """Path, size and time of change: a key that needs no reading of the photo, as a hash of its bytes would."""
    try:
        stat = row.photo.stat()
    except OSError as error:
        raise ManifestError(
            f"row {row.row}: {row.photo} can't be read ({error.strerror}); repair the file or drop the row"
        ) from error
    return hashlib.sha256(f"{row.photo.absolute()}\0{stat.st_size}\0{stat.st_mtime_ns}".encode()).digest()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system releases when a process dies; makes the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read_index(folder: Path, geometry: InputGeometry) -> list[bytes]:
    """The key of each square that is whole in both files, by its place."""
    pixels, index = folder / "pixels.bin", folder / "index.bin"
    if not (pixels.exists() and index.exists()):
        return []
    data = index.read_bytes()
    whole = min(len(data) // _KEY_BYTES, pixels.stat().st_size // _square_bytes(geometry))
    return [data[slot * _KEY_BYTES : (slot + 1) * _KEY_BYTES] for slot in range(whole)]


def _slots(index: Sequence[bytes]) -> dict[bytes, int]:
    """The place of each key; a damaged index may hold a key more than once, and places that no photo has."""
    return {key: slot for slot, key in enumerate(index)}


def _square_bytes(geometry: InputGeometry) -> int:
    return geometry.size_px**2 * 3


def _append(
    folder: Path,
    missing: dict[bytes, PhotoRow],
    geometry: InputGeometry,
    *,
    first_slot: int,
    threads: int,
    advance: Callable[[int], None],
) -> None:
    if not missing:
        return
    keys, rows = list(missing), list(missing.values())
    with (
        ThreadPoolExecutor(max_workers=threads) as pool,
        (folder / "pixels.bin").open("ab") as pixels,
        (folder / "index.bin").open("ab") as index,
    ):
        pixels.truncate(first_slot * _square_bytes(geometry))
        index.truncate(first_slot * _KEY_BYTES)
        for start in range(0, len(rows), _PHOTOS_A_WRITE):
            part = slice(start, start + _PHOTOS_A_WRITE)
            for square in pool.map(lambda row: _decode(row, geometry), rows[part]):
                pixels.write(square.tobytes())
                advance(1)
            _make_safe(pixels.fileno(), pixels.flush)
            index.write(b"".join(keys[part]))
            _make_safe(index.fileno(), index.flush)


def _decode(row: PhotoRow, geometry: InputGeometry) -> NDArray[np.uint8]:
    try:
        photo = open_for_input(row.photo.read_bytes(), geometry)
    except (PhotoError, OSError) as error:
        raise ManifestError(
            f"row {row.row}: {row.photo} can't be read: {error} Repair the file or drop the row."
        ) from error
    square: NDArray[np.uint8] = to_input(photo, geometry).pixels[0]
    return square


def _make_safe(descriptor: int, flush: Callable[[], None]) -> None:
    flush()
    os.fsync(descriptor)


@lru_cache(maxsize=8)
def _mapped(file: Path, size_px: int, count: int) -> NDArray[np.uint8]:
    squares: NDArray[np.uint8] = np.memmap(file, np.uint8, mode="r", shape=(count, size_px, size_px, 3))
    return squares

"""The decoded photos of a run: larger squares to crop from, and squares as in serving for early stopping."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from training.data.manifest import PhotoRow
from training.finetune.distributed import Processes
from training.finetune.photo_cache import CachedPhotos, cache_photos
from training.progress import photo_progress
from vision.config.cpu_limits import usable_cores
from vision.inputs import InputGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Squares:
    """The squares of the fitted rows, and of those of early stopping."""

    fit: CachedPhotos
    stop: CachedPhotos


def decode_photos(
    fit_rows: Sequence[PhotoRow],
    stop_rows: Sequence[PhotoRow],
    geometry: InputGeometry,
    *,
    margin: float,
    folder: Path,
    processes: Processes,
) -> Squares:
    """The squares, with a progress bar while photos are decoded: by the main process first, for all on its machine.

    Squares to fit on are `margin` times as large as the input, so that a crop of them is still sharp.
    """
    roomy_px = round(geometry.size_px * margin)
    smallest_px = max(roomy_px, geometry.smallest_decoded_side_px)
    roomy = replace(geometry, size_px=roomy_px, smallest_decoded_side_px=smallest_px)
    threads = usable_cores()
    if not processes.is_main:
        processes.wait()
    console = Console(stderr=True, quiet=not processes.is_main)
    with photo_progress("decoding", len(fit_rows) + len(stop_rows), console) as advance:
        fit = cache_photos(fit_rows, roomy, folder=folder, threads=threads, advance=advance)
        stop = cache_photos(stop_rows, geometry, folder=folder, threads=threads, advance=advance)
    if processes.is_main:
        processes.wait()
    return Squares(fit=fit, stop=stop)

"""Both sets of squares of a run: roomy ones to learn from, and those that serving would make to stop on."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from training.finetune.distributed import Processes
from training.finetune.photo_cache import CachedPhotos, cache_photos
from training.manifest import PhotoRow
from vision.inputs import InputGeometry

_PLAIN_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Squares:
    """The squares of the rows that are learnt, and of those that stop."""

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

    Squares to learn from are `margin` times as large as the input, so that a crop of them is still sharp.
    """
    roomy_px = round(geometry.size_px * margin)
    smallest_px = max(roomy_px, geometry.smallest_decoded_side_px)
    roomy = replace(geometry, size_px=roomy_px, smallest_decoded_side_px=smallest_px)
    threads = os.cpu_count() or 1
    if not processes.is_main:
        processes.wait()
    with DecodingReport(len(fit_rows) + len(stop_rows), silent=not processes.is_main) as report:
        fit = cache_photos(fit_rows, roomy, folder=folder, threads=threads, advance=report.advance)
        stop = cache_photos(stop_rows, geometry, folder=folder, threads=threads, advance=report.advance)
    if processes.is_main:
        processes.wait()
    return Squares(fit=fit, stop=stop)


class DecodingReport:
    """A progress bar on a terminal, a line now and then elsewhere."""

    def __init__(self, photos: int, *, silent: bool) -> None:
        self.photos = photos
        self.done = 0
        self.console = Console(stderr=True, quiet=silent, highlight=False)
        columns = (TextColumn("decoding photos"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        is_shown = self.console.is_terminal and not silent
        self.progress = Progress(*columns, console=self.console, transient=True, disable=not is_shown)
        self.task = self.progress.add_task("", total=photos)
        self.spoken_at = time.monotonic()

    def __enter__(self) -> "DecodingReport":
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def advance(self, photos: int) -> None:
        """So many photos more are ready."""
        self.done += photos
        self.progress.advance(self.task, photos)
        if not self.console.is_terminal and time.monotonic() - self.spoken_at >= _PLAIN_S:
            self.spoken_at = time.monotonic()
            self.console.print(f"decoded {self.done} of {self.photos} photos", soft_wrap=True)

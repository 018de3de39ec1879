"""Renders a whole data set: every core, one listing at a time, picking up where an earlier run stopped."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from training.errors import RunError
from training.render.config import RenderConfig
from training.render.dataset_folder import DatasetFolder
from training.render.engine import engine, require_renderer
from training.render.photograph import photograph_listing
from training.render.plan import ListingPlan, plan_listings
from vision.config.cpu_limits import usable_cores

Advance = Callable[[int], None]
"""Called with the number of further photos that are done, those of earlier runs first."""


def render_dataset(config: RenderConfig, *, limit: int | None = None, advance: Advance = lambda photos: None) -> Path:
    """Render the data set, or its first `limit` listings, and give the manifest's path.

    A finished listing is never rendered again. Raises RunError when the folder holds another render, and
    MissingExtra without Mitsuba.
    """
    require_renderer()
    plans = plan_listings(config)
    wanted = plans[:limit]
    folder = DatasetFolder(config.folder)
    folder.claim(config)
    if folder.is_complete():
        advance(count_photos(wanted))
        return folder.manifest_path
    missing = [plan for plan in wanted if not folder.has(plan)]
    advance(count_photos(wanted) - count_photos(missing))
    for photos in _render_listings(config, missing):
        advance(photos)
    folder.write_manifest([plan for plan in plans if folder.has(plan)])
    if len(wanted) == len(plans):
        folder.drop_records()
    return folder.manifest_path


def render_listing(folder: Path, plan: ListingPlan, size_px: int, samples: int) -> int:
    """Render one listing into the folder and give its number of photos."""
    target = DatasetFolder(folder)
    photos = photograph_listing(plan, engine(), size_px=size_px, samples=samples)
    target.finish_listing(plan, [target.add_photo(plan, photo) for photo in photos])
    return len(plan.circumstances.photos)


def count_photos(plans: Sequence[ListingPlan]) -> int:
    """Give how many photos these listings have."""
    return sum(len(plan.circumstances.photos) for plan in plans)


def _render_listings(config: RenderConfig, plans: Sequence[ListingPlan]) -> Iterator[int]:
    """Give each listing's number of photos as it is finished.

    Workers are spawned, not forked: the renderer keeps threads and locks that a fork would copy half-way.
    """
    if not plans:
        return
    workers = min(config.workers or usable_cores(), len(plans))
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _leave_interrupts_to_parent)
    try:
        jobs = [pool.submit(render_listing, config.folder, p, config.size_px, config.samples_per_pixel) for p in plans]
        for job in as_completed(jobs):
            yield job.result()
    except BrokenProcessPool as error:
        raise RunError("a rendering process was killed, perhaps for memory: run again with --set workers=1") from error
    finally:
        pool.shutdown(cancel_futures=True)  # listings in progress are finished, so that none is left half-way


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

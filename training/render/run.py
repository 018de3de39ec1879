"""Renders a whole data set: every core, one listing at a time, picking up where an earlier run stopped."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from training.errors import RunError
from training.render.config import RenderConfig
from training.render.dataset_folder import DatasetFolder
from training.render.engine import engine, require_renderer
from training.render.photograph import find_product, photograph_listing
from training.render.plan import ListingPlan, plan_listings
from vision.config.cpu_limits import usable_cores

Advance = Callable[[int], None]
"""Called with the number of further photos that are done, those of earlier runs first."""


def render_dataset(config: RenderConfig, *, limit: int | None = None, advance: Advance = lambda photos: None) -> Path:
    """Render the data set, or its first `limit` listings, and give the manifest's path.

    A finished listing is never rendered again. A folder of an earlier version gets the product masks that it lacks, and
    its photos stay as they are. Raises RunError when the folder holds another render, and MissingExtra without Mitsuba.
    """
    require_renderer()
    plans = plan_listings(config)
    folder = DatasetFolder(config.folder)
    folder.claim(config)
    wanted = plans if folder.is_complete() else plans[:limit]
    missing = [plan for plan in wanted if not folder.has(plan)]
    unmasked = [plan for plan in wanted if folder.has(plan) and not folder.has_product_masks(plan)]
    advance(count_photos(wanted) - count_photos(missing) - count_photos(unmasked))
    jobs = [partial(mask_listing, config.folder, plan, config.size_px) for plan in unmasked]
    jobs += [partial(render_listing, config.folder, p, config.size_px, config.samples_per_pixel) for p in missing]
    for photos in _run_jobs(jobs, config.workers):
        advance(photos)
    if folder.is_complete():
        folder.name_product_masks()
        return folder.manifest_path
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


def mask_listing(folder: Path, plan: ListingPlan, size_px: int) -> int:
    """Write the product masks of a listing that is rendered already, and give its number of photos."""
    target = DatasetFolder(folder)
    for number, product in find_product(plan, engine(), size_px=size_px):
        target.add_product_mask(plan, number, product)
    return len(plan.circumstances.photos)


def count_photos(plans: Sequence[ListingPlan]) -> int:
    """Give how many photos these listings have."""
    return sum(len(plan.circumstances.photos) for plan in plans)


def _run_jobs(jobs: Sequence[Callable[[], int]], workers: int) -> Iterator[int]:
    """Run jobs, one a listing, in `workers` processes (0: every core), and give each one's number of photos.

    Workers are spawned, not forked: the renderer keeps threads and locks that a fork would copy half-way.
    """
    if not jobs:
        return
    processes = min(workers or usable_cores(), len(jobs))
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _leave_interrupts_to_parent)
    try:
        for job in as_completed([pool.submit(job) for job in jobs]):
            yield job.result()
    except BrokenProcessPool as error:
        raise RunError("a rendering process was killed, perhaps for memory: run again with --set workers=1") from error
    finally:
        pool.shutdown(cancel_futures=True)  # listings in progress are finished, so that none is left half-way


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

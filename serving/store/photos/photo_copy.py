"""Copies the photos of a store into another storage; a copy that was killed goes on, since what is there is left."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence

from sqlalchemy import Engine, func, select

from serving.errors import PhotoDamaged, PhotoNotFound
from serving.store.photos.photo_store import PhotoStore
from serving.store.tables import PhotoRow

AT_ONCE = 8


@dataclasses.dataclass(slots=True, kw_only=True)
class PhotosCopied:
    """How many photos were copied, and how many were there already; and those that the source lacks, or has changed."""

    copied: int = 0
    present: int = 0
    missing: list[str] = dataclasses.field(default_factory=list)
    damaged: list[str] = dataclasses.field(default_factory=list)


def count_photos(database: Engine) -> int:
    """Give the number of different photos that the checks have."""
    with database.connect() as connection:
        kept = select(PhotoRow.sha256).where(PhotoRow.kept).distinct().subquery()
        return connection.scalar(select(func.count()).select_from(kept)) or 0


def copy_photos(
    database: Engine, source: PhotoStore, target: PhotoStore, advance: Callable[[int], object]
) -> PhotosCopied:
    """Copy the photos that the checks have, each compared with its SHA-256; raises StoreUnavailable.

    `advance` is called with how many more photos are done.
    """
    return asyncio.run(_copy_all(database, source, target, advance))


async def _copy_all(
    database: Engine, source: PhotoStore, target: PhotoStore, advance: Callable[[int], object]
) -> PhotosCopied:
    found, last = PhotosCopied(), ""
    while some := await asyncio.to_thread(_next, database, last):
        await asyncio.gather(*(_copy(sha256, source, target, found) for sha256 in some))
        advance(len(some))
        last = some[-1]
    return found


def _next(database: Engine, last: str) -> Sequence[str]:
    kept = select(PhotoRow.sha256).where(PhotoRow.kept, PhotoRow.sha256 > last)
    with database.connect() as connection:
        return connection.scalars(kept.distinct().order_by(PhotoRow.sha256).limit(AT_ONCE)).all()


async def _copy(sha256: str, source: PhotoStore, target: PhotoStore, found: PhotosCopied) -> None:
    if await target.has(sha256):
        found.present += 1
        return
    try:
        data = await source.get(sha256)
    except PhotoNotFound:
        found.missing.append(sha256)
    except PhotoDamaged:
        found.damaged.append(sha256)
    else:
        await target.put([(sha256, data)])
        found.copied += 1

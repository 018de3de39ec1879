"""Copies the photos of a store into another storage; a copy that was killed goes on, since what is there is left."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence

from sqlalchemy import Engine, func, select, union

from serving.errors import PhotoDamaged, PhotoNotFound
from serving.store.photos.photo_store import PhotoStore
from serving.store.photos.photo_uses import PHOTO_USES

AT_ONCE = 8


@dataclasses.dataclass(slots=True, kw_only=True)
class PhotosCopied:
    """How many photos were copied, and how many were there already; and those that the source lacks, or has changed."""

    copied: int = 0
    present: int = 0
    missing: list[str] = dataclasses.field(default_factory=list)
    damaged: list[str] = dataclasses.field(default_factory=list)


def count_photos(database: Engine) -> int:
    """Give the number of different photos that the store has."""
    with database.connect() as connection:
        return (
            connection.scalar(select(func.count()).select_from(union(*(use.query for use in PHOTO_USES)).subquery()))
            or 0
        )


def copy_photos(
    database: Engine, source: PhotoStore, target: PhotoStore, advance: Callable[[int], object]
) -> PhotosCopied:
    """Copy the photos that the store has, each compared with its SHA-256; raises StoreUnavailable.

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
    found: set[str] = set()
    with database.connect() as connection:  # each by its index; a union would sort all photos for each few
        for use in PHOTO_USES:
            following = use.query.where(use.sha256 > last).distinct().order_by(use.sha256)
            found.update(connection.scalars(following.limit(AT_ONCE)))
    return sorted(found)[:AT_ONCE]


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

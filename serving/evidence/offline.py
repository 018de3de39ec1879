"""Makes an evidence file beside no server: the store is opened for it alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from serving.deployments.slots import LoadedBundles
from serving.evidence.config import EvidenceSettings
from serving.evidence.contents.sections import SubjectKind
from serving.evidence.contents.sources import Sources
from serving.evidence.service import EvidenceFile, EvidenceFiles
from serving.principal import COMMAND_LINE
from serving.store.database.named_store import connect_store
from serving.store.store import Store, open_store
from vision.errors import ConfigError
from vision.photo.decode import DEFAULT_LIMITS

T = TypeVar("T")


def export_offline(
    folder: str, out: Path, settings: EvidenceSettings, *, kind: SubjectKind, object_id: str
) -> EvidenceFile:
    """Write a file of what a store's folder has; raises ConfigError, and as EvidenceFiles.make does.

    The file that is given back is closed.
    """
    connect_store(folder).dispose()  # a folder without a store is refused, and not made one
    store = open_store(Path(folder), check=False)
    try:
        return asyncio.run(_export(store, out, settings, kind, object_id))
    finally:
        store.close()


async def _export(
    store: Store, out: Path, settings: EvidenceSettings, kind: SubjectKind, object_id: str
) -> EvidenceFile:
    async def draw(sha256: str, draw_it: Callable[[bytes], T]) -> T:
        return await asyncio.to_thread(draw_it, await store.photos.get(sha256))

    none = LoadedBundles(slots=(), by_product={})
    sources = Sources(store=store, draw=draw, bundles=lambda: none, limits=DEFAULT_LIMITS)
    made = await EvidenceFiles(sources, settings).make(
        COMMAND_LINE, kind, object_id, "pdf" if out.suffix == ".pdf" else "zip"
    )
    try:
        with out.open("wb") as file:
            async for chunk in made.chunks():
                file.write(chunk)
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written ({error.strerror}); name another file") from error
    return made

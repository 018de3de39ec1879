"""What each store of photos does, and of renditions: a folder, or an object storage that several servers share."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

from serving.errors import PhotoDamaged

log = logging.getLogger("touchstone.serving")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class PhotoStore(Protocol):
    """The photos' bytes as received, each stored once under its SHA-256, however many checks have it.

    The rows know which photos are still needed, not this class. A caller that puts or removes photos holds them in the
    database (`Database.hold`). Every method raises StoreUnavailable where the storage does not answer.
    """

    async def put(self, photos: Sequence[tuple[str, bytes]]) -> None:
        """Store photos under their SHA-256s; they outlive a power cut when this returns. Those present are kept."""

    async def get(self, sha256: str) -> bytes:
        """Give a photo's bytes as received; raises PhotoNotFound, and PhotoDamaged where they have another SHA-256."""

    async def has(self, sha256: str) -> bool:
        """Whether a photo is stored."""

    async def remove(self, sha256s: Sequence[str]) -> None:
        """Remove photos' bytes; the caller knows that no check needs them. Those that are not there are no error."""

    def list_sha256s(self) -> AsyncIterator[list[str]]:
        """Give the SHA-256s of all stored photos, some hundred at a time."""

    async def ping(self) -> None:
        """Raise StoreUnavailable unless photos can be read, and written, which is tried after a failed write."""

    def close(self) -> None:
        """Let running work finish and end the threads."""


class RenditionStore(Protocol):
    """Renditions by their photo's SHA-256 and their longer side; any of them can be made again from its photo."""

    async def get(self, sha256: str, side_px: int) -> bytes | None:
        """Give a rendition, None where there is none, or where the storage does not answer."""

    async def put(self, sha256: str, side_px: int, data: bytes) -> None:
        """Keep a rendition; the caller holds the photo and knows that it is still stored. A failure is logged only."""

    async def remove(self, sha256s: Sequence[str]) -> None:
        """Remove all renditions of these photos; the caller holds the photos. Raises StoreUnavailable."""

    async def remove_other_versions(self) -> None:
        """Remove the renditions of other versions of this program. Raises StoreUnavailable."""


def sha256s_of(paths: Iterable[str]) -> list[str]:
    """Give the SHA-256s that paths of photos end with; whatever else lies there was not put there by a photo store."""
    names = (path.rpartition("/")[2] for path in paths)
    return [name for name in names if _SHA256.fullmatch(name)]


def refuse_damaged(sha256: str, data: bytes) -> None:
    """Raise PhotoDamaged where these are not the bytes that were stored under this SHA-256."""
    if hashlib.sha256(data).hexdigest() != sha256:
        log.error("the stored bytes of photo %s are not those that were stored", sha256)
        raise PhotoDamaged(f"the stored bytes of photo {sha256} were changed or damaged; restore it from a backup")

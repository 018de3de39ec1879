"""Where the contents of evidence files come from."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from serving.deployments.slots import LoadedBundles
from serving.store.store import Store
from vision.photo.decode import PhotoLimits

T = TypeVar("T")


class Draw(Protocol):
    """Runs a function on a stored photo's bytes, on a compute thread and a few at a time."""

    def __call__(self, sha256: str, draw: Callable[[bytes], T], /) -> Awaitable[T]: ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the contents of files come from; `bundles` gives those that serve now."""

    store: Store
    draw: Draw
    bundles: Callable[[], LoadedBundles]
    limits: PhotoLimits

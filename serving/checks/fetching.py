"""The photos of a check that were sent by URL: fetched before they are judged, each failure the error of its photo."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from serving.checks.request import CheckRequest
from serving.compute.deadline import Deadline
from serving.errors import UrlPhotosUnsupported
from serving.principal import Principal
from vision.errors import PhotoError
from vision.verdict import PhotoFault, PhotoJudgement

if TYPE_CHECKING:
    from serving.fetch.fetcher import Fetcher, Fetching

NO_BYTES_SHA256 = hashlib.sha256(b"").hexdigest()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPhotos:
    """A check with the bytes of its photos, and the judgements on those that could not be fetched."""

    request: CheckRequest
    failed: tuple[PhotoJudgement, ...]


def fetch_photos(
    request: CheckRequest, fetcher: Fetcher | None, caller: Principal, deadline: Deadline
) -> AbstractAsyncContextManager[FetchedPhotos]:
    """Fetch the photos that were sent by URL, all at once; their bytes count as held while the block runs.

    Raises UrlPhotosUnsupported without a fetcher, what `Fetcher.fetch_all` raises, and what `Deadline.enforced` does.
    """
    return _photos_of(request, _required(fetcher).fetch_all, caller, deadline)


def fetch_photos_in_background(
    request: CheckRequest, fetcher: Fetcher | None, caller: Principal
) -> AbstractAsyncContextManager[FetchedPhotos]:
    """As `fetch_photos`, for a check that nobody waits for: it leaves half of the places to those that are."""
    return _photos_of(request, _required(fetcher).fetch_all_in_background, caller, Deadline())


def _required(fetcher: Fetcher | None) -> Fetcher:
    if fetcher is None:
        raise UrlPhotosUnsupported(
            "photos by url: this server fetches no URLs (fetch.enabled); send the bytes as base64, or as a multipart "
            "part"
        )
    return fetcher


@contextlib.asynccontextmanager
async def _photos_of(
    request: CheckRequest,
    fetch_all: Callable[[Sequence[str], Principal], Fetching],
    caller: Principal,
    deadline: Deadline,
) -> AsyncIterator[FetchedPhotos]:
    urls = request.urls or ()
    async with contextlib.AsyncExitStack() as held:
        async with deadline.enforced():
            fetched = await held.enter_async_context(fetch_all([url for url in urls if url is not None], caller))
        results = iter(fetched)
        photos: list[bytes] = []
        failed: list[PhotoJudgement] = []
        for index, (data, url) in enumerate(zip(request.photos, urls, strict=True)):
            result = data if url is None else next(results)
            if isinstance(result, PhotoError):
                fault = PhotoFault(code=result.code, message=result.message)
                failed.append(PhotoJudgement(index=index, sha256=NO_BYTES_SHA256, error=fault))
                result = b""
            photos.append(result)
        yield FetchedPhotos(request=dataclasses.replace(request, photos=tuple(photos)), failed=tuple(failed))

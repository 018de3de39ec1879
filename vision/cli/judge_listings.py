"""Judges many listings on several threads, in order, with as few of them in memory as keep the threads busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from vision.cli.listings import Listing
from vision.detector import Detector
from vision.errors import NoReadablePhoto, TouchstoneError
from vision.verdict import Verdict

_AHEAD: Final = 2  # listings a thread that wait or are done: more would only take memory


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedListing:
    """A listing with its verdict, or with the code and message of why it has none.

    `unreadable` counts its photos that could not be read.
    """

    listing: Listing
    verdict: Verdict | None
    unreadable: int = 0
    error_code: str = ""
    error: str = ""


def judge_listings(
    detector: Detector,
    listings: Iterable[Listing],
    *,
    product: str | None,
    threads: int,
    then: Callable[[JudgedListing], None] | None = None,
) -> Generator[JudgedListing]:
    """Judge each listing; one that fails carries its error, and the others go on. `then` runs on the same thread.

    `product` is that of every listing; with None each has its own.

    Closing the iterator, or an exception in the caller, ends the work after the listings under way.
    """
    pool = ThreadPoolExecutor(threads)

    def judge(listing: Listing) -> JudgedListing:
        judged = _judge(detector, listing, product)
        if then is not None:
            then(judged)
        return judged

    waiting: deque[Future[JudgedListing]] = deque()
    try:
        for listing in listings:
            waiting.append(pool.submit(judge, listing))
            if len(waiting) > _AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _judge(detector: Detector, listing: Listing, product: str | None) -> JudgedListing:
    try:
        verdict = detector.check(listing.photos, product=product or listing.product, views=listing.views)
    except NoReadablePhoto as error:
        return JudgedListing(
            listing=listing,
            verdict=None,
            unreadable=len(listing.photos),
            error_code=error.code,
            error=error.message,
        )
    except TouchstoneError as error:
        return JudgedListing(listing=listing, verdict=None, error_code=error.code, error=error.message)
    except Exception as error:  # noqa: BLE001  # of one listing in many thousands: the others are still to be judged
        message = f"{type(error).__name__}: {error}"
        return JudgedListing(listing=listing, verdict=None, error_code=TouchstoneError.code, error=message)
    unreadable = sum(photo.error is not None for photo in verdict.photos)
    return JudgedListing(listing=listing, verdict=verdict, unreadable=unreadable)

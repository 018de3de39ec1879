"""Searches every check for what it shares with others, after it was answered, and keeps the clusters up to date."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from serving.clock import utc_now
from serving.compute.executor import LOWEST_PRIORITY, Compute
from serving.deployments.slots import LoadedBundles
from serving.deployments.switch import DeploymentSwitch
from serving.errors import ComputeTimedOut, PhotoNotFound, Unavailable
from serving.schemas.events import EventType
from serving.sellers.contacts import find_texts
from serving.sellers.deciders import COMMON_FROM, DECIDERS
from serving.sellers.photos import hash_stock, place_of_evidence, trace_photo
from serving.sellers.prices import price_of
from serving.sellers.traced import listing_key_of, party_of
from serving.store.events.followers import Taken
from serving.store.events.following import catch_up, follow
from serving.store.evidence_codec import unpack_evidence
from serving.store.sellers.trace_rows import CheckToTrace, NewTraces, PictureValue, TracedPhoto
from serving.store.store import Store
from vision.errors import BundleError, PhotoError
from vision.photo.decode import PhotoLimits

FOLLOWER = "investigations"
TYPES: tuple[EventType, ...] = ("check.completed",)
START_S = 2.0  # a server that starts has requests to answer first
REFRESH_S = 5.0  # for what deletions changed
AT_ONCE = 10
log = logging.getLogger("touchstone.serving")


class Investigations:
    """The search of one server: one photo at a time, on a thread of the lowest priority."""

    def __init__(self, *, store: Store, switch: DeploymentSwitch, limits: PhotoLimits, timeout_s: float) -> None:
        self._store = store
        self._switch = switch
        self._limits = limits
        self._compute = Compute(threads=1, max_waiting=AT_ONCE, timeout_s=timeout_s, niceness=LOWEST_PRIORITY)
        self._stock_of: tuple[str, ...] | None = None
        self._stock: NDArray[np.uint8] = hash_stock([])

    async def run(self) -> None:
        """Follow checks and deletions until cancelled."""
        await asyncio.sleep(START_S)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(follow(self._store.follower_rows, FOLLOWER, self.trace, types=TYPES, limit=AT_ONCE))
            tasks.create_task(self._refresh_periodically())

    async def catch_up(self) -> None:
        """Search the checks that there are now, compute the clusters that they change, and come back."""
        await catch_up(self._store.follower_rows, FOLLOWER, self.trace, types=TYPES, limit=AT_ONCE)
        await self.refresh()

    async def trace(self, taken: Taken) -> None:
        """Search the checks of these events, and compute the clusters that they change."""
        for event in taken.events:
            check = None if event.check_id is None else await self._store.trace_rows.find_check(event.check_id)
            if check is not None:
                await self._store.trace_rows.add(await self._traces_of(check), COMMON_FROM)
        await self._store.trace_rows.finish(taken)
        await self.refresh()

    async def refresh(self) -> None:
        """Compute the clusters of all sellers that changed."""
        while await self._store.cluster_rows.refresh(DECIDERS, utc_now()):
            pass

    def close(self) -> None:
        """Wait for the photo in hand."""
        self._compute.close()

    async def _refresh_periodically(self) -> None:
        while True:
            try:
                await self.refresh()
            except Unavailable as error:
                log.warning("clusters wait for the store: %s", error)
            except Exception:
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise
                log.exception("computing clusters failed and is tried again")
            await asyncio.sleep(REFRESH_S)

    async def _traces_of(self, check: CheckToTrace) -> NewTraces:
        stock = await self._find_stock()
        pictures: list[PictureValue] = []
        for photo in check.photos:
            pictures += await self._trace_photo(check.check_id, photo, stock)
        maps = [unpack_evidence(photo.evidence) for photo in check.photos if photo.evidence is not None]
        texts = await self._compute.run(functools.partial(find_texts, check.attributes))
        place = place_of_evidence(check.product, maps)
        price = price_of(check.attributes)
        listing_key = listing_key_of(check.product, check.listing_id, check.check_id)
        return NewTraces(
            check_id=check.check_id,
            listing_key=listing_key,
            party=party_of(check.seller_id, listing_key),
            product=check.product,
            amount=None if price is None else price.amount,
            currency=None if price is None else price.currency,
            texts=[*texts, *([] if place is None else [place])],
            pictures=pictures,
        )

    async def _trace_photo(self, check_id: str, photo: TracedPhoto, stock: NDArray[np.uint8]) -> Sequence[PictureValue]:
        """Hash a photo; one that is gone, or too slow, is left out for good: another try would be no other."""
        evidence = None if photo.evidence is None else unpack_evidence(photo.evidence)
        try:
            data = await self._store.photos.get(photo.sha256)
            work = functools.partial(trace_photo, data, self._limits, photo.index, evidence, stock)
            return await self._compute.run(work)
        except (PhotoNotFound, PhotoError, ComputeTimedOut) as error:
            log.warning("photo %d of check %s is left out of investigations: %s", photo.index, check_id, error)
            return []

    async def _find_stock(self) -> NDArray[np.uint8]:
        """Give the hashes of the genuine references of the bundles that serve now: anyone may use those photos."""
        bundles = self._switch.current
        serving = tuple(slot.active.detector.bundle.sha256 for slot in bundles.slots)
        if serving != self._stock_of:
            images = await asyncio.to_thread(_references_of, bundles)
            self._stock = await self._compute.run(functools.partial(hash_stock, images))
            self._stock_of = serving
        return self._stock


def _references_of(bundles: LoadedBundles) -> list[bytes]:
    images = []
    for slot in bundles.slots:
        bank = slot.active.bank
        for reference in bank.references:
            if reference.label != "genuine" or reference.removed_at:
                continue
            try:
                images.append(bank.image(reference))
            except BundleError as error:  # erased since the bundle was loaded
                log.warning("a reference is left out of investigations: %s", error)
    return images

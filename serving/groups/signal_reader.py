"""Reads the signals of photos and sellers: for sharing as items, and for a question as probes."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Collection, Mapping
from typing import Final

from pydantic import JsonValue

from serving.compute.executor import Compute
from serving.deployments.switch import DeploymentSwitch
from serving.groups.keyed_hash import keyed_hash
from serving.groups.matching import Probe, hash_probes, pack_embedding
from serving.groups.photo_signals import PhotoSignals, read_signals
from serving.principal import Principal
from serving.schemas.enforcement.groups import SharedKind, SkippedShare
from serving.store.groups.item_rows import OF_PHOTOS, CheckSignals, NewItem
from serving.store.photos.photo_store import PhotoStore
from vision.detector import Detector
from vision.errors import CheckError
from vision.photo.decode import PhotoLimits

_MISSING_OF_SELLER: Final[Mapping[SharedKind, str]] = {"seller_id": "no_seller_id", "seller_contact": "no_contact"}


# Gives the contacts in a listing's attributes, each in one spelling.
FindContacts = Callable[[Mapping[str, JsonValue]], list[str]]


class SignalReader:
    """Reads photos on the compute threads, at most on half of them, so that checks keep the others."""

    def __init__(
        self,
        *,
        compute: Compute,
        switch: DeploymentSwitch,
        photos: PhotoStore,
        limits: PhotoLimits,
        find_contacts: FindContacts,
    ) -> None:
        self._compute = compute
        self._switch = switch
        self._photos = photos
        self._limits = limits
        self._find_contacts = find_contacts
        self._turns = asyncio.Semaphore(max(1, compute.threads // 2))

    async def items_of(
        self, principal: Principal, check: CheckSignals, kinds: Collection[SharedKind]
    ) -> tuple[list[NewItem], list[SkippedShare]]:
        """Give what a check has to share of these kinds, and of what nothing can be; raises Overloaded."""
        items = self._seller_items(check, kinds)
        skipped = [
            SkippedShare(kind=kind, photo=None, reason=reason)
            for kind, reason in _MISSING_OF_SELLER.items()
            if kind in kinds and not any(item.kind == kind for item in items)
        ]
        detector = self._detector_of(principal, check.product) if "embedding" in kinds else None
        if "embedding" in kinds and detector is None:
            skipped.append(SkippedShare(kind="embedding", photo=None, reason="no_bundle"))
        for index, signals in (await self._read_stored(check, kinds, detector)).items():
            found = _photo_items(index, signals, kinds, detector)
            items += found
            for kind in OF_PHOTOS:
                if kind in kinds and signals.fault is not None and not any(item.kind == kind for item in found):
                    skipped.append(SkippedShare(kind=kind, photo=index, reason=signals.fault))
        return items, skipped

    async def probes_of_check(
        self, principal: Principal, check: CheckSignals, kinds: Collection[SharedKind]
    ) -> list[Probe]:
        """Give what a check has to ask about; raises Overloaded."""
        detector = self._detector_of(principal, check.product) if "embedding" in kinds else None
        probes = [Probe(kind=item.kind, digest=item.digest) for item in self._seller_items(check, kinds)]
        for signals in (await self._read_stored(check, kinds, detector)).values():
            probes += _photo_probes(signals, kinds, detector)
        return probes

    async def probes_of_photo(
        self, principal: Principal, data: bytes, product: str | None, kinds: Collection[SharedKind]
    ) -> list[Probe]:
        """Give what a photo has to ask about; raises PhotoError, Overloaded, and UnknownProduct for the product."""
        detector = None
        if product is not None and "embedding" in kinds:
            _, detector = self._switch.current.find_product(principal, product)
        return _photo_probes(
            await self._read(functools.partial(read_signals, data, detector, self._limits)), kinds, detector
        )

    def probes_of_seller(
        self,
        hash_key: bytes,
        seller_id: str | None,
        attributes: Mapping[str, JsonValue],
        kinds: Collection[SharedKind],
    ) -> list[Probe]:
        """Give what a seller's id and the contacts in attributes have to ask about."""
        values: list[tuple[SharedKind, str]] = [("seller_contact", text) for text in self._find_contacts(attributes)]
        if seller_id is not None:
            values.append(("seller_id", seller_id))
        return [Probe(kind=kind, digest=keyed_hash(hash_key, kind, text)) for kind, text in values if kind in kinds]

    def _seller_items(self, check: CheckSignals, kinds: Collection[SharedKind]) -> list[NewItem]:
        probes = self.probes_of_seller(check.hash_key, check.seller_id, check.attributes, kinds)
        parts: dict[SharedKind, int] = {}
        items = []
        for probe in probes:
            parts[probe.kind] = parts.get(probe.kind, -1) + 1
            items.append(NewItem(kind=probe.kind, part=parts[probe.kind], digest=probe.digest))
        return items

    def _detector_of(self, principal: Principal, product: str) -> Detector | None:
        try:
            return self._switch.current.find_product(principal, product)[1]
        except CheckError:
            return None

    async def _read_stored(
        self, check: CheckSignals, kinds: Collection[SharedKind], detector: Detector | None
    ) -> Mapping[int, PhotoSignals]:
        if "photo_hash" not in kinds and detector is None:
            return {}
        found = {}
        for index, sha256 in check.photo_sha256s.items():
            data = await self._photos.get(sha256)
            found[index] = await self._read(functools.partial(read_signals, data, detector, self._limits))
        return found

    async def _read(self, read: Callable[[], PhotoSignals]) -> PhotoSignals:
        async with self._turns:
            return await self._compute.run(read)


def _photo_items(
    index: int, signals: PhotoSignals, kinds: Collection[SharedKind], detector: Detector | None
) -> list[NewItem]:
    items = []
    if "photo_hash" in kinds and signals.hashes is not None:
        items.append(NewItem(kind="photo_hash", part=index, value=signals.hashes[0].tobytes()))
    if detector is not None and signals.embedding is not None:
        sha256 = detector.bundle.sha256
        items.append(
            NewItem(kind="embedding", part=index, value=pack_embedding(signals.embedding), bundle_sha256=sha256)
        )
    return items


def _photo_probes(signals: PhotoSignals, kinds: Collection[SharedKind], detector: Detector | None) -> list[Probe]:
    probes = [] if signals.hashes is None or "photo_hash" not in kinds else hash_probes(signals.hashes)
    if detector is not None and signals.embedding is not None:
        value = pack_embedding(signals.embedding)
        probes.append(Probe(kind="embedding", value=value, bundle_sha256=detector.bundle.sha256))
    return probes

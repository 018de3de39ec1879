"""Photos of purchases: their rows, and their bytes as received in the photo storage.

The row is written first, then the bytes, then that they are stored: so no cleanup takes the bytes of a photo that is
being added, and no photo is shown before its bytes are kept. Who sends the same photo again goes on where it ended.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable

from pydantic import JsonValue
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import BuyMoveRefused, PhotoNotFound, TooManyBuyPhotos
from serving.principal import Principal
from serving.schemas.enforcement.buys import BuyPhoto, BuyState
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database, to_end
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.photos.photo_store import PhotoStore
from serving.store.tables import BuyMoveRow, BuyPhotoRow, BuyRow
from serving.store.test_buys.buy_answers import photo_of
from serving.store.test_buys.buy_rows import get_buy

MAX_PHOTOS = 200
PHOTO_STATES: frozenset[BuyState] = frozenset({"received", "examined", "genuine", "counterfeit", "cant_tell"})


class BuyPhotos:
    """Adds and finds photos of purchases; `note_orphans` tells that a failure may have left one without a row."""

    def __init__(self, *, database: Database, photos: PhotoStore, note_orphans: Callable[[], None]) -> None:
        self._database = database
        self._photos = photos
        self._note_orphans = note_orphans

    async def add(
        self, principal: Principal, buy_id: str, data: bytes, point_id: str | None, now: datetime.datetime
    ) -> BuyPhoto:
        """Add a photo of a purchase that arrived; the same bytes again are the same photo.

        Raises BuyNotFound, BuyMoveRefused before it arrived, TooManyBuyPhotos.
        """
        return await to_end(self._add(principal, buy_id, data, point_id, now))

    async def _add(
        self, principal: Principal, buy_id: str, data: bytes, point_id: str | None, now: datetime.datetime
    ) -> BuyPhoto:
        sha256 = hashlib.sha256(data).hexdigest()

        def reserve(session: Session) -> None:
            _reserve(session, get_buy(session, principal, buy_id), sha256, point_id, now)

        def store(session: Session) -> BuyPhoto:
            return _mark_stored(session, principal, get_buy(session, principal, buy_id), sha256)

        await self._database.write(reserve)
        async with self._database.hold([sha256], shared=True) as held:
            try:
                await self._photos.put([(sha256, data)])
                await held.read(_nothing)  # fails where the hold was lost meanwhile
            except BaseException:
                self._note_orphans()
                raise
        return await self._database.write(store)

    async def find(self, principal: Principal, buy_id: str, index: int) -> BuyPhoto:
        """Give the record of a photo; raises BuyNotFound or PhotoNotFound."""

        def work(session: Session) -> BuyPhoto:
            get_buy(session, principal, buy_id)
            row = session.get(BuyPhotoRow, (buy_id, index))
            if row is None or not row.stored:
                raise PhotoNotFound(f"test buy {buy_id} has no photo {index}; photos count from 0")
            return photo_of(row)

        return await self._database.read(work)

    async def forget_seller(self, seller_id: str) -> list[str]:
        """Delete what names a seller or may show it, and give the SHA-256s of its purchases' photos.

        Outcomes, findings without their notes, and probabilities stay: the estimates need them, and they name nobody.
        """

        def work(session: Session) -> list[str]:
            return forget_seller(session, seller_id)

        return await self._database.write(work)


def forget_seller(session: Session, seller_id: str) -> list[str]:
    """As `BuyPhotos.forget_seller`, in a transaction that does more."""
    rows = session.scalars(select(BuyRow).where(BuyRow.seller_id == seller_id)).all()
    sha256s = [photo.sha256 for row in rows for photo in row.photos]
    for row in rows:
        row.seller_id = row.listing_id = None
        row.photos = []  # a parcel names its sender
        for finding in row.findings:
            finding.note = ""
        session.execute(update(BuyMoveRow).where(BuyMoveRow.buy_id == row.buy_id).values(reason=""))
    return sha256s


def _reserve(session: Session, buy: BuyRow, sha256: str, point_id: str | None, now: datetime.datetime) -> None:
    if buy.state not in PHOTO_STATES:
        raise BuyMoveRefused(f"the test buy is {buy.state}; photos are added once it is received")
    if any(photo.sha256 == sha256 for photo in buy.photos):
        return
    if len(buy.photos) >= MAX_PHOTOS:
        raise TooManyBuyPhotos(f"test buy {buy.buy_id} has {MAX_PHOTOS} photos, the most that one may have")
    place = 1 + max((photo.position for photo in buy.photos), default=-1)
    session.add(
        BuyPhotoRow(
            buy_id=buy.buy_id,
            position=place,
            sha256=sha256,
            point_id=point_id,
            added_at=max(now, buy.moved_at),
            stored=False,
        )
    )


def _mark_stored(session: Session, principal: Principal, buy: BuyRow, sha256: str) -> BuyPhoto:
    row = next((photo for photo in buy.photos if photo.sha256 == sha256), None)
    if row is None:
        raise PhotoNotFound("the photo was deleted while it was added: the seller's data was erased")
    if not row.stored:
        row.stored = True
        facts = {"buy_id": buy.buy_id, "index": row.position, "sha256": sha256}
        add_event(session, NewEvent(type="test_buy.photo_added", product=buy.product, data=facts))
        details: dict[str, JsonValue] = {"index": row.position, "sha256": sha256, "product": buy.product}
        append_entry(session, new_entry(principal, "test_buy.photo_added", "test_buy", buy.buy_id, details))
    return photo_of(row)


def _nothing(_: Session) -> None:
    return None

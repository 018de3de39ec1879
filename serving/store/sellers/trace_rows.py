"""The rows of values that checks share: looked up by equal text and by near hash, and added once a check.

A hash is near another where at most `near_bits` of 256 differ. Its 16 bands of 16 bits are in a table: of two hashes
that differ in 20 bits 99.8 % agree in a band, in 31 bits 92 %, and those that do are compared bit by bit.
"""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, exists, func, insert, select, update
from sqlalchemy.orm import Session

from serving.store.database.database import Database
from serving.store.events.followers import Taken, advance
from serving.store.sellers.changes import mark_changed
from serving.store.tables import (
    CheckRow,
    PhotoRow,
    TraceBandRow,
    TracedCheckRow,
    TraceRow,
    TraceSaltRow,
    TraceValueRow,
)

BANDS = 16
BANDS_AT_ONCE = 5000
_INSERT_BANDS = insert(cast(Table, TraceBandRow.__table__))
_INSERT_TRACES = insert(cast(Table, TraceRow.__table__))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TracedPhoto:
    """A stored photo of a check, by its place among the check's."""

    index: int
    sha256: str
    evidence: bytes | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckToTrace:
    """What is searched of a check."""

    check_id: str
    product: str
    listing_id: str | None
    seller_id: str | None
    attributes: Mapping[str, Any]
    photos: Sequence[TracedPhoto]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TextValue:
    """A text that checks can share, as it is compared; `shown` is what people see of it."""

    kind: str
    text: str
    shown: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PictureValue:
    """A picture that checks can share; uint8 [N, 32] each.

    `lookups` are the hashes under which it may be stored already, as it was changed; the first `own` are of the whole
    picture, and the first is as it is. `space` separates photos from parts of them, which are never compared.
    """

    kind: str
    space: int
    photo: int
    lookups: NDArray[np.uint8]
    own: int
    near_bits: int
    trimmed_near_bits: int
    shown: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewTraces:
    """All that a check shares or may come to share."""

    check_id: str
    listing_key: str
    party: str
    product: str
    amount: float | None
    currency: str | None
    texts: Sequence[TextValue]
    pictures: Sequence[PictureValue]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The stored values that a picture is near to; `is_new` where none is the whole picture itself."""

    value_ids: tuple[int, ...]
    is_new: bool


class TraceRows:
    """The values of checks. One server at a time adds to them: see `serving.store.events.followers`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._salt: str | None = None

    async def find_check(self, check_id: str) -> CheckToTrace | None:
        """Give what is searched of a check, None where it was searched already or is deleted."""

        def work(session: Session) -> CheckToTrace | None:
            row = session.get(CheckRow, check_id)
            if row is None or session.get(TracedCheckRow, check_id) is not None:
                return None
            kept = select(PhotoRow.position, PhotoRow.sha256, PhotoRow.evidence)
            photos = session.execute(kept.where(PhotoRow.check_id == check_id, PhotoRow.kept).order_by("position"))
            return CheckToTrace(
                check_id=check_id,
                product=row.product,
                listing_id=row.listing_id,
                seller_id=row.seller_id,
                attributes=row.attributes,
                photos=[TracedPhoto(index=at, sha256=sha256, evidence=evidence) for at, sha256, evidence in photos],
            )

        return await self._database.read(work)

    async def add(self, new: NewTraces, common_from: Mapping[str, int]) -> None:
        """Add what was found in a check, and mark its seller as changed; again, or of a deleted check, nothing.

        A value becomes common where as many sellers have it as `common_from` says of its kind.
        """
        salt = await self._get_salt()
        found = await self._database.read(lambda session: [_find_near(session, one) for one in new.pictures])

        def work(session: Session) -> None:
            if session.get(CheckRow, new.check_id) is None or session.get(TracedCheckRow, new.check_id) is not None:
                return
            row = {
                field.name: getattr(new, field.name)
                for field in dataclasses.fields(new)
                if field.name not in ("texts", "pictures")
            }
            session.add(TracedCheckRow(**row))
            session.flush()
            values: dict[int, int | None] = {_value_of(session, text, salt): None for text in new.texts}
            for picture, near in zip(new.pictures, found, strict=True):
                for value_id in _existing(session, near.value_ids):
                    values.setdefault(value_id, picture.photo)
                if near.is_new:
                    values[_add_picture(session, picture)] = picture.photo
            if values:
                traces = [
                    {"check_id": new.check_id, "value_id": value_id, "photo": photo, "party": new.party}
                    for value_id, photo in values.items()
                ]
                session.execute(_INSERT_TRACES, traces)
                mark_changed(session, {new.party, *_holders_of_common(session, list(values), common_from)})

        await self._database.write(work)

    async def finish(self, taken: Taken) -> None:
        """Move the follower's cursor behind checks whose traces were added."""
        await self._database.write(lambda session: advance(session, taken))

    async def _get_salt(self) -> str:
        if self._salt is None:

            def work(session: Session) -> str:
                row = session.get(TraceSaltRow, 1)
                if row is None:
                    row = TraceSaltRow(salt_id=1, salt=secrets.token_hex(32))
                    session.add(row)
                return row.salt

            self._salt = await self._database.write(work)
        return self._salt


def _find_near(session: Session, picture: PictureValue) -> _Found:
    bands = np.unique(_bands_of(picture.space, picture.lookups)).tolist()
    candidates: set[int] = set()
    for start in range(0, len(bands), BANDS_AT_ONCE):
        some = bands[start : start + BANDS_AT_ONCE]
        candidates.update(session.scalars(select(TraceBandRow.value_id).where(TraceBandRow.band.in_(some))))
    near: list[int] = []
    is_new = True
    for value_ids, bits in _bits_of(session, sorted(candidates)):
        apart = np.bitwise_count(bits[:, None] ^ picture.lookups[None]).sum(axis=-1, dtype=np.int64)
        whole = apart[:, : picture.own].min(axis=1) <= picture.near_bits
        trimmed = apart.min(axis=1) <= picture.trimmed_near_bits
        near += value_ids[whole | trimmed].tolist()
        is_new &= not whole.any()
    return _Found(value_ids=tuple(near), is_new=is_new)


def _bits_of(session: Session, value_ids: Sequence[int]) -> Iterable[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
    """Give the ids with their bits, uint8 [N, 32], some at a time."""
    for start in range(0, len(value_ids), BANDS_AT_ONCE):
        some = value_ids[start : start + BANDS_AT_ONCE]
        rows = session.execute(
            select(TraceValueRow.value_id, TraceValueRow.bits).where(TraceValueRow.value_id.in_(some))
        ).all()
        if rows:
            bits = np.frombuffer(b"".join(row.bits or b"" for row in rows), np.uint8).reshape(len(rows), -1)
            yield np.array([row.value_id for row in rows]), bits


def _bands_of(space: int, hashes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Give the 16 bands of each hash as numbers that hold space, place and bits."""
    words = np.ascontiguousarray(hashes).view(">u2").astype(np.int64)  # [N, 16]
    return (space * BANDS + np.arange(BANDS))[None] * 2**16 + words


def _add_picture(session: Session, picture: PictureValue) -> int:
    own = picture.lookups[:1]
    row = TraceValueRow(kind=picture.kind, bits=own.tobytes(), shown=picture.shown, common=False)
    session.add(row)
    session.flush()
    session.execute(
        _INSERT_BANDS,
        [{"band": band, "value_id": row.value_id} for band in _bands_of(picture.space, own)[0].tolist()],
    )
    return row.value_id


def _value_of(session: Session, value: TextValue, salt: str) -> int:
    key = hashlib.sha256(f"{salt}\0{value.text}".encode()).hexdigest()
    found = select(TraceValueRow.value_id).where(TraceValueRow.kind == value.kind, TraceValueRow.key_sha256 == key)
    value_id = session.scalar(found)
    if value_id is None:
        row = TraceValueRow(kind=value.kind, key_sha256=key, shown=value.shown, common=False)
        session.add(row)
        session.flush()
        value_id = row.value_id
    return value_id


def _holders_of_common(session: Session, value_ids: Sequence[int], common_from: Mapping[str, int]) -> list[str]:
    """Make common what so many sellers have by now, and give all who have it: it may have joined them."""
    counted = (
        select(TraceValueRow.value_id, TraceValueRow.kind, func.count(TraceRow.party.distinct()))
        .join(TraceRow, TraceRow.value_id == TraceValueRow.value_id)
        .where(TraceValueRow.value_id.in_(value_ids), ~TraceValueRow.common)
        .group_by(TraceValueRow.value_id, TraceValueRow.kind)
    )
    common = [value_id for value_id, kind, holders in session.execute(counted) if holders >= common_from[kind]]
    if not common:
        return []
    session.execute(update(TraceValueRow).where(TraceValueRow.value_id.in_(common)).values(common=True))
    return list(session.scalars(select(TraceRow.party).where(TraceRow.value_id.in_(common)).distinct()))


def _existing(session: Session, value_ids: Sequence[int]) -> list[int]:
    """Give those that are still there: the check that had a value may have been deleted since it was found."""
    return [one for one in value_ids if session.scalar(select(exists().where(TraceValueRow.value_id == one)))]

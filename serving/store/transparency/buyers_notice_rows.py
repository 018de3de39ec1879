"""The rows of notices to buyers: that those of a case were informed, and which of its listings other cases have too."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.principal import Principal
from serving.schemas.enforcement.complaints import NoticeWay
from serving.store.audit_rows import append_entry
from serving.store.cases.case_rows import get_case
from serving.store.cases.listing_identity import identity_of, named_as
from serving.store.database.database import Database
from serving.store.tables import BuyersNoticeRow, CaseListingRow, CaseMoveRow, CaseRow
from serving.store.transparency.decided_listing import FIRST_DECISION_FROM


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecordedNotice:
    """That buyers were informed."""

    recorded_at: datetime.datetime
    way: NoticeWay
    buyers: int | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SameListing:
    """The listing at `position` of a case, as another case of the same product under the law of the EU restricts it.

    `decided_at` is when that other case was upheld, `recorded_at` when its buyers were informed, or None.
    """

    position: int
    case_id: str
    country: str
    decided_at: datetime.datetime
    recorded_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BuyersRecord:
    """What is known of a case's buyers: whether they were informed, and the same listings in other cases."""

    recorded: RecordedNotice | None = None
    others: tuple[SameListing, ...] = ()


class BuyersNoticeRows:
    """The rows of notices to buyers; they concern the marketplace, so only the operator's requests come here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self, principal: Principal, case_id: str, way: NoticeWay, buyers: int | None, now: datetime.datetime
    ) -> RecordedNotice:
        """Record that the buyers of a case's listings were informed; recorded again, the first record stays."""
        entry = new_entry(principal, "buyers.informed", "case", case_id)

        def work(session: Session) -> RecordedNotice:
            get_case(session, principal, case_id)
            row = session.get(BuyersNoticeRow, case_id)
            if row is None:
                row = BuyersNoticeRow(
                    case_id=case_id, recorded_at=now, way=way, buyers=buyers, recorded_by=principal.name
                )
                session.add(row)
                append_entry(session, entry.with_details(way=way, buyers=buyers))
            return _notice_of(row)

        return await self._database.write(work)

    async def find(self, principal: Principal, case_id: str) -> BuyersRecord:
        """Give what is known of the buyers of a case's listings; raises CaseNotFound."""

        def work(session: Session) -> BuyersRecord:
            case = get_case(session, principal, case_id)
            row = session.get(BuyersNoticeRow, case_id)
            recorded = None if row is None else _notice_of(row)
            return BuyersRecord(recorded=recorded, others=tuple(_same_listings(session, case)))

        return await self._database.read(work)


def _same_listings(session: Session, case: CaseRow) -> Iterator[SameListing]:
    """Give this case's listings as other cases restrict them now, the first decision first."""
    positions = {identity: one.position for one in case.listings if (identity := identity_of(one)) is not None}
    query = (
        select(CaseListingRow, CaseRow.country, CaseMoveRow.at, BuyersNoticeRow.recorded_at)
        .join(CaseRow, CaseRow.case_id == CaseListingRow.case_id)
        .join(CaseMoveRow, CaseMoveRow.case_id == CaseRow.case_id)
        .outerjoin(BuyersNoticeRow, BuyersNoticeRow.case_id == CaseRow.case_id)
        .where(
            named_as(positions),
            CaseListingRow.case_id != case.case_id,
            CaseListingRow.removed_at.is_not(None),
            CaseRow.product == case.product,
            CaseRow.jurisdiction == "EU",
            CaseMoveRow.to_state == "upheld",
            CaseMoveRow.from_state.in_(FIRST_DECISION_FROM),
        )
        .order_by(CaseMoveRow.at, CaseRow.case_id)
    )
    for listing, country, decided_at, recorded_at in session.execute(query):
        identity = identity_of(listing)
        if identity in positions:
            yield SameListing(
                position=positions[identity],
                case_id=listing.case_id,
                country=country,
                decided_at=decided_at,
                recorded_at=recorded_at,
            )


def _notice_of(row: BuyersNoticeRow) -> RecordedNotice:
    return RecordedNotice(recorded_at=row.recorded_at, way=cast(NoticeWay, row.way), buyers=row.buyers)

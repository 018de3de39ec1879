"""Reads what a plan is made from: the listings that were checked in a period, and the labels that training has."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, select
from sqlalchemy.orm import Session

from serving.store.database.database import Database
from serving.store.tables import BuyRow, CheckRow
from serving.store.test_buys.buy_values import CheckedListing

READ_AT_ONCE = 2000


class LabelCount(NamedTuple):
    """How many strong labels a product has in a part of its authenticity; `parts`: without authenticity."""

    product: str
    part: int
    labels: int


class FrameRows:
    """Reads frames, for the operator alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(
        self, since: datetime.datetime, until: datetime.datetime, product: str | None, limit: int
    ) -> list[CheckedListing] | None:
        """Give each listing and product that was checked in a period, by its latest check there; None: over `limit`.

        A check without a listing id is its own listing.
        """

        def work(session: Session) -> list[CheckedListing] | None:
            query = select(
                CheckRow.check_id,
                CheckRow.listing_id,
                CheckRow.seller_id,
                CheckRow.product,
                CheckRow.outcome,
                CheckRow.authenticity,
                CheckRow.attributes,
            ).where(CheckRow.created_at >= since, CheckRow.created_at < until)
            if product is not None:
                query = query.where(CheckRow.product == product)
            latest: dict[tuple[str, str], CheckedListing] = {}
            ordered = query.order_by(CheckRow.created_at, CheckRow.check_id)
            with session.execute(ordered.execution_options(yield_per=READ_AT_ONCE)) as rows:
                for row in rows:
                    found = CheckedListing(**row._asdict())
                    latest[found.listing_id or found.check_id, found.product] = found
                    if len(latest) > limit:
                        return None
            return list(latest.values())

        return await self._database.read(work)

    async def count_labels(self, parts: int) -> list[LabelCount]:
        """Count the checks with a reviewer's decision, and the test buys with an outcome, by part of authenticity."""

        def work(session: Session) -> list[LabelCount]:
            counts: dict[tuple[str, int], int] = {}
            for column, authenticity, product in (
                (CheckRow.decision, CheckRow.authenticity, CheckRow.product),
                (BuyRow.state, BuyRow.authenticity, BuyRow.product),
            ):
                part = _part_of(authenticity, parts)
                query = select(product, part, func.count()).where(column.in_(("genuine", "counterfeit")))
                for name, place, number in session.execute(query.group_by(product, part)):
                    counts[name, place] = counts.get((name, place), 0) + number
            return [LabelCount(name, place, number) for (name, place), number in counts.items()]

        return await self._database.read(work)


def _part_of(authenticity: SQLColumnExpression[float | None], parts: int) -> ColumnElement[int]:
    """Give the part that an authenticity is in, of equal ones from 0; `parts` where there is none."""
    below = [(authenticity < (part + 1) / parts, part) for part in range(parts - 1)]
    return case((authenticity.is_(None), parts), *below, else_=parts - 1)

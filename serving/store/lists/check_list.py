"""Lists of checks: which checks, in which order, one page after another."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    TextClause,
    UnaryExpression,
    select,
    text,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from serving.principal import Principal
from serving.schemas.check_lists import CheckSort, DecisionWanted
from serving.store.database.planning import unindexed
from serving.store.tables import CheckRow
from serving.store.tables.checks import QUEUED


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckFilter:
    """Which checks a list has; None filters nothing.

    `since` is included and `until` is not; `queue` keeps those that ask for a person and have no decision yet.
    """

    listing_id: str | None = None
    seller_id: str | None = None
    outcome: str | None = None
    product: str | None = None
    decision: DecisionWanted | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None
    reviewed: bool | None = None
    min_uncertainty: float | None = None
    queue: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a sorted list: the check there, and the value that it is sorted by (None where it has none)."""

    key: str | float | None
    check_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of a list; `next_place` is that of its last check, None where no check follows."""

    rows: list[CheckRow]
    next_place: Place | None


def list_page(
    session: Session, principal: Principal, wanted: CheckFilter, sort: CheckSort, after: Place | None, limit: int
) -> Listed:
    """Give at most `limit` checks that the caller sees and that follow a place.

    Ids are read first, from indexes alone, and then the rows of this page: a row has kilobytes, and sorting many would
    take seconds.
    """
    key = _ORDERS[sort].column
    places: list[Place] = []
    for conditions, order in _segments(_ORDERS[sort], after, sorts_by_index=_sorts_by_index(wanted, sort)):
        query = select(CheckRow.check_id, *([] if key is None else [key]))
        query = (
            query.where(*conditions_of(principal, wanted), *conditions).order_by(*order).limit(limit + 1 - len(places))
        )
        for found in session.execute(query):
            places.append(Place(check_id=found[0], key=None if key is None else found[1]))
        if len(places) > limit:
            break
    kept = [place.check_id for place in places[:limit]]
    query_rows = select(CheckRow).where(CheckRow.check_id.in_(kept)).options(selectinload(CheckRow.reviews))
    by_id = {row.check_id: row for row in session.scalars(query_rows)}
    rows = [by_id[check_id] for check_id in kept if check_id in by_id]  # one may have been deleted meanwhile
    return Listed(rows=rows, next_place=places[limit - 1] if len(places) > limit else None)


def is_place(sort: CheckSort, place: Place) -> bool:
    """Whether a list with this order can have such a place."""
    order = _ORDERS[sort]
    if order.column is None:
        return place.key is None
    return order.none != "never" if place.key is None else isinstance(place.key, type(order.floor))


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Match the checks that a caller may see."""
    return true() if principal.products is None else CheckRow.product.in_(sorted(principal.products))


def conditions_of(principal: Principal, wanted: CheckFilter) -> Iterator[ColumnElement[bool] | TextClause]:
    """Give the conditions of a filter, with that of what the caller may see."""
    if not principal.is_operator:
        yield visible_to(principal)
    for column, value in (
        (CheckRow.listing_id, wanted.listing_id),
        (CheckRow.seller_id, wanted.seller_id),
        (CheckRow.outcome, wanted.outcome),
        (CheckRow.product, wanted.product),
    ):
        if value is not None:
            yield column == value
    if wanted.since is not None:
        yield CheckRow.created_at >= wanted.since
    if wanted.until is not None:
        yield CheckRow.created_at < wanted.until
    if wanted.min_uncertainty is not None:
        yield CheckRow.uncertainty >= wanted.min_uncertainty
    if wanted.queue:
        yield text(QUEUED)
    if wanted.decision in ("none", "decided"):
        yield _has_decision(wanted.decision == "decided")
    elif wanted.decision is not None:
        yield CheckRow.decision == wanted.decision
    if wanted.reviewed is not None:
        yield _has_decision(wanted.reviewed)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What a list is sorted by, before time; `none` is where checks without a value stand."""

    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None] | InstrumentedAttribute[float | None] | None
    floor: str | float = ""
    descending: bool = False
    none: Literal["first", "last", "never"] = "never"
    oldest_first: bool = False


_ORDERS: dict[CheckSort, _Order] = {
    "newest": _Order(column=None),
    "oldest": _Order(column=None, oldest_first=True),
    "uncertainty": _Order(column=CheckRow.uncertainty, floor=0.0, descending=True, none="last"),
    "seller_id": _Order(column=CheckRow.seller_id, none="last"),
    "product": _Order(column=CheckRow.product),
    "outcome": _Order(column=CheckRow.outcome),
    "decision": _Order(column=CheckRow.decision, none="first"),
}
_Column = SQLColumnExpression[Any]
_Segment = tuple[list[ColumnElement[bool]], list[UnaryExpression[Any]]]


def _sorts_by_index(wanted: CheckFilter, sort: CheckSort) -> bool:
    """Whether to walk the checks in order, and leave out those that do not match, or to find those and sort them.

    Days and the queue have indexes of their own, and few checks: walking would pass all others.
    """
    in_queue_order = not wanted.queue or sort in ("newest", "oldest", "uncertainty")
    return wanted.since is None and wanted.until is None and in_queue_order


def _segments(order: _Order, after: Place | None, *, sorts_by_index: bool) -> Iterator[_Segment]:
    """Give what follows a place as ranges of an index, in order.

    One condition for all of them, such as `key > k OR (key = k AND check_id < i)`, would be read from the start.
    """
    column: _Column | None = order.column
    check_id: _Column = CheckRow.check_id
    if not sorts_by_index:
        column, check_id = None if column is None else unindexed(column), unindexed(check_id)
    newest = check_id.desc()
    if column is None and order.oldest_first:
        yield [] if after is None else [check_id > after.check_id], [check_id.asc()]
    elif column is None:
        yield [] if after is None else [check_id < after.check_id], [newest]
    else:
        by_value = column.desc() if order.descending else column.asc()
        for stage, here in _stages(order, after):
            if stage == "none":
                # sorted by the column as well, since PostgreSQL does not see that it is the same everywhere
                yield [column.is_(None), *([] if here is None else [check_id < here.check_id])], [by_value, newest]
            elif here is None:
                yield [column >= order.floor], [by_value, newest]
            else:
                yield [column == here.key, check_id < here.check_id], [newest]
                yield [column < here.key if order.descending else column > here.key], [by_value, newest]


def _stages(order: _Order, after: Place | None) -> Iterator[tuple[Literal["values", "none"], Place | None]]:
    """Give the checks with a value and those without, in order, from the place on."""
    stages: dict[str, tuple[Literal["values", "none"], ...]] = {
        "first": ("none", "values"), "last": ("values", "none"), "never": ("values",),
    }  # fmt: skip
    at = None if after is None else "none" if after.key is None else "values"
    reached = at is None
    for stage in stages[order.none]:
        reached = reached or stage == at
        if reached:
            yield stage, after if stage == at else None


def _has_decision(has: bool) -> ColumnElement[bool]:
    return CheckRow.decision >= "" if has else CheckRow.decision.is_(None)  # `>=`, since IS NOT NULL uses no index

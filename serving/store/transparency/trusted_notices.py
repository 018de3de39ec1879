"""Which notices came from a trusted flagger while an authority's status was in force."""

from __future__ import annotations

import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from serving.store.tables import CaseRow, TrustedFlaggerRow

_DAY = datetime.timedelta(days=1)


def from_trusted_flagger(session: Session) -> ColumnElement[bool]:
    """Give the condition on CaseRow that a member sent the notice itself, on a UTC day of its status.

    Times are compared with the days' first moments, since databases differ in taking the day of a time. There are few
    trusted flaggers.
    """
    rows = session.scalars(select(TrustedFlaggerRow))
    return and_(CaseRow.opened_by == "member", or_(false(), *map(_sent_by, rows)))


def _sent_by(row: TrustedFlaggerRow) -> ColumnElement[bool]:
    sent = and_(CaseRow.member_id == row.member_id, CaseRow.created_at >= _start_of(row.since))
    return sent if row.until is None else and_(sent, CaseRow.created_at < _start_of(row.until + _DAY))


def _start_of(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)

"""Counts what became of the cases of members and of rules."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, select
from sqlalchemy.orm import Session, aliased

from serving.store.cases.standing_values import Record
from serving.store.tables import CaseMoveRow, CaseRow

DECISIONS: Final = ("upheld", "rejected")
COUNTERED: Final = ("counter_notice", "holder_acted")  # from where a case is reinstated by its counter-notice


def count_records(session: Session, key: Any, since: datetime.datetime, now: datetime.datetime) -> Mapping[str, Record]:
    """Give the records from `since` until now by a column of cases, such as their member; cases without one count not.

    A case counts by its first decision, and by its reinstatement, each where that was in these months.
    """
    decided = {
        subject: (cases, upheld) for subject, cases, upheld in session.execute(_first_decisions(key, since, now))
    }
    won = {subject: cases for subject, cases in session.execute(_reinstated(key, since, now))}  # noqa: C416
    return {
        subject: Record(
            decided=decided.get(subject, (0, 0))[0],
            upheld=decided.get(subject, (0, 0))[1],
            counter_notices_won=won.get(subject, 0),
        )
        for subject in decided.keys() | won.keys()
    }


def is_first_decision() -> ColumnElement[bool]:
    """Match a move that decided its case for the first time."""
    earlier = aliased(CaseMoveRow)
    before = select(earlier.case_id).where(
        earlier.case_id == CaseMoveRow.case_id,
        earlier.sequence < CaseMoveRow.sequence,
        earlier.to_state.in_(DECISIONS),
    )
    return and_(CaseMoveRow.to_state.in_(DECISIONS), ~before.exists())


def _first_decisions(key: Any, since: datetime.datetime, now: datetime.datetime) -> Select[Any]:
    upheld = func.sum(case((CaseMoveRow.to_state == "upheld", 1), else_=0))
    query = select(key, func.count(), upheld).join(CaseMoveRow, CaseMoveRow.case_id == CaseRow.case_id)
    return query.where(
        key.is_not(None), CaseRow.decided_at >= since, CaseRow.decided_at <= now, is_first_decision()
    ).group_by(key)


def _reinstated(key: Any, since: datetime.datetime, now: datetime.datetime) -> Select[Any]:
    query = select(key, func.count(distinct(CaseRow.case_id))).join(CaseMoveRow, CaseMoveRow.case_id == CaseRow.case_id)
    return query.where(
        key.is_not(None),
        CaseMoveRow.to_state == "reinstated",
        CaseMoveRow.from_state.in_(COUNTERED),
        CaseMoveRow.at >= since,
        CaseMoveRow.at <= now,
    ).group_by(key)

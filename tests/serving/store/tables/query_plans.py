"""How SQLite runs a query: by which index, or by reading the whole table."""

from __future__ import annotations

from sqlalchemy import ClauseElement
from sqlalchemy.orm import Session


def plan_of(session: Session, query: ClauseElement) -> str:
    compiled = query.compile(session.connection(), compile_kwargs={"literal_binds": True})
    steps = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
    return "; ".join(step.detail for step in steps)

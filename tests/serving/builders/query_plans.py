"""How a database can run a query: by which index, or by reading the whole table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.orm import Session

WHOLE = ("seqscan", "bitmapscan", "sort", "hashagg")


def plan_of(session: Session, query: ClauseElement) -> str:
    """Give the steps in SQLite's words; PostgreSQL, which would read a small table whole, shows what it could do."""
    statement = str(query.compile(session.connection(), compile_kwargs={"literal_binds": True}))
    plan = explain(session, statement, without=(*WHOLE, "indexscan"))  # by an index alone, if that is possible
    return plan if "Scan" not in plan.replace("Index Only Scan", "") else explain(session, statement, without=WHOLE)


def explain(session: Session, statement: str, parameters: Any = None, *, without: Iterable[str] = ()) -> str:
    """As `plan_of`, of a statement in the database's own words, without some ways of PostgreSQL."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "; ".join(step.detail for step in steps)
    connection.exec_driver_sql("SET LOCAL enable_indexscan = on")
    for way in without:
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    return "; ".join(_steps(plan[0]["Plan"]))


def _steps(node: dict[str, Any]) -> Iterator[str]:
    kind, index = node["Node Type"], node.get("Index Name")
    if index is not None:
        yield f"{kind} USING {'COVERING ' if kind == 'Index Only Scan' else ''}INDEX {index}"
    elif kind in ("Sort", "Incremental Sort", "Aggregate") and node.get("Strategy") != "Sorted":
        yield f"{kind}: TEMP B-TREE"
    else:
        yield kind
    for below in node.get("Plans", ()):
        yield from _steps(below)

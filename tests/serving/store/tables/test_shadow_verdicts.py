from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.store.tables import ShadowVerdictRow
from tests.serving.builders.query_plans import plan_of


def verdict(shadow_sha256: str, outcome: str = "genuine") -> ShadowVerdictRow:
    return ShadowVerdictRow(
        check_id="c", shadow_sha256=shadow_sha256, active_sha256="0", product="toy", active_outcome="review",
        shadow_outcome=outcome,
    )  # fmt: skip


def test_a_check_has_one_verdict_of_each_shadow_and_a_later_one_replaces_it(session: Session) -> None:
    for row in (verdict("1"), verdict("2"), verdict("1", "counterfeit")):
        session.merge(row)
    session.commit()
    found = session.execute(select(ShadowVerdictRow.shadow_sha256, ShadowVerdictRow.shadow_outcome)).all()
    assert sorted(map(tuple, found)) == [("1", "counterfeit"), ("2", "genuine")]


def test_outcomes_are_counted_from_an_index_alone(session: Session) -> None:
    row = ShadowVerdictRow
    groups = (row.product, row.active_outcome, row.shadow_outcome)
    query = select(*groups, func.count()).where(row.active_sha256 == "0", row.shadow_sha256 == "1").group_by(*groups)
    plan = plan_of(session, query)
    assert "COVERING INDEX" in plan
    assert "TEMP B-TREE" not in plan
